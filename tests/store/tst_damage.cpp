// SPDX-License-Identifier: MIT
// Whatever a file is when it is opened: never a crash, never a byte lost.
#include "testprofile.h"

#include "store/databasefile.h"

#include <QFile>
#include <QFileInfo>
#include <QLoggingCategory>
#include <QRandomGenerator>
#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

#include <sqlite3.h>

using namespace RemoteLog;

class DamageTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_profile = std::make_unique<TestProfile>(QString(), m_master); }
    void cleanup() { m_profile.reset(); }
    void randomBytes_data();
    void randomBytes();
    void truncated_data();
    void truncated();
    void flippedHeader();
    void flippedAnywhere();
    void foreign_data();
    void foreign();
    void foreignWithItsLog();
    void newerIsLeftAlone();
    void noFile();
    void emptyFileIsANewDatabase();
    void whereTheLogIsDamagedTheDatabaseIsChecked();
    void damageMetInUseIsFoundAtTheNextOpen();
    void bigDatabasesOpenAtOnce();

private:
    void damageBigDatabase(OwnLog *log);
    void write(const QString &path, const QByteArray &bytes);
    QByteArray read(const QString &path);
    void isUsable();
    void wasSetAside(const QByteArray &bytes);
    MasterSecret m_master = MasterSecret::generate();
    std::unique_ptr<TestProfile> m_profile;
    QByteArray m_good; // a database with a bit of everything
};

void DamageTest::initTestCase()
{
    QLoggingCategory::setFilterRules(
        QStringLiteral("remotelog.store=false")); // hundreds of warnings
    TestProfile profile(QString(), m_master);
    QVERIFY(!profile.open());
    OwnLog log = profile.createLog();
    QList<NewEntry> entries;
    for (quint64 i = 1; i <= 40; ++i)
        entries.append({bytesOf(i, 300), {}});
    QVERIFY(!profile.outbox().append(log, 1, entries));
    log.nextSequence = 41;
    QVERIFY(!profile.pages().addPages(log, {cutPage(log, 10, 2, 5000)}));
    FollowedLog followed = profile.inbox().createLog(linkTo(QStringLiteral("alice"))).value();
    followed.cursor = 10;
    QVERIFY(!profile.inbox().receive(followed, {{1, 10, bytesOf(1, 9000)}}));
    profile.close();
    m_good = read(profile.file());
    QVERIFY(m_good.size() > 10 * 4096);
}

void DamageTest::write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

QByteArray DamageTest::read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void DamageTest::isUsable()
{
    QVERIFY(m_profile->database);
    const QString label = QStringLiteral("a new one");
    const OwnLog log = m_profile->createLog(label);
    QVERIFY(log.id > 0);
    QVERIFY(!m_profile->outbox().append(log, 1, {{"payload", {}}}));
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice); // said once
}

void DamageTest::wasSetAside(const QByteArray &bytes)
{
    QCOMPARE(m_profile->notice.kind(), Problem::Kind::LocalDataCorrupt);
    QCOMPARE(m_profile->setAside().size(), 1);
    const QString name = m_profile->setAside().constFirst();
    QVERIFY(m_profile->notice.detail().contains(name));
    QCOMPARE(read(QDir(m_profile->directory()).filePath(name)), bytes);
}

