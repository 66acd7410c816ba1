// SPDX-License-Identifier: MIT
// A disk that is really full, or read-only: a small tmpfs in a mount namespace of our own (`unshare
// -rm`), in which this program starts itself again.
#include "testprofile.h"

#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

#include <cstdio>

using namespace RemoteLog;

static constexpr char DiskVariable[] = "REMOTELOG_TEST_SMALL_DISK";

class FullDiskTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void appendsFailAndGoOn_data();
    void appendsFailAndGoOn();
    void nothingOfAGroupIsStored();
    void intentsFailAndGoOn();
    void receivingFailsAndGoesOn();
    void withdrawingFailsWholeOrNotAtAll();
    void openingFailsAndNothingIsSetAside();
    void newDatabaseFailsAndGoesOn();
    void readOnly();
    void isFullUntilThereIsRoom_data();
    void isFullUntilThereIsRoom();
    void failedGiantGivesItsRoomBack();

private:
    void fill(qint64 leave = 0);
    void makeRoom() { QFile::remove(m_disk + QStringLiteral("/ballast")); }
    bool remount(const QString &options)
    {
        return QProcess::execute(
                   QStringLiteral("mount"),
                   {QStringLiteral("-o"), QStringLiteral("remount,") + options, m_disk})
               == 0;
    }
    QString m_disk;
    std::unique_ptr<TestProfile> m_profile;
    OwnLog m_log;
};

void FullDiskTest::initTestCase()
{
    m_disk = qEnvironmentVariable(DiskVariable);
    if (m_disk.isEmpty())
        QSKIP("unshare -rm with a tmpfs is not possible here");
}

void FullDiskTest::init()
{
    m_profile = std::make_unique<TestProfile>(m_disk);
    QVERIFY(!m_profile->open());
    m_log = m_profile->createLog();
    QVERIFY(
        !m_profile->outbox().append(m_log, 1, {{bytesOf(1, 1000), {}}, {bytesOf(2, 1000), {}}}));
    m_log.nextSequence = 3;
}

void FullDiskTest::cleanup()
{
    m_profile.reset();
    if (m_disk.isEmpty())
        return;
    for (const QString &name : QDir(m_disk).entryList(QDir::Files | QDir::Hidden))
        QVERIFY(QFile::remove(m_disk + u'/' + name));
}

// Takes all space but `leave` bytes.
void FullDiskTest::fill(qint64 leave)
{
    QFile ballast(m_disk + QStringLiteral("/ballast"));
    QVERIFY(ballast.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    while (ballast.write(QByteArray(4096, 'b')) == 4096) {}
    QVERIFY(ballast.resize(qMax<qint64>(0, ballast.size() - leave)));
}

void FullDiskTest::appendsFailAndGoOn_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("entries");
    QTest::newRow("short ones") << 200 << 1;
    QTest::newRow("many short ones") << 200 << 100;
    QTest::newRow("long ones") << 20'000 << 1;
    QTest::newRow("more than the cache at once") << 100'000 << 200;
}

