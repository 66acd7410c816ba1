// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <span>

namespace SQLite {
class Database;
}

namespace RemoteLog {

// Value of `PRAGMA user_version` that this code writes.
inline constexpr int SchemaVersion = 2;

// `PRAGMA application_id`: tells our database from a foreign one.
inline constexpr int ApplicationId = 0x524c6f67; // "RLog"

// SQL that leads from version n to n + 1, where n is the step's place in the table of steps. Steps
// are never changed once they were released: new ones are added.
using MigrationStep = const char *;

// All steps; as many as SchemaVersion says.
std::span<const MigrationStep> migrationSteps();

// Reads only. Unsupported if the database is newer than `newest`, LocalDataCorrupt if it is
// somebody else's. A database without any content counts as ours.
Problem checkIdentity(SQLite::Database &database, int newest = SchemaVersion);

// Brings the schema from whatever version it has to the last, each step in a transaction.
// Unsupported if the database is newer, LocalDataCorrupt if it is somebody else's.
Problem migrate(SQLite::Database &database);
Problem migrate(SQLite::Database &database, std::span<const MigrationStep> steps);

// Reads only. LocalDataCorrupt unless tables and indexes are exactly those that the steps up to the
// database's version make: no fewer, and no trigger or view that somebody slipped in.
Problem checkSchema(SQLite::Database &database);

} // namespace RemoteLog
