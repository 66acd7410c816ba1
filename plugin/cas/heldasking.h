// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QFuture>
#include <QList>

#include <functional>

namespace RemoteLog {

// Asks about one block whether it is held, and is answered once, never before it returns.
using HeldQuestion =
    std::function<void(const QByteArray &address, std::function<void(const Result<bool> &)> heard)>;

// As ContentStore::exists(), for helpers that are asked about each block alone: six at a time. The
// first problem ends it, and nothing more is asked.
QFuture<Result<QList<bool>>> askWhatIsHeld(const QList<QByteArray> &addresses,
                                           const HeldQuestion &ask);

} // namespace RemoteLog
