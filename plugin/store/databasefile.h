// SPDX-License-Identifier: MIT
#pragma once

#include "writeaheadlog.h"

#include <RemoteLog/result.h>

#include <QString>

namespace RemoteLog {

// The files of a database, `path` and those that SQLite keeps beside it, while no connection is
// open.
class DatabaseFile
{
public:
    explicit DatabaseFile(const QString &path);

    struct Sizes
    {
        qint64 database = 0; // 0, like all here, if there is no such file
        qint64 log = 0; // the write-ahead log: not 0 where a process died
        qint64 journal = 0; // a rollback journal, unless it is one of an empty database

        qint64 total() const { return database + log + journal; }
        bool isEmpty() const { return database <= 1; } // to SQLite a file of one byte is empty

        // Logs without a database: SQLite would delete them.
        bool isOrphaned() const { return isEmpty() && log + journal > 0; }

        // The last page is not whole, and no log has the rest: SQLite would read zeros.
        bool isCutShort(qint64 pageSize) const
        {
            return log == 0 && !isEmpty() && database % pageSize != 0;
        }
    };
    // What is there; a Problem if the disk does not tell, or something else has the name.
    Result<Sizes> sizes() const;

    // Which files the names of database and write-ahead log lead to. Two of these differ only where
    // one of the files was removed, replaced or moved away; what the disk does not tell is no
    // difference.
    struct Identity
    {
        struct File
        {
            quint64 device = 0;
            quint64 inode = 0; // 0 if it is not known
            bool isThere = true;
            bool isOther(const File &now) const
            {
                return inode != 0
                       && (!now.isThere
                           || (now.inode != 0 && (device != now.device || inode != now.inode)));
            }
        };
        File database;
        File log;
    };
    Identity identity() const;

    // Makes an empty file that only its owner can read if there is none; a Problem if it could not
    // be written.
    Problem prepare() const;

    // Renames every file that there is to one name with a time stamp, and gives that name. If a
    // process dies in here, the next call goes on with the same name.
    Result<QString> setAside() const;

    // Of the write-ahead log.
    Result<LogState> logState() const;

    // setAside() for the write-ahead log alone.
    Result<QString> setLogAside() const;
    // And it stays where it is, too.
    Result<QString> copyLogAside() const;

    // Whether the disk takes so many bytes more, beside the database: a Problem if not. It does not
    // keep them.
    Problem tryRoom(qint64 size) const;

    // For a database that was begun just now and holds nothing yet.
    void remove() const;

    // SQLite met damage while the database was in use: the next open checks all of it, whatever its
    // size.
    bool isSuspect() const;
    void setSuspect(bool suspect) const;

private:
    QString nameAside() const;
    QString suspectPath() const;

    QString m_path;
};

} // namespace RemoteLog
