// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

namespace SQLite {
class Database;
class Exception;
} // namespace SQLite

namespace RemoteLog {

// Leaves the work of Database::guard() or transaction() from any depth; never gets out of them.
struct StoreFailure
{
    Problem problem;
};

[[noreturn]] void fail(Problem::Kind kind, const QString &detail);

// What a result code of SQLite means for the caller. `message` holds no secret: values are bound,
// never written into SQL.
Problem problemFromSqlite(int extendedCode, const QString &message);
Problem problemFromSqlite(const SQLite::Exception &exception);

} // namespace RemoteLog
