// SPDX-License-Identifier: MIT
#include "logging.h"

namespace RemoteLog {

// We are a guest in the host's output: quiet unless something is wrong.
Q_LOGGING_CATEGORY(engineLog, "remotelog.engine", QtWarningMsg)

} // namespace RemoteLog
