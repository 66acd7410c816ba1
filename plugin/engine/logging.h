// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace RemoteLog {

Q_DECLARE_LOGGING_CATEGORY(engineLog)

} // namespace RemoteLog
