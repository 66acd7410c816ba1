// SPDX-License-Identifier: MIT
#pragma once

// For platform/ alone.

#include "descriptor.h"

#include <QByteArray>

#include <functional>

namespace RemoteLog {

// Hands over the names in a directory, in no order, without gathering them: there may be millions.
// At most `limit` of them. Returns an errno, 0 if all is well.
int listDirectory(Descriptor directory, qint64 limit,
                  const std::function<void(const QByteArray &encodedName)> &handle);

} // namespace RemoteLog
