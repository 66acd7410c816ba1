// SPDX-License-Identifier: MIT
#include "schema.h"

#include "storeproblem.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

namespace RemoteLog {

namespace {

// Version 1. Sequences and record numbers end at 2^63 - 1, which is where SQLite's integers end;
// where "the next one" is meant, the last one is kept, so that it fits.
//
// pending is a table with rowids and an index: without rowids, rows of 200 bytes are as fast, but
// from 1 KiB on (overflow pages) inserts take up to three times as long.
constexpr MigrationStep Version1 = R"sql(
CREATE TABLE meta(
    name TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE own_logs(
    id INTEGER PRIMARY KEY,
    public_key BLOB NOT NULL UNIQUE,
    label BLOB NOT NULL,              -- sealed, sequence 0
    last_sequence INTEGER NOT NULL,   -- of the last append
    next_page INTEGER NOT NULL,
    cut_sequence INTEGER NOT NULL,    -- last sequence of the last page
    history BLOB NOT NULL,            -- after cut_sequence; sealed, sequence cut_sequence + 1
    tail BLOB NOT NULL,
    record_number INTEGER NOT NULL,
    record BLOB NOT NULL,
    seen_number INTEGER NOT NULL,
    highest_validity BLOB NOT NULL,
    published_number INTEGER NOT NULL,
    published_sequence INTEGER NOT NULL,
    must_resolve INTEGER NOT NULL,
    is_conflict INTEGER NOT NULL,
    pending_count INTEGER NOT NULL,   -- of rows in pending that are not withdrawn
    pending_bytes INTEGER NOT NULL    -- of their payloads
);

CREATE TABLE pending(
    id INTEGER PRIMARY KEY,
    log INTEGER NOT NULL REFERENCES own_logs(id),
    sequence INTEGER NOT NULL,
    size INTEGER NOT NULL,            -- of the payload
    sealed BLOB                       -- u8 size of the id || id || payload; NULL: withdrawn
);
CREATE UNIQUE INDEX pending_by_sequence ON pending(log, sequence);

CREATE TABLE own_pages(
    log INTEGER NOT NULL REFERENCES own_logs(id),
    number INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    address BLOB NOT NULL,
    size INTEGER NOT NULL,            -- of the page's block
    entries INTEGER NOT NULL,         -- without withdrawn ones
    payload_bytes INTEGER NOT NULL,
    PRIMARY KEY(log, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX own_pages_by_sequence ON own_pages(log, first);

CREATE TABLE own_blocks(
    id INTEGER PRIMARY KEY,
    log INTEGER NOT NULL REFERENCES own_logs(id),
    page INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    is_page INTEGER NOT NULL,
    address BLOB NOT NULL,
    bytes BLOB NOT NULL,              -- sealed with the log's read key
    FOREIGN KEY(log, page) REFERENCES own_pages(log, number)
);
CREATE UNIQUE INDEX own_blocks_by_page ON own_blocks(log, page, ordinal);
CREATE INDEX own_blocks_by_address ON own_blocks(log, address);

CREATE TABLE placements(
    log INTEGER NOT NULL REFERENCES own_logs(id),
    helper BLOB NOT NULL,             -- Database::helperId()
    pages INTEGER NOT NULL,           -- how many from the first on it holds
    head BLOB,                        -- the last that it was given as one; NULL: none
    PRIMARY KEY(log, helper)
) WITHOUT ROWID;

CREATE TABLE acknowledged(
    log INTEGER NOT NULL REFERENCES own_logs(id),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY(log, first)
) WITHOUT ROWID;

CREATE TABLE followed_logs(
    id INTEGER PRIMARY KEY,
    link BLOB NOT NULL,               -- sealed, no log, sequence 0
    position INTEGER NOT NULL,
    cursor INTEGER NOT NULL,
    history BLOB NOT NULL,            -- after cursor; sealed, sequence cursor
    record BLOB NOT NULL,
    record_number INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    is_head_read INTEGER NOT NULL     -- last_sequence is what the record's page says
);

CREATE TABLE inbox_pages(
    id INTEGER PRIMARY KEY,
    log INTEGER NOT NULL REFERENCES followed_logs(id) ON DELETE CASCADE,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    block BLOB NOT NULL               -- sealed with the log's read key
);
CREATE UNIQUE INDEX inbox_pages_by_sequence ON inbox_pages(log, first, last);

CREATE TABLE inbox_contents(
    id INTEGER PRIMARY KEY,
    log INTEGER NOT NULL REFERENCES followed_logs(id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    address BLOB NOT NULL,
    block BLOB NOT NULL               -- sealed with the log's read key
);
CREATE UNIQUE INDEX inbox_contents_by_sequence ON inbox_contents(log, sequence, address);
CREATE INDEX inbox_contents_by_address ON inbox_contents(log, address);
)sql";

// Version 2: a profile without its key finds a log by the link that the host has. NULL in rows of
// version 1 that were not saved since.
constexpr MigrationStep Version2 = R"sql(
ALTER TABLE followed_logs ADD COLUMN identity BLOB; -- SHA-256(public key || read key)
CREATE INDEX followed_logs_by_identity ON followed_logs(identity);
)sql";

constexpr MigrationStep Steps[] = {Version1, Version2};
static_assert(std::size(Steps) == SchemaVersion);

int pragma(SQLite::Database &database, const char *sql)
{
    return database.execAndGet(sql).getInt();
}

// What a schema is made of, apart from how its SQL is spelled: ALTER TABLE spells in its own way,
// and not in every version of SQLite the same. What SQLite adds for itself (statistics) does not
// count; constraints on values, which no table of ours has, are not seen.
constexpr const char *Structure[] = {
    "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",

    "SELECT t.name, t.type, t.wr, t.strict FROM pragma_table_list t "
    "WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'",

    "SELECT m.name, c.cid, c.name, upper(c.type), c.\"notnull\", c.dflt_value, c.pk, c.hidden "
    "FROM sqlite_master m, pragma_table_xinfo(m.name) c "
    "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",

    "SELECT m.name, i.name, i.origin, i.\"unique\", i.partial, x.seqno, x.cid, x.\"desc\", x.coll, "
    "x.key FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_xinfo(i.name) x "
    "WHERE m.type = 'table'",

    "SELECT m.name, f.id, f.seq, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete "
    "FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
};

std::multiset<std::string> structureOf(SQLite::Database &database)
{
    std::multiset<std::string> items;
    for (const char *sql : Structure) {
        SQLite::Statement query(database, sql);
        while (query.executeStep()) {
            std::string item;
            for (int column = 0; column < query.getColumnCount(); ++column)
                item += query.getColumn(column).getString() + '|';
            items.insert(std::move(item));
        }
    }
    return items;
}

} // namespace

std::span<const MigrationStep> migrationSteps()
{
    return Steps;
}

Problem checkIdentity(SQLite::Database &database, int newest)
try {
    const int application = pragma(database, "PRAGMA application_id");
    const int version = pragma(database, "PRAGMA user_version");
    const bool isEmpty = pragma(database, "SELECT count(*) FROM sqlite_master") == 0;
    if (isEmpty && application == 0 && version == 0)
        return {};
    if (application != ApplicationId)
        return Problem(Problem::Kind::LocalDataCorrupt,
                       QStringLiteral("the database belongs to another application"));
    if (version > newest)
        return Problem(Problem::Kind::Unsupported,
                       QStringLiteral("the database has schema version %1, this plugin knows %2")
                           .arg(version)
                           .arg(newest));
    if (version < 1 || isEmpty)
        return Problem(Problem::Kind::LocalDataCorrupt,
                       QStringLiteral("the database has lost its schema or its version"));
    return {};
} catch (const SQLite::Exception &exception) {
    return problemFromSqlite(exception, takeDiskError(database.getHandle()));
}

Problem migrate(SQLite::Database &database)
{
    return migrate(database, Steps);
}

Problem migrate(SQLite::Database &database, std::span<const MigrationStep> steps)
try {
    if (const Problem problem = checkIdentity(database, int(steps.size())))
        return problem;
    for (auto version = size_t(pragma(database, "PRAGMA user_version")); version < steps.size();
         ++version) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        database.exec(steps[version]);
        database.exec("PRAGMA application_id = " + std::to_string(ApplicationId));
        database.exec("PRAGMA user_version = " + std::to_string(version + 1));
        transaction.commit();
    }
    return {};
} catch (const SQLite::Exception &exception) {
    return problemFromSqlite(exception, takeDiskError(database.getHandle()));
}

Problem checkSchema(SQLite::Database &database)
try {
    SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE);
    const int version = std::clamp(pragma(database, "PRAGMA user_version"), 0, SchemaVersion);
    if (const Problem problem = migrate(fresh, migrationSteps().first(size_t(version))))
        return problem;
    if (structureOf(database) != structureOf(fresh))
        return Problem(
            Problem::Kind::LocalDataCorrupt,
            QStringLiteral("the database does not have the tables that its version has"));
    return {};
} catch (const SQLite::Exception &exception) {
    return problemFromSqlite(exception, takeDiskError(database.getHandle()));
}

} // namespace RemoteLog
