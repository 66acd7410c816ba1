// SPDX-License-Identifier: MIT
#include "store/schema.h"

#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

#include <vector>

using namespace RemoteLog;

class SchemaTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_database = std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE);
    }
    void newDatabaseGetsTheNewestVersion();
    void migratingAgainChangesNothing();
    void olderVersionGoesOnFromWhereItIs();
    void severalStepsInOrder();
    void failedStepLeavesTheStepBefore();
    void newerIsUnsupported();
    void foreignIsCorrupt_data();
    void foreignIsCorrupt();
    void otherTablesAreCorrupt_data();
    void otherTablesAreCorrupt();
    void spellingDoesNotCount_data();
    void spellingDoesNotCount();

private:
    int ask(const char *sql) { return m_database->execAndGet(sql).getInt(); }
    std::unique_ptr<SQLite::Database> m_database;
};

void SchemaTest::newDatabaseGetsTheNewestVersion()
{
    QVERIFY(!checkIdentity(*m_database));
    QVERIFY(!migrate(*m_database));
    QCOMPARE(ask("PRAGMA user_version"), SchemaVersion);
    QCOMPARE(ask("PRAGMA application_id"), ApplicationId);
    QVERIFY(!checkIdentity(*m_database));
    QVERIFY(!checkSchema(*m_database));
}

void SchemaTest::migratingAgainChangesNothing()
{
    QVERIFY(!migrate(*m_database));
    m_database->exec("INSERT INTO meta VALUES ('a', x'01')");
    const int changes = m_database->getTotalChanges();
    QVERIFY(!migrate(*m_database));
    QCOMPARE(m_database->getTotalChanges(), changes);
}

void SchemaTest::olderVersionGoesOnFromWhereItIs()
{
    // A later plugin finds what this one wrote.
    QVERIFY(!migrate(*m_database));
    m_database->exec("INSERT INTO meta VALUES ('a', x'01')");
    std::vector<MigrationStep> later(migrationSteps().begin(), migrationSteps().end());
    later.push_back("ALTER TABLE meta ADD COLUMN note TEXT NOT NULL DEFAULT 'none'");
    QVERIFY(!migrate(*m_database, later));
    QCOMPARE(ask("PRAGMA user_version"), SchemaVersion + 1);
    QCOMPARE(ask("SELECT count(*) FROM meta WHERE name = 'a' AND note = 'none'"), 1);
    // And this plugin then finds what the later one left.
    QCOMPARE(migrate(*m_database).kind(), Problem::Kind::Unsupported);
}

void SchemaTest::severalStepsInOrder()
{
    const std::vector<MigrationStep> steps{"CREATE TABLE a(x)", "INSERT INTO a VALUES (1)",
                                           "UPDATE a SET x = x + 10",
                                           "CREATE TABLE b AS SELECT x * 2 AS x FROM a"};
    for (size_t count = 1; count <= steps.size(); ++count) {
        QVERIFY(!migrate(*m_database, std::span(steps).first(count)));
        QCOMPARE(ask("PRAGMA user_version"), int(count));
    }
    QCOMPARE(ask("SELECT x FROM b"), 22);

    SQLite::Database atOnce(":memory:", SQLite::OPEN_READWRITE);
    QVERIFY(!migrate(atOnce, steps));
    QCOMPARE(atOnce.execAndGet("SELECT x FROM b").getInt(), 22);
}

void SchemaTest::failedStepLeavesTheStepBefore()
{
    std::vector<MigrationStep> steps{
        "CREATE TABLE a(x)", "CREATE TABLE b(x); INSERT INTO a VALUES (1); CREATE TABLE a(x)"};
    QVERIFY(migrate(*m_database, steps));
    QCOMPARE(ask("PRAGMA user_version"), 1);
    QCOMPARE(ask("SELECT count(*) FROM sqlite_master"), 1);
    QCOMPARE(ask("SELECT count(*) FROM a"), 0);
    steps.back() = "CREATE TABLE b(x)";
    QVERIFY(!migrate(*m_database, steps));
    QCOMPARE(ask("PRAGMA user_version"), 2);
}

void SchemaTest::newerIsUnsupported()
{
    QVERIFY(!migrate(*m_database));
    const int newer = SchemaVersion + 1;
    m_database->exec("PRAGMA user_version = " + std::to_string(newer));
    QCOMPARE(checkIdentity(*m_database).kind(), Problem::Kind::Unsupported);
    QCOMPARE(migrate(*m_database).kind(), Problem::Kind::Unsupported);
    QCOMPARE(ask("PRAGMA user_version"), newer);
}

void SchemaTest::foreignIsCorrupt_data()
{
    QTest::addColumn<QByteArray>("sql");
    QTest::newRow("no application id") << QByteArray("CREATE TABLE messages(text)");
    QTest::newRow("another application id")
        << QByteArray("CREATE TABLE messages(text); PRAGMA application_id = 252006673");
    QTest::newRow("another application id, no tables")
        << QByteArray("PRAGMA application_id = 252006673");
    QTest::newRow("a version, no application id, no tables")
        << QByteArray("PRAGMA user_version = 7");
    QTest::newRow("our id, no version")
        << QByteArray("CREATE TABLE meta(x); PRAGMA application_id = 1380740967");
    QTest::newRow("our id, a negative version") << QByteArray(
        "CREATE TABLE meta(x); PRAGMA application_id = 1380740967; PRAGMA user_version = -1");
    QTest::newRow("our id and version, no tables")
        << QByteArray("PRAGMA application_id = 1380740967; PRAGMA user_version = 1");
}

