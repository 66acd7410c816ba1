// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QString>

namespace RemoteLog {

// The files of a database, `path` and those that SQLite keeps beside it, while no connection is
// open.
class DatabaseFile
{
public:
    explicit DatabaseFile(const QString &path);

    // Makes an empty file that only its owner can read if there is none; a Problem if it could not
    // be written.
    Problem prepare() const;

    // Size of the database with its write-ahead log; 0 if there is none.
    qint64 size() const;

    // Size of the write-ahead log alone: not 0 where a process died.
    qint64 logSize() const;

    // A write-ahead log without a database: SQLite would delete it.
    bool isOrphaned() const;

    // The last page is not whole, and no write-ahead log has the rest: SQLite would read zeros.
    bool isCutShort(qint64 pageSize) const;

    // Renames every file that there is to one name with a time stamp, and gives that name.
    Result<QString> setAside() const;

    // SQLite met damage while the database was in use: the next open checks all of it, whatever its
    // size.
    bool isSuspect() const;
    void setSuspect(bool suspect) const;

private:
    QString m_path;
};

} // namespace RemoteLog
