// SPDX-License-Identifier: MIT
#include "disktest.h"

#include "support/memoryhelpers.h"

#include <QDir>
#include <QProcess>
#include <QRandomGenerator>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");
constexpr int PageSize = 4096;

QByteArray noise(qsizetype size)
{
    QRandomGenerator random(11);
    QByteArray bytes(size, Qt::Uninitialized);
    for (char &byte : bytes)
        byte = char(random.generate());
    return bytes;
}

void execute(const QString &path, const char *sql)
{
    SQLite::Database database(path.toStdString(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(sql);
}

} // namespace

// A database that is not what was left there: through the plugin.
class DatabaseTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_alice.reset(); }
    void isSetAside_data();
    void isSetAside();
    void isNotSetAside_data();
    void isNotSetAside();
    void isNewer();
    void isOpenElsewhere();
    void isLockedBySqlite();
    void damageOfOnePageIsFound_data();
    void damageOfOnePageIsFound();
    void publishedLogGoesOnAfterTheLoss();
    void profileIdIsDamaged();

private:
    QString path(const QString &suffix = QString()) const
    {
        return m_alice->directory() + QStringLiteral("/profile/remotelog.sqlite") + suffix;
    }
    QByteArray read(const QString &path) const;
    void write(const QString &path, const QByteArray &bytes);
    // Whether a file of the profile has these bytes.
    bool isKept(const QByteArray &bytes) const;
    void damage(const QString &how);
    bool works(OutgoingLog *log, quint64 sequence);

    std::unique_ptr<Party> m_alice;
    QList<QByteArray> m_payloads;
    QByteArray m_good;
    QByteArray m_log; // the write-ahead log while it was at work
};

void DatabaseTest::init()
{
    m_alice = std::make_unique<Party>(QList<QUrl>{helper(QTest::currentTestFunction())});
    MemoryWorld::named(QString::fromLatin1(QTest::currentTestFunction()))->setRecords({});
    m_payloads.clear();
    OutgoingLog *log = m_alice->open().openLog(Label);
    m_alice->transport().setPaused(true);
    for (int i = 0; i < 20; ++i) {
        m_payloads.append(payload(i, 3000));
        QVERIFY(await(log->append(m_payloads.constLast())).ok());
    }
    m_log = read(path(QStringLiteral("-wal")));
    QVERIFY(!m_log.isEmpty());
    m_alice->close();
    m_good = read(path());
    QVERIFY(m_good.size() > 20 * 3000);
}

QByteArray DatabaseTest::read(const QString &path) const
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void DatabaseTest::write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("a file cannot be written");
}

bool DatabaseTest::isKept(const QByteArray &bytes) const
{
    const QDir folder(m_alice->directory() + QStringLiteral("/profile"));
    const QStringList names = folder.entryList(QDir::Files);
    return std::any_of(names.begin(), names.end(),
                       [&](const QString &name) { return read(folder.filePath(name)) == bytes; });
}

bool DatabaseTest::works(OutgoingLog *log, quint64 sequence)
{
    const Result<quint64> appended = await(log->append(payload(int(sequence))));
    if (!appended.ok())
        qInfo() << appended.problem();
    return appended.ok() && appended.value() == sequence
           && waitFor([&] { return log->head().lastSequence() == sequence; });
}

