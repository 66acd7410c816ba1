// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

namespace SQLite {
class Exception;
} // namespace SQLite

struct sqlite3;

namespace RemoteLog {

// Leaves the work of Database::guard() or transaction() from any depth; never gets out of them.
struct StoreFailure
{
    Problem problem;
};

[[noreturn]] void fail(Problem::Kind kind, const QString &detail);

// What a result code of SQLite means for the caller. `message` holds no secret: values are bound,
// never written into SQL. `systemError`: the errno behind an I/O error, 0 if it is not known.
Problem problemFromSqlite(int extendedCode, const QString &message, int systemError = 0);

// The errno of a call on the connection's files that failed since this was asked last: of the
// write-ahead log, which takes what is written, or of the database. 0 if none did, or there is no
// connection.
int takeDiskError(sqlite3 *connection);

// `systemError`: what takeDiskError() said after it was thrown.
Problem problemFromSqlite(const SQLite::Exception &exception, int systemError);

// What looks damaged on a disk that does not give what it holds may be whole: then WillRetry, else
// `problem` as it is. SQLite itself turns a read that fails (EIO) into SQLITE_CORRUPT or into a
// finding of integrity_check.
Problem unlessDiskFailed(const Problem &problem, int systemError);

// What is told of two things that happened, one after the other: the kind of the second, and both
// details. Each may be null.
Problem withBoth(const Problem &first, const Problem &second);

} // namespace RemoteLog
