// SPDX-License-Identifier: MIT
#pragma once

// For platform/ alone.

#include <RemoteLog/result.h>

#include <QByteArray>

namespace RemoteLog {

// Reads a whole regular file, found by `name` (encoded) from an open directory or AT_FDCWD, of at
// most `limit` bytes. A null QByteArray if there is none; Tampered for a larger one and for
// anything else of that name (a link, a FIFO, a device), which is never opened.
Result<QByteArray> readRegularFile(int directory, const QByteArray &name, qint64 limit);

// The Problem of something else in place of a regular file or a directory.
Problem strangerProblem();

} // namespace RemoteLog