void DamageTest::randomBytes_data()
{
    QTest::addColumn<int>("size");
    for (int size : {1, 15, 16, 99, 100, 512, 4096, 4097, 100'000})
        QTest::addRow("%d bytes", size) << size;
}

void DamageTest::randomBytes()
{
    QFETCH(int, size);
    write(m_profile->file(), bytesOf(quint64(size), size));
    write(m_profile->file() + QStringLiteral("-wal"), bytesOf(1, 5000));
    QVERIFY(!m_profile->open());
    wasSetAside(bytesOf(quint64(size), size));
    isUsable();
}

void DamageTest::truncated_data()
{
    QTest::addColumn<qsizetype>("size");
    for (qsizetype size : {2, 16, 99, 100, 511, 512, 1024, 4095, 4096, 4097, 8191, 8192, 20'000})
        QTest::addRow("%d bytes", int(size)) << size;
    for (qsizetype less : {1, 4095, 4096, 4097, 8192})
        QTest::addRow("%d bytes less", int(less)) << m_good.size() - less;
}

void DamageTest::truncated()
{
    QFETCH(qsizetype, size);
    write(m_profile->file(), m_good.first(size));
    QVERIFY(!m_profile->open());
    wasSetAside(m_good.first(size));
    isUsable();
}

void DamageTest::flippedHeader()
{
    int setAside = 0;
    int unsupported = 0;
    int harmless = 0;
    for (int bit = 0; bit < 800; bit += bit % 8 == 0 ? 5 : 3) { // two of each byte
        m_profile = std::make_unique<TestProfile>(QString(), m_master);
        QByteArray bytes = m_good;
        bytes[bit / 8] = static_cast<char>(bytes.at(bit / 8) ^ (1 << (bit % 8)));
        write(m_profile->file(), bytes);
        const Problem problem = m_profile->open();
        if (problem) {
            QCOMPARE(problem.kind(), Problem::Kind::Unsupported); // it says that it is newer
            QCOMPARE(read(m_profile->file()), bytes);
            ++unsupported;
        } else if (m_profile->notice) {
            wasSetAside(bytes);
            ++setAside;
        } else {
            QCOMPARE(m_profile->pending(m_profile->ownLog(), 11).size(), 30);
            QVERIFY(m_profile->inbox().pageAfter(m_profile->followedLog(), 0).value());
            ++harmless;
        }
    }
    QVERIFY(setAside > 50);
    QVERIFY(unsupported > 0);
    QVERIFY(harmless > 20); // counters and hints of SQLite's
}

void DamageTest::flippedAnywhere()
{
    QRandomGenerator random(7);
    int noticed = 0;
    for (int round = 0; round < 80; ++round) {
        m_profile = std::make_unique<TestProfile>(QString(), m_master);
        QByteArray bytes = m_good;
        for (int flips = round % 5; flips >= 0; --flips) {
            const auto at = qsizetype(random.bounded(100, int(bytes.size())));
            bytes[at] = static_cast<char>(random.generate());
        }
        write(m_profile->file(), bytes);
        const Problem problem = m_profile->open();
        if (problem || m_profile->notice) {
            ++noticed;
            continue;
        }
        // What is read is right, or a problem says that it is not.
        const OwnLog log = m_profile->ownLog();
        const Result<QList<PendingEntry>> entries =
            m_profile->outbox().pending(log, 11, 100, 1'000'000);
        for (const PendingEntry &entry : entries.ok() ? entries.value() : QList<PendingEntry>())
            QCOMPARE(entry.payload, bytesOf(entry.sequence, 300));
        noticed += !entries.ok() || entries.value().size() < 30;
        const FollowedLog followed = m_profile->followedLog();
        m_profile->inbox().pageAfter(followed, 0);
        m_profile->inbox().waitingBytes(followed);
        m_profile->pages().blocks(log, 0, 0, 100, 1'000'000);
        m_profile->pages().pageHolding(log, 5);
        m_profile->outbox().append(log, log.nextSequence, {{"more", {}}});
        m_profile->outbox().withdraw(log, 20);
    }
    QVERIFY(noticed > 20);
}

void DamageTest::foreign_data()
{
    QTest::addColumn<QByteArray>("sql");
    QTest::newRow("another application's")
        << QByteArray("CREATE TABLE messages(text); INSERT INTO messages VALUES ('hello')");
    QTest::newRow("with an application id")
        << QByteArray("PRAGMA application_id = 252006673; CREATE TABLE messages(text)");
    QTest::newRow("disguised as ours") << QByteArray(
        "PRAGMA application_id = 1380740967; PRAGMA user_version = 1; CREATE TABLE messages(text)");
    QTest::newRow("ours, with a trigger") << QByteArray();
}

void DamageTest::foreign()
{
    QFETCH(QByteArray, sql);
    if (sql.isEmpty()) {
        write(m_profile->file(), m_good);
        sql = "CREATE TRIGGER t AFTER INSERT ON pending BEGIN DELETE FROM pending; END";
    }
    {
        SQLite::Database database(m_profile->file().toStdString(),
                                  SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec(sql.constData());
    }
    const QByteArray bytes = read(m_profile->file());
    QVERIFY(!m_profile->open());
    wasSetAside(bytes);
    isUsable();
}

void DamageTest::foreignWithItsLog()
{
    // Somebody else's process died and left its write-ahead log: what is in there belongs to the
    // file that is set aside.
    QByteArray bytes;
    QByteArray log;
    {
        SQLite::Database database(m_profile->file().toStdString(),
                                  SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec("PRAGMA journal_mode = WAL");
        database.exec("CREATE TABLE messages(text); INSERT INTO messages VALUES ('hello')");
        bytes = read(m_profile->file());
        log = read(m_profile->file() + QStringLiteral("-wal"));
    }
    QVERIFY(!log.isEmpty());
    write(m_profile->file(), bytes);
    write(m_profile->file() + QStringLiteral("-wal"), log);
    QVERIFY(!m_profile->open());
    wasSetAside(bytes);
    const QString aside = QDir(m_profile->directory()).filePath(m_profile->setAside().constFirst());
    QCOMPARE(read(aside + QStringLiteral("-wal")), log);
    SQLite::Database database(aside.toStdString(), SQLite::OPEN_READWRITE);
    QCOMPARE(database.execAndGet("SELECT text FROM messages").getString(), std::string("hello"));
    isUsable();
}

void DamageTest::newerIsLeftAlone()
{
    write(m_profile->file(), m_good);
    {
        SQLite::Database database(m_profile->file().toStdString(), SQLite::OPEN_READWRITE);
        database.exec("CREATE TABLE news(x); PRAGMA user_version = 1000");
    }
    const QByteArray bytes = read(m_profile->file());
    const QStringList names = QDir(m_profile->directory()).entryList(QDir::Files);
    QCOMPARE(m_profile->open().kind(), Problem::Kind::Unsupported);
    QVERIFY(!m_profile->notice);
    QCOMPARE(read(m_profile->file()), bytes);
    QCOMPARE(QDir(m_profile->directory()).entryList(QDir::Files), names);
}

void DamageTest::noFile()
{
    QVERIFY(QDir().mkpath(m_profile->file() + QStringLiteral("/inside")));
    QCOMPARE(m_profile->open().kind(), Problem::Kind::ActionRequired);
    QVERIFY(!m_profile->notice);
    TestProfile nowhere(m_profile->directory() + QStringLiteral("/nowhere"));
    QVERIFY(nowhere.open());
}

void DamageTest::emptyFileIsANewDatabase()
{
    for (const QByteArray &bytes :
         {QByteArray(), QByteArray("S")}) { // to SQLite one byte is nothing
        m_profile = std::make_unique<TestProfile>(QString(), m_master);
        write(m_profile->file(), bytes);
        QVERIFY(!m_profile->open());
        QVERIFY(!m_profile->notice);
        isUsable();
    }
}

// A database too big to be checked each time, damaged in the middle.
void DamageTest::damageBigDatabase(OwnLog *log)
{
    QVERIFY(!m_profile->open());
    *log = m_profile->createLog();
    for (int i = 0; i < 10; ++i) {
        QVERIFY(!m_profile->outbox().append(*log, log->nextSequence,
                                            {{bytesOf(quint64(i), 1'000'000), {}}}));
        ++log->nextSequence;
    }
    const int root =
        m_profile->db()
            .handle()
            .execAndGet("SELECT rootpage FROM sqlite_master WHERE name = 'pending_by_sequence'")
            .getInt();
    m_profile->close();
    QByteArray bytes = read(m_profile->file());
    QVERIFY(bytes.size() > Database::CheckedSize);
    bytes.replace((root - 1) * 4096, 4096, bytesOf(3, 4096));
    write(m_profile->file(), bytes);
}

void DamageTest::whereTheLogIsDamagedTheDatabaseIsChecked()
{
    OwnLog own;
    damageBigDatabase(&own);
    const QByteArray bytes = read(m_profile->file());
    const QByteArray log = bytesOf(1, 50'000);
    write(m_profile->file() + QStringLiteral("-wal"), log);
    QVERIFY(!m_profile->open());
    wasSetAside(bytes);
    // Both are told, and both are there.
    const QString told = m_profile->notice.detail();
    QVERIFY2(told.contains(QStringLiteral("the write-ahead log is damaged"))
                 && told.contains(QStringLiteral("the database is damaged")),
             qPrintable(told));
    const QDir folder(m_profile->directory());
    const QStringList logs = folder.entryList({QStringLiteral("*.damaged-*-wal")});
    QCOMPARE(logs.size(), 1);
    QCOMPARE(read(folder.filePath(logs.constFirst())), log);
    isUsable();
}

void DamageTest::damageMetInUseIsFoundAtTheNextOpen()
{
    OwnLog log;
    damageBigDatabase(&log);
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
    QCOMPARE(m_profile->outbox().pending(log, 1, 10, 1000).problem().kind(),
             Problem::Kind::LocalDataCorrupt);
    QVERIFY(DatabaseFile(m_profile->file()).isSuspect());
    m_profile->close();
    const QByteArray bytes = read(m_profile->file());
    QVERIFY(!m_profile->open());
    wasSetAside(bytes);
    QVERIFY(!DatabaseFile(m_profile->file()).isSuspect());
    isUsable();
}

void DamageTest::bigDatabasesOpenAtOnce()
{
    QVERIFY(!m_profile->open());
    OwnLog log = m_profile->createLog();
    for (quint64 last = 1; last <= 60; ++last) {
        log.nextSequence = last + 1;
        QVERIFY(!m_profile->pages().addPages(log, {cutPage(log, last, 0, 1'000'000)}));
    }
    m_profile->close();
    QVERIFY(QFileInfo(m_profile->file()).size() > 50'000'000);
    QVERIFY(!m_profile->open());
    int pagesRead = 0; // of 15 000
    int unused = 0;
    sqlite3_db_status(m_profile->db().handle().getHandle(), SQLITE_DBSTATUS_CACHE_MISS, &pagesRead,
                      &unused, 0);
    QVERIFY2(pagesRead < 50, qPrintable(QString::number(pagesRead)));
}

QTEST_GUILESS_MAIN(DamageTest)
#include "tst_damage.moc"
