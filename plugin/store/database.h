// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include "rowseal.h"
#include "security/keys.h"

#include <QHash>
#include <QString>

#include <functional>
#include <memory>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace RemoteLog {

// The database of one profile: `<directory>/remotelog.sqlite`, WAL, synchronous FULL. The caller holds the ProfileLock.
//
// Exceptions of SQLiteCpp end here: everything that touches SQLite runs inside guard() or transaction().
class Database
{
public:
    struct Opened
    {
        std::unique_ptr<Database> database; // null if it could not be opened; then `problem` says why
        Problem problem;
        Problem notice; // LocalDataCorrupt: an unusable file was set aside (renamed, never deleted) and a new one begun
    };
    static Opened open(const QString &directory);
    ~Database();

    // False for a new database, and for one whose process died between making it and unlocking it.
    bool hasCheckValue() const;

    // Checks the master secret against the check value and every own log's public key (`label` opened with it); stores the
    // check value if there is none. KeyMissing, and nothing is changed, if it is another profile's secret.
    Problem unlock(const MasterSecret &master);

    // Only after unlock().
    const RowSeal &seal() const;

    // A helper's URL as it stands in tables: 16 bytes keyed with the database key, so that the disk does not tell.
    QByteArray helperId(const QString &url) const;

    // Small persistent flags, by name.
    QByteArray metaValue(const QByteArray &name) const;
    Problem setMetaValue(const QByteArray &name, const QByteArray &value);

    // Runs `work` in one transaction (BEGIN IMMEDIATE ... COMMIT); rolls back if it returns or throws a problem. A call inside
    // `work` joins the outer transaction. After LocalStorageFull or the like everything is as before.
    Problem transaction(const std::function<Problem()> &work);

    // Runs `work`, turning SQLite's exceptions into a Problem: LocalStorageFull, LocalDataCorrupt, WillRetry, ActionRequired.
    Problem guard(const std::function<Problem()> &work) const;

    // A prepared statement, reset and with bindings cleared; kept for the next call with the same literal. Only inside
    // guard() or transaction().
    SQLite::Statement &statement(const char *sql) const;

    SQLite::Database &handle() const;

private:
    Database();
    Q_DISABLE_COPY_MOVE(Database)
    std::unique_ptr<SQLite::Database> m_database;
    mutable QHash<const void *, std::shared_ptr<SQLite::Statement>> m_statements;
    std::unique_ptr<RowSeal> m_seal;
    Key m_helperKey;
    int m_depth = 0;
};

} // namespace RemoteLog
