// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

namespace SQLite {
class Database;
}

namespace RemoteLog {

// Value of `PRAGMA user_version` that this code writes.
inline constexpr int SchemaVersion = 1;

// `PRAGMA application_id`: tells our database from a foreign one.
inline constexpr int ApplicationId = 0x524c6f67; // "RLog"

// Brings the schema from whatever version it has to SchemaVersion, each step in a transaction. Unsupported if the database is
// newer, LocalDataCorrupt if it is somebody else's.
Problem migrate(SQLite::Database &database);

} // namespace RemoteLog
