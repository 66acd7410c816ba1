// SPDX-License-Identifier: MIT
// What is left of a write-ahead log when it is opened: nothing that was committed is dropped
// untold.
#include "testprofile.h"

#include <QFile>
#include <QLoggingCategory>
#include <QTest>

using namespace RemoteLog;

class WriteAheadLogTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_profile = std::make_unique<TestProfile>(QString(), m_master); }
    void cleanup() { m_profile.reset(); }
    void uselessIsSetAside();
    void damagedFrameIsTold_data();
    void damagedFrameIsTold();
    void crashIsNoDamage();
    void whereTheLogIsGoneTheDatabaseHasAll();

private:
    void write(const QString &path, const QByteArray &bytes);
    QByteArray read(const QString &path);
    QByteArray logOfDeadProfile(int commits);
    QString logPath() const { return m_profile->file() + QStringLiteral("-wal"); }
    MasterSecret m_master = MasterSecret::generate();
    std::unique_ptr<TestProfile> m_profile;
    QByteArray m_good; // a database with entries 1 to 40, of which 10 are in a page
};

void WriteAheadLogTest::initTestCase()
{
    QLoggingCategory::setFilterRules(QStringLiteral("remotelog.store=false"));
    TestProfile profile(QString(), m_master);
    QVERIFY(!profile.open());
    OwnLog log = profile.createLog();
    QList<NewEntry> entries;
    for (quint64 i = 1; i <= 40; ++i)
        entries.append({bytesOf(i, 300), {}});
    QVERIFY(!profile.outbox().append(log, 1, entries));
    log.nextSequence = 41;
    QVERIFY(!profile.pages().addPages(log, {cutPage(log, 10, 2, 5000)}));
    profile.close();
    m_good = read(profile.file());
}

void WriteAheadLogTest::write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

QByteArray WriteAheadLogTest::read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void WriteAheadLogTest::uselessIsSetAside()
{
    write(m_profile->file(), m_good);
    write(logPath(), bytesOf(1, 50'000));
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->notice.kind(), Problem::Kind::LocalDataCorrupt);
    const QDir folder(m_profile->directory());
    const QStringList aside = folder.entryList({QStringLiteral("*.damaged-*-wal")});
    QCOMPARE(aside.size(), 1);
    QCOMPARE(read(folder.filePath(aside.constFirst())), bytesOf(1, 50'000));
    QCOMPARE(m_profile->pending(m_profile->ownLog(), 11).size(), 30);
}

// A profile that died after so many commits, and its write-ahead log.
QByteArray WriteAheadLogTest::logOfDeadProfile(int commits)
{
    write(m_profile->file(), m_good);
    if (m_profile->open())
        qFatal("a good database does not open");
    const OwnLog log = m_profile->ownLog();
    for (int i = 0; i < commits; ++i) {
        if (m_profile->outbox().append(log, log.nextSequence + quint64(i), {{bytesOf(7, 300), {}}}))
            qFatal("an append fails");
    }
    m_profile->crash();
    return read(logPath());
}

void WriteAheadLogTest::damagedFrameIsTold_data()
{
    QTest::addColumn<double>("where");
    QTest::addColumn<int>("size");
    for (const double where : {0.1, 0.5, 0.8}) {
        QTest::addRow("one byte at %g", where) << where << 1;
        QTest::addRow("two frames at %g", where) << where << 9000;
    }
}

// Behind it SQLite reads nothing, and the next commit would overwrite what was confirmed.
void WriteAheadLogTest::damagedFrameIsTold()
{
    QFETCH(const double, where);
    QFETCH(const int, size);
    QByteArray log = logOfDeadProfile(30);
    const auto at = qsizetype(double(log.size()) * where);
    for (qsizetype i = at; i < at + size; ++i)
        log[i] = char(log[i] ^ 0x55);
    write(logPath(), log);
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->notice.kind(), Problem::Kind::LocalDataCorrupt);
    const QDir folder(m_profile->directory());
    const QStringList aside = folder.entryList({QStringLiteral("*.damaged-*-wal")});
    QCOMPARE(aside.size(), 1);
    QCOMPARE(read(folder.filePath(aside.constFirst())), log);
    // What came before it is there.
    const auto kept = m_profile->pending(m_profile->ownLog(), 41).size();
    QVERIFY(kept < 30);
    QVERIFY(kept >= int(30 * where) - 5);
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
}

// Whatever of the last transaction did not get to the disk, and in whatever order.
void WriteAheadLogTest::crashIsNoDamage()
{
    const QByteArray whole = logOfDeadProfile(12);
    const qsizetype before = logOfDeadProfile(11).size();
    QVERIFY(before < whole.size());
    constexpr qsizetype FrameSize = 24 + 4096;
    QList<QByteArray> logs;
    for (qsizetype size = before; size <= whole.size(); size += 500)
        logs.append(whole.first(size));
    for (qsizetype frame = before; frame < whole.size(); frame += FrameSize) {
        logs.append(whole);
        logs.last().replace(frame, FrameSize, QByteArray(FrameSize, '\0'));
    }
    for (const QByteArray &log : logs) {
        write(m_profile->file(), m_good);
        write(logPath(), log);
        QVERIFY(!m_profile->open());
        QVERIFY(!m_profile->notice);
        QVERIFY(m_profile->pending(m_profile->ownLog(), 41).size() >= 11);
        m_profile->close();
    }
}

// Also if nobody closes it any more.
void WriteAheadLogTest::whereTheLogIsGoneTheDatabaseHasAll()
{
    QVERIFY(!m_profile->open());
    OwnLog log = m_profile->createLog();
    QVERIFY(!m_profile->outbox().append(log, 1, {{"confirmed", {}}}));
    QVERIFY(QFile::remove(logPath()));
    QCOMPARE(m_profile->outbox().append(log, 2, {{"not taken", {}}}).kind(),
             Problem::Kind::ActionRequired);
    const QByteArray database = read(m_profile->file());
    m_profile->close();
    write(m_profile->file(), database);
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->pending(m_profile->ownLog()).size(), 1);
}

QTEST_GUILESS_MAIN(WriteAheadLogTest)
#include "tst_writeaheadlog.moc"