void FullDiskTest::appendsFailAndGoOn()
{
    QFETCH(int, size);
    QFETCH(int, entries);
    fill(100'000);
    Problem problem;
    const auto batch = [&] {
        QList<NewEntry> list;
        for (int i = 0; i < entries; ++i)
            list.append({bytesOf(m_log.nextSequence + quint64(i), size), {}});
        return list;
    };
    for (int i = 0; i < 1000 && !problem; ++i) {
        problem = m_profile->outbox().append(m_log, m_log.nextSequence, batch());
        if (!problem)
            m_log.nextSequence += quint64(entries);
    }
    QCOMPARE(problem.kind(), Problem::Kind::LocalStorageFull);
    const auto nothingIsLost = [&] {
        QCOMPARE(m_profile->ownLog().nextSequence, m_log.nextSequence);
        const QList<PendingEntry> pending = m_profile->pending(m_log);
        QCOMPARE(quint64(pending.size()), m_log.nextSequence - 1);
        for (const PendingEntry &entry : pending)
            QCOMPARE(entry.payload, bytesOf(entry.sequence, entry.sequence < 3 ? 1000 : size));
        QCOMPARE(quint64(m_profile->outbox().pendingTotals(m_log).value().count),
                 m_log.nextSequence - 1);
    };
    nothingIsLost();
    for (int i = 0; i < 3; ++i) // the same again, as a host would
        QCOMPARE(m_profile->outbox().append(m_log, m_log.nextSequence, batch()).kind(),
                 Problem::Kind::LocalStorageFull);
    nothingIsLost();
    makeRoom();
    if (entries < 200) { // the disk is smaller than that
        QVERIFY(!m_profile->outbox().append(m_log, m_log.nextSequence, batch()));
        m_log.nextSequence += quint64(entries);
    }
    nothingIsLost();
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
    nothingIsLost();
    QCOMPARE(m_profile->db().handle().execAndGet("PRAGMA integrity_check").getString(),
             std::string("ok"));
}

void FullDiskTest::nothingOfAGroupIsStored()
{
    // SQLite rolls back by itself; what follows in the same group must not be stored without what
    // came before.
    fill(40'000);
    const Problem problem = m_profile->db().transaction([&]() -> Problem {
        if (const Problem failed = m_profile->db().setMetaValue("before", "1"))
            return failed;
        // More than the cache holds, so that it goes to the disk at once.
        const Problem ignored =
            m_profile->outbox().append(m_log, 3, {{bytesOf(3, 20'000'000), {}}});
        Q_UNUSED(ignored);
        const Problem alsoIgnored = m_profile->db().setMetaValue("after", "1");
        Q_UNUSED(alsoIgnored);
        return {};
    });
    QCOMPARE(problem.kind(), Problem::Kind::LocalStorageFull);
    QVERIFY(m_profile->db().metaValue("before").value().isNull());
    QVERIFY(m_profile->db().metaValue("after").value().isNull());
    makeRoom();
    QVERIFY(!m_profile->db().setMetaValue("after", "1"));
}

void FullDiskTest::intentsFailAndGoOn()
{
    fill(20'000);
    const OwnLog before = m_log;
    const QList<CutPage> pages{cutPage(m_log, 1, 0, 100), cutPage(m_log, 2, 3, 100'000)};
    QCOMPARE(m_profile->pages().addPages(m_log, pages).kind(), Problem::Kind::LocalStorageFull);
    QCOMPARE(m_profile->ownLog().position.nextPage, quint64(0));
    QCOMPARE(m_profile->pending(before).size(), 2);
    QCOMPARE(m_profile->pages().blockCount(before, MaxSequence).value(), 0);
    makeRoom();
    QVERIFY(!m_profile->pages().addPages(m_log, pages));
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->pages().blockCount(m_log, MaxSequence).value(), 5);
    QVERIFY(m_profile->pending(m_log).isEmpty());
}

void FullDiskTest::receivingFailsAndGoesOn()
{
    FollowedLog log = m_profile->inbox().createLog(linkTo(QStringLiteral("alice"))).value();
    fill(20'000);
    FollowedLog moved = log;
    moved.cursor = 10;
    const ReceivedPage page{1, 10, bytesOf(1, 200'000)};
    QCOMPARE(m_profile->inbox().receive(moved, {page}).kind(), Problem::Kind::LocalStorageFull);
    QCOMPARE(m_profile->inbox().receiveContent(log, 1, addressOf(1), page.block).kind(),
             Problem::Kind::LocalStorageFull);
    QCOMPARE(m_profile->followedLog().cursor, quint64(0));
    QCOMPARE(m_profile->inbox().waitingBytes(log).value(), qint64(0));
    makeRoom();
    QVERIFY(!m_profile->inbox().receive(moved, {page}));
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->inbox().pageAfter(moved, 0).value()->block, page.block);
}

void FullDiskTest::withdrawingFailsWholeOrNotAtAll()
{
    fill();
    const Result<bool> result = m_profile->outbox().withdraw(m_log, 2);
    const bool isWithdrawn = m_profile->pending(m_log).at(1).isWithdrawn;
    if (result.ok())
        QVERIFY(result.value() && isWithdrawn);
    else
        QVERIFY(result.problem().kind() == Problem::Kind::LocalStorageFull && !isWithdrawn);
    makeRoom();
    QVERIFY(m_profile->outbox().withdraw(m_log, 2).value());
    QVERIFY(m_profile->pending(m_log).at(1).isWithdrawn);
}

void FullDiskTest::openingFailsAndNothingIsSetAside()
{
    m_profile->crash(); // with a write-ahead log
    fill();
    const Problem problem = m_profile->open();
    QVERIFY(!problem || problem.kind() == Problem::Kind::LocalStorageFull);
    QVERIFY(!m_profile->notice);
    m_profile->close();
    makeRoom();
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
    QVERIFY(m_profile->setAside().isEmpty());
    QCOMPARE(m_profile->pending(m_log).size(), 2);
}

void FullDiskTest::newDatabaseFailsAndGoesOn()
{
    m_profile->close();
    for (qint64 leave : {0, 4096, 8192, 12'288, 16'384, 24'576, 40'960, 65'536}) {
        cleanup();
        fill(leave);
        m_profile = std::make_unique<TestProfile>(m_disk);
        const Problem problem = m_profile->open();
        QVERIFY(!problem || problem.kind() == Problem::Kind::LocalStorageFull);
        QVERIFY2(problem || leave > 0, qPrintable(QString::number(leave)));
        makeRoom();
        QVERIFY(!m_profile->open());
        QVERIFY(!m_profile->notice);
        QVERIFY(m_profile->createLog().id > 0);
    }
}

void FullDiskTest::readOnly()
{
    for (bool wasCrash : {true, false}) {
        if (wasCrash)
            m_profile->crash();
        else
            m_profile->close();
        QVERIFY(remount(QStringLiteral("ro")));
        QCOMPARE(m_profile->open().kind(), Problem::Kind::LocalStorageFull);
        QVERIFY(!m_profile->notice);
        QVERIFY(remount(QStringLiteral("rw")));
        QVERIFY(!m_profile->open());
        QVERIFY(!m_profile->notice);
        QCOMPARE(m_profile->pending(m_log).size(), 2);
    }
    m_profile->close();
    cleanup();
    QVERIFY(remount(QStringLiteral("ro")));
    TestProfile fresh(m_disk);
    QCOMPARE(fresh.open().kind(), Problem::Kind::LocalStorageFull);
    QVERIFY(remount(QStringLiteral("rw")));
    QVERIFY(!fresh.open());
}

void FullDiskTest::isFullUntilThereIsRoom_data()
{
    QTest::addColumn<int>("size");
    QTest::newRow("short ones") << 200;
    QTest::newRow("long ones") << 30'000;
    QTest::newRow("longer than the disk") << 3'000'000;
}

// A probe that the log has room for, or that needs none, is no proof.
void FullDiskTest::isFullUntilThereIsRoom()
{
    QFETCH(const int, size);
    int told = 0;
    m_profile->db().onDiskProblem([&] { ++told; });
    for (int round = 0; round < 2; ++round) {
        fill();
        const auto append = [&] {
            return m_profile->outbox().append(m_log, m_log.nextSequence,
                                              {{bytesOf(m_log.nextSequence, size), {}}});
        };
        told = 0;
        Problem problem;
        while (!(problem = append()))
            ++m_log.nextSequence;
        QCOMPARE(problem.kind(), Problem::Kind::LocalStorageFull);
        QCOMPARE(told, 1);
        QCOMPARE(append().kind(), Problem::Kind::LocalStorageFull);
        QCOMPARE(told, 2);
        for (int probe = 0; probe < 3; ++probe) {
            told = 0;
            m_profile->db().probeDisk();
            QCOMPARE(m_profile->db().diskProblem().kind(), Problem::Kind::LocalStorageFull);
            QCOMPARE(told, 0);
        }
        makeRoom();
        m_profile->db().probeDisk();
        QVERIFY(!m_profile->db().diskProblem());
        QCOMPARE(told, 1);
        QVERIFY(QDir(m_disk).entryList({QStringLiteral("*-room")}).isEmpty());
    }
}

// What the log had grown by would be lost to everybody as long as the profile is open.
void FullDiskTest::failedGiantGivesItsRoomBack()
{
    QVERIFY(!m_profile->open()); // the log has nothing that the database would need room for
    fill(600'000);
    QCOMPARE(m_profile->outbox().append(m_log, 3, {{bytesOf(3, 3'000'000), {}}}).kind(),
             Problem::Kind::LocalStorageFull);
    const QString log = m_profile->file() + QStringLiteral("-wal");
    QVERIFY(QFile(log).size() > 500'000);
    m_profile->db().probeDisk();
    QVERIFY(!m_profile->db().diskProblem());
    QVERIFY(QFile(log).size() < 100'000);
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList unshare{
        QStringLiteral("-rm"), QStringLiteral("sh"), QStringLiteral("-c"),
        QStringLiteral("mount -t tmpfs -o size=2m tmpfs \"$0\" && exec \"$@\"")};
    if (!qEnvironmentVariableIsSet(DiskVariable)) {
        const QTemporaryDir disk;
        if (QProcess::execute(QStringLiteral("unshare"),
                              unshare + QStringList{disk.path(), QStringLiteral("true")})
            == 0) {
            qputenv(DiskVariable, QFile::encodeName(disk.path()));
            return QProcess::execute(QStringLiteral("unshare"),
                                     unshare + QStringList{disk.path()} + application.arguments());
        }
    }
    FullDiskTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_fulldisk.moc"
