// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QString>

namespace RemoteLog::DurableFile {

// Creates `directory` with its parents (mode 0700 for what is new when `isPrivate`) and syncs the
// parents.
Problem makeDirectory(const QString &directory, bool isPrivate);

// Writes `bytes` to `path` so that after a crash there is either the whole file or none: a
// temporary file in `temporaryDirectory` (same file system), fsync, rename, fsync of the directory.
// An existing file of that name is left as it is and counts as success: files written here are
// never rewritten.
Problem writeOnce(const QString &path, const QByteArray &bytes, const QString &temporaryDirectory);

// Reads a whole regular file of at most `limit` bytes. A null QByteArray if there is no such file;
// anything else (a larger file, no permission, a device) is a Problem. Never follows into a FIFO or
// device.
Result<QByteArray> read(const QString &path, qint64 limit);

// What an errno of a file operation means for the caller: LocalStorageFull for no space, quota,
// a limit of its size, and read-only, ActionRequired for permissions, WillRetry for the rest.
// `what` is a short English phrase with the path's role, not a secret.
Problem problemFromErrno(int error, const QString &what);

} // namespace RemoteLog::DurableFile
