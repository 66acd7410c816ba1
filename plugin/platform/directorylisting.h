// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QByteArray>
#include <QString>

#include <functional>

namespace RemoteLog {

// Hands over the names in a directory, in no order, without gathering them: there may be millions.
// At most `limit` of them. A directory that does not exist is an empty one.
Problem listDirectory(const QString &directory, qint64 limit,
                      const std::function<void(const QByteArray &encodedName)> &handle);

} // namespace RemoteLog