void SchemaTest::foreignIsCorrupt()
{
    QFETCH(QByteArray, sql);
    QCOMPARE(ApplicationId, 1380740967);
    m_database->exec(sql.constData());
    const int tables = ask("SELECT count(*) FROM sqlite_master");
    QCOMPARE(migrate(*m_database).kind(), Problem::Kind::LocalDataCorrupt);
    QCOMPARE(ask("SELECT count(*) FROM sqlite_master"), tables);
}

void SchemaTest::otherTablesAreCorrupt_data()
{
    QTest::addColumn<QByteArray>("sql");
    QTest::newRow("a table is gone") << QByteArray("DROP TABLE acknowledged");
    QTest::newRow("an index is gone") << QByteArray("DROP INDEX pending_by_sequence");
    QTest::newRow("a trigger") << QByteArray(
        "CREATE TRIGGER t AFTER INSERT ON pending BEGIN DELETE FROM pending; END");
    QTest::newRow("a view") << QByteArray("CREATE VIEW v AS SELECT * FROM pending");
    QTest::newRow("another table") << QByteArray("CREATE TABLE t(x)");
    QTest::newRow("another index") << QByteArray("CREATE INDEX i ON pending(size)");
    QTest::newRow("another column") << QByteArray("ALTER TABLE meta ADD COLUMN x");
    QTest::newRow("a column is gone") << QByteArray("ALTER TABLE own_pages DROP COLUMN size");
    QTest::newRow("an index that is not unique")
        << QByteArray("DROP INDEX pending_by_sequence; CREATE INDEX pending_by_sequence ON "
                      "pending(log, sequence)");
    QTest::newRow("an index with less in it")
        << QByteArray("DROP INDEX pending_by_sequence; CREATE UNIQUE INDEX pending_by_sequence ON "
                      "pending(log)");
    QTest::newRow("an index the other way round")
        << QByteArray("DROP INDEX pending_by_sequence; CREATE UNIQUE INDEX pending_by_sequence ON "
                      "pending(log, sequence DESC)");
    QTest::newRow("an index of a part")
        << QByteArray("DROP INDEX pending_by_sequence; CREATE UNIQUE INDEX pending_by_sequence ON "
                      "pending(log, sequence) WHERE size > 0");
    const auto placements = [](const char *columns, const char *options) {
        return QByteArray("DROP TABLE placements; CREATE TABLE placements(") + columns + ") "
               + options;
    };
    QTest::newRow("no foreign key")
        << placements("log INTEGER NOT NULL, helper BLOB NOT NULL, pages INTEGER NOT NULL, "
                      "PRIMARY KEY(log, helper)",
                      "WITHOUT ROWID");
    QTest::newRow("another foreign key")
        << placements("log INTEGER NOT NULL REFERENCES own_logs(id) ON DELETE CASCADE, helper BLOB "
                      "NOT NULL, pages INTEGER NOT NULL, PRIMARY KEY(log, helper)",
                      "WITHOUT ROWID");
    QTest::newRow("another type") << placements(
        "log INTEGER NOT NULL REFERENCES own_logs(id), helper TEXT NOT NULL, pages "
        "INTEGER NOT NULL, PRIMARY KEY(log, helper)",
        "WITHOUT ROWID");
    QTest::newRow("another primary key")
        << placements("log INTEGER NOT NULL REFERENCES own_logs(id), helper BLOB NOT NULL, pages "
                      "INTEGER NOT NULL, PRIMARY KEY(helper, log)",
                      "WITHOUT ROWID");
    QTest::newRow("NULL allowed") << placements(
        "log INTEGER NOT NULL REFERENCES own_logs(id), helper BLOB NOT NULL, pages "
        "INTEGER, PRIMARY KEY(log, helper)",
        "WITHOUT ROWID");
    QTest::newRow("rowids") << placements(
        "log INTEGER NOT NULL REFERENCES own_logs(id), helper BLOB NOT NULL, pages "
        "INTEGER NOT NULL, PRIMARY KEY(log, helper)",
        "");
}

void SchemaTest::spellingDoesNotCount_data()
{
    QTest::addColumn<QByteArray>("sql");
    QTest::newRow("as RENAME writes it")
        << QByteArray("ALTER TABLE meta RENAME TO m; ALTER TABLE m RENAME TO meta;"
                      "ALTER TABLE own_logs RENAME TO o; ALTER TABLE o RENAME TO own_logs");
    QTest::newRow("as a person writes it") << QByteArray(
        "DROP TABLE placements; create table \"placements\" (\"log\" integer not null "
        "references own_logs (id), [helper] blob not null, pages integer not null, \"head\" blob, "
        "primary key (log, helper)) without rowid");
    QTest::newRow("another order")
        << QByteArray("DROP INDEX own_blocks_by_page;"
                      "CREATE UNIQUE INDEX own_blocks_by_page ON own_blocks(log, page, ordinal)");
}

void SchemaTest::spellingDoesNotCount()
{
    QFETCH(QByteArray, sql);
    QVERIFY(!migrate(*m_database));
    m_database->exec(sql.constData());
    QVERIFY(!checkSchema(*m_database));
}

void SchemaTest::otherTablesAreCorrupt()
{
    QFETCH(QByteArray, sql);
    QVERIFY(!migrate(*m_database));
    m_database->exec("ANALYZE"); // what SQLite adds for itself does not count
    QVERIFY(!checkSchema(*m_database));
    m_database->exec(sql.constData());
    QCOMPARE(checkSchema(*m_database).kind(), Problem::Kind::LocalDataCorrupt);
}

QTEST_GUILESS_MAIN(SchemaTest)
#include "tst_schema.moc"