void DatabaseTest::damage(const QString &how)
{
    if (how == u"random bytes") {
        write(path(), noise(m_good.size()));
    } else if (how == u"zeros") {
        write(path(), QByteArray(m_good.size(), '\0'));
    } else if (how == u"text") {
        write(path(), "Dear diary,\n");
    } else if (how == u"another application's") {
        QFile::remove(path());
        execute(path(), "CREATE TABLE messages(text); INSERT INTO messages VALUES ('hello')");
    } else if (how == u"another application's with an id") {
        QFile::remove(path());
        execute(path(), "PRAGMA application_id = 7; CREATE TABLE own_logs(text)");
    } else if (how == u"cut in the middle") {
        write(path(), m_good.first(m_good.size() / 2));
    } else if (how == u"cut between pages") {
        write(path(), m_good.first(m_good.size() / 2 / PageSize * PageSize));
    } else if (how == u"header damaged") {
        write(path(), noise(16) + m_good.mid(16));
    } else if (how == u"first page damaged") {
        write(path(), m_good.first(100) + noise(PageSize - 100) + m_good.mid(PageSize));
    } else if (how == u"page size damaged") {
        QByteArray bytes = m_good;
        bytes[16] = '\x03';
        write(path(), bytes);
    } else if (how == u"log without a database") {
        QFile::remove(path());
        write(path(QStringLiteral("-wal")), m_log);
    } else if (how == u"log of another database") {
        const QString other = path(QStringLiteral("-other"));
        SQLite::Database database(other.toStdString(),
                                  SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec("PRAGMA journal_mode = WAL; CREATE TABLE messages(text);"
                      "INSERT INTO messages VALUES ('hello')");
        write(path(QStringLiteral("-wal")), read(other + QStringLiteral("-wal")));
    }
}

void DatabaseTest::isSetAside_data()
{
    QTest::addColumn<QString>("how");
    for (const char *how :
         {"random bytes", "zeros", "text", "another application's",
          "another application's with an id", "cut in the middle", "cut between pages",
          "header damaged", "first page damaged", "page size damaged", "log without a database",
          "log of another database"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void DatabaseTest::isSetAside()
{
    QFETCH(const QString, how);
    damage(how);
    const QByteArray database = read(path());
    const QByteArray log = read(path(QStringLiteral("-wal")));
    OutgoingLog *own = m_alice->open().openLog(Label);
    QSignalSpy problems(&m_alice->transport(), &Transport::problemChanged);
    QVERIFY(waitFor([&] { return own->isReady(); }));
    QVERIFY(waitFor(
        [&] { return m_alice->transport().problem().kind() == Problem::Kind::LocalDataCorrupt; }));
    QVERIFY(m_alice->transport().problem().detail().contains(
        u"set aside as remotelog.sqlite.damaged-"));
    if (!database.isEmpty())
        QVERIFY(isKept(database));
    if (!log.isEmpty())
        QVERIFY(isKept(log));
    // It works, also over another start, where nothing has to be reported any more.
    QVERIFY(works(own, 1));
    QCOMPARE(m_alice->transport().problem().kind(), Problem::Kind::LocalDataCorrupt);
    m_alice->close();
    own = m_alice->open().openLog(Label);
    QVERIFY(works(own, 2));
    QVERIFY(!m_alice->transport().problem());
    if (!database.isEmpty())
        QVERIFY(isKept(database));
}

void DatabaseTest::isNotSetAside_data()
{
    QTest::addColumn<QByteArray>("log");
    QTest::addColumn<bool>("isEmpty");
    QTest::newRow("zero-length") << QByteArray() << true;
    QTest::newRow("log of zeros") << QByteArray(40'000, '\0') << false;
    QTest::newRow("log of random bytes") << noise(40'000) << false;
    QTest::newRow("log without its first page") << QByteArray(4096, '\0') + noise(4096) << false;
    QTest::newRow("log cut short") << QByteArray("cut") << false;
}

void DatabaseTest::isNotSetAside()
{
    QFETCH(QByteArray, log);
    QFETCH(const bool, isEmpty);
    if (isEmpty)
        write(path(), QByteArray());
    else
        write(path(QStringLiteral("-wal")), log == "cut" ? m_log.first(20) : log);
    log = read(path(QStringLiteral("-wal")));
    OutgoingLog *own = m_alice->open().openLog(Label);
    QVERIFY(waitFor([&] { return own->isReady(); }));
    if (isEmpty)
        m_payloads.clear();
    QCOMPARE(contentOf(own), m_payloads);
    QVERIFY(works(own, quint64(m_payloads.size()) + 1));
    const bool isDamaged = log.size() > 32 && log.count('\0') < log.size();
    QCOMPARE(m_alice->transport().problem().kind(),
             isDamaged ? Problem::Kind::LocalDataCorrupt : Problem::Kind::None);
    if (isDamaged)
        QVERIFY(isKept(log));
}

void DatabaseTest::isNewer()
{
    execute(path(), "CREATE TABLE news(x); PRAGMA user_version = 1000");
    const QByteArray bytes = read(path());
    OutgoingLog *log = m_alice->open().openLog(Label);
    QVERIFY(waitFor(
        [&] { return m_alice->transport().problem().kind() == Problem::Kind::Unsupported; }));
    QCOMPARE(await(log->append("not taken")).problem().kind(), Problem::Kind::Unsupported);
    QVERIFY(!log->isReady());
    m_alice->close();
    QCOMPARE(read(path()), bytes);
    QVERIFY(!QFile::exists(path(QStringLiteral("-wal"))));
    // The update that knows it comes while we are at it.
    log = m_alice->open().openLog(Label);
    QVERIFY(waitFor(
        [&] { return m_alice->transport().problem().kind() == Problem::Kind::Unsupported; }));
    write(path(), m_good);
    QVERIFY(waitFor([&] { return log->isReady() && !m_alice->transport().problem(); }));
    QCOMPARE(contentOf(log), m_payloads);
}

void DatabaseTest::isOpenElsewhere()
{
    // Another process, that ends.
    QProcess other;
    other.start(QStringLiteral("flock"), {m_alice->directory() + QStringLiteral("/profile/lock"),
                                          QStringLiteral("-c"), QStringLiteral("echo; read x")});
    if (!other.waitForStarted())
        QSKIP("needs flock(1)");
    QVERIFY(other.waitForReadyRead());
    OutgoingLog *log = m_alice->open().openLog(Label);
    QVERIFY(waitFor([&] { return m_alice->transport().problem().kind() == Problem::Kind::InUse; }));
    QCOMPARE(m_alice->transport().state(), Transport::State::NeedsAttention);
    QCOMPARE(await(log->append("not taken")).problem().kind(), Problem::Kind::InUse);
    other.write("\n");
    QVERIFY(other.waitForFinished());
    QVERIFY(waitFor([&] { return log->isReady() && !m_alice->transport().problem(); }));
    QCOMPARE(contentOf(log), m_payloads);
}

void DatabaseTest::isLockedBySqlite()
{
    auto other = std::make_unique<SQLite::Database>(path().toStdString(), SQLite::OPEN_READWRITE);
    other->exec("BEGIN IMMEDIATE");
    OutgoingLog *log = m_alice->open().openLog(Label);
    QVERIFY(waitFor([&] { return m_alice->transport().problem().kind() == Problem::Kind::InUse; }));
    QCOMPARE(await(log->append("not taken")).problem().kind(), Problem::Kind::InUse);
    other.reset();
    QVERIFY(waitFor([&] { return log->isReady() && !m_alice->transport().problem(); }));
    QCOMPARE(contentOf(log), m_payloads);
}

void DatabaseTest::damageOfOnePageIsFound_data()
{
    QTest::addColumn<int>("page");
    for (int page = 2; page <= 24; ++page)
        QTest::addRow("page %d", page) << page;
}

// Whatever is overwritten: what is delivered is right, or it is said that something is not.
void DatabaseTest::damageOfOnePageIsFound()
{
    QFETCH(const int, page);
    QByteArray bytes = m_good;
    QVERIFY(page * PageSize <= bytes.size());
    bytes.replace((page - 1) * PageSize, PageSize, noise(PageSize));
    write(path(), bytes);
    OutgoingLog *log = m_alice->open().openLog(Label);
    QVERIFY(waitFor([&] { return log->isReady(); }));
    const Result<QList<Entry>> entries = await(log->read(1, 4096));
    const auto isSaidBy = [](const Problem &problem) {
        return problem.kind() == Problem::Kind::LocalDataCorrupt;
    };
    const bool isWhole = entries.ok() && payloadsOf(entries.value()) == m_payloads;
    QVERIFY(isWhole || waitFor([&] {
                return isSaidBy(entries.problem()) || isSaidBy(m_alice->transport().problem());
            }));
    for (const Entry &entry : entries.ok() ? entries.value() : QList<Entry>())
        QCOMPARE(entry.payload(), m_payloads.at(qsizetype(entry.sequence()) - 1));
    const QDir folder(QFileInfo(path()).path());
    if (!folder.entryList({QStringLiteral("*.damaged-*")}).isEmpty())
        QVERIFY(isKept(bytes));
    else
        QVERIFY(isWhole || isSaidBy(entries.problem()));
    QVERIFY(await(log->append("goes on")).ok());
}

void DatabaseTest::publishedLogGoesOnAfterTheLoss()
{
    OutgoingLog *log = m_alice->open().openLog(Label);
    QVERIFY(works(log, 21));
    m_alice->close();
    damage(QStringLiteral("random bytes"));
    log = m_alice->open().openLog(Label);
    // Not from 1 again: what was published never gets a second meaning.
    QVERIFY(works(log, 22));
    Party bob({helper("publishedLogGoesOnAfterTheLoss")});
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&] { return reader.entries.size() == 22; }));
    m_payloads << payload(21) << payload(22);
    QCOMPARE(payloadsOf(reader.entries), m_payloads);
}

void DatabaseTest::profileIdIsDamaged()
{
    const QString file = m_alice->directory() + QStringLiteral("/profile/profile");
    const QByteArray id = read(file);
    QVERIFY(!id.isEmpty());
    write(file, "zzzz");
    OutgoingLog *log = m_alice->open().openLog(Label);
    QVERIFY(waitFor(
        [&] { return m_alice->transport().problem().kind() == Problem::Kind::LocalDataCorrupt; }));
    QCOMPARE(await(log->append("not taken")).problem().kind(), Problem::Kind::LocalDataCorrupt);
    QCOMPARE(read(file), QByteArray("zzzz"));
    write(file, id);
    QVERIFY(waitFor([&] { return log->isReady() && !m_alice->transport().problem(); }));
    QCOMPARE(contentOf(log), m_payloads);
}

QTEST_GUILESS_MAIN(DatabaseTest)
#include "tst_database.moc"
