// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

// Files that are still there after a power failure. What was said to be kept must be: a messenger
// with a database leaves this to it. QSaveFile is not enough, for it syncs the file and not the
// folder that names it.
//
// POSIX. Each function answers null, or what went wrong.
namespace DurableFile {

// Makes a folder and those above it, for the owner alone.
QString makeFolder(const QString &path);

// Puts `bytes` there as a whole, for the owner alone, instead of what was there before; that stays
// if it fails.
QString write(const QString &path, const QByteArray &bytes);

// Makes durable what was renamed into or created in a folder.
QString syncFolder(const QString &path);

} // namespace DurableFile
