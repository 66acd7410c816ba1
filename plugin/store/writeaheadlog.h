// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

class QIODevice;

namespace RemoteLog {

// What SQLite's write-ahead log is good for (sqlite.org/fileformat.html, "The Write-Ahead Log").
enum class LogState {
    // SQLite reads everything that was committed, as far as can be told.
    Good,
    // SQLite reads a part and drops what comes after it, although more was committed.
    Damaged,
    // SQLite reads nothing and overwrites it, although there is something.
    Useless
};

// Reads all of it. A crash leaves neither: each commit is on the disk before the next one begins
// (synchronous = FULL), so only the last transaction can be there in part. Damage to that one looks
// like a crash and is not found.
LogState inspectWriteAheadLog(QIODevice &log);

} // namespace RemoteLog
