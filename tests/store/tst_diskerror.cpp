// SPDX-License-Identifier: MIT
// A disk that does not give what it holds: nothing is taken for damaged, nothing is set aside.
#include "failingdisk.h"
#include "testprofile.h"

#include "store/databasefile.h"

#include <QFile>
#include <QLoggingCategory>
#include <QTest>

#include <SQLiteCpp/Database.h>

#include <sqlite3.h>

#include <cerrno>

using namespace RemoteLog;

using Call = FailingDisk::Call;
using Access = FailingDisk::Access;

class DiskErrorTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_profile.reset(); }
    void anyReadWhileOpening_data();
    void anyReadWhileOpening();
    void errorThatStays();
    void readInUse();
    void noAnswerIsNotNo();
    void writes_data();
    void writes();
    void probeWritesEachTime();
    void errorsAreADiskProblem();
    void whatIsOverDoesNotCount();
    void otherProblemsAreNotTheDisks();
    void diskThatLies();

private:
    void everythingIsThere();
    // Nothing that was read before helps.
    void forgetPages()
    {
        QCOMPARE(sqlite3_db_release_memory(m_profile->db().handle().getHandle()), SQLITE_OK);
    }
    std::unique_ptr<TestProfile> m_profile;
    OwnLog m_log;
};

void DiskErrorTest::init()
{
    m_profile = std::make_unique<TestProfile>();
    QVERIFY(!m_profile->open());
    m_log = m_profile->createLog();
    QList<NewEntry> entries;
    for (quint64 i = 1; i <= 40; ++i)
        entries.append({bytesOf(i, 300), {}});
    QVERIFY(!m_profile->outbox().append(m_log, 1, entries));
    m_log.nextSequence = 41;
    QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, 10, 2, 5000)}));
    QVERIFY(m_profile->inbox().createLog(linkTo(QStringLiteral("alice"))).ok());
}

void DiskErrorTest::everythingIsThere()
{
    QVERIFY(!m_profile->notice);
    QVERIFY(m_profile->setAside().isEmpty());
    const QList<PendingEntry> entries = m_profile->pending(m_log);
    QCOMPARE(entries.size(), 30);
    for (const PendingEntry &entry : entries)
        QCOMPARE(entry.payload, bytesOf(entry.sequence, 300));
    QCOMPARE(m_profile->pages().blockCount(m_log, MaxSequence).value(), 3);
    QVERIFY(!m_profile->followedLog().link.isNull());
}

void DiskErrorTest::anyReadWhileOpening_data()
{
    QTest::addColumn<int>("error");
    QTest::addColumn<bool>("wasCrash");
    for (int error : {EIO, ENXIO, ERANGE, EACCES}) {
        for (bool wasCrash : {false, true})
            QTest::addRow("error %d%s", error, wasCrash ? ", after a crash" : "")
                << error << wasCrash;
    }
}

void DiskErrorTest::anyReadWhileOpening()
{
    QFETCH(int, error);
    QFETCH(bool, wasCrash);
    int failures = 0;
    for (int which = 0;; ++which) {
        if (wasCrash)
            m_profile->crash();
        else
            m_profile->close();
        int reads = 0;
        Problem problem;
        {
            const FailingDisk disk([&](const Call &call) {
                return call.access == Access::Read && reads++ == which ? error : 0;
            });
            problem = m_profile->open();
        }
        if (reads <= which)
            break; // all of them had their turn
        if (problem) {
            QCOMPARE(problem.kind(), Problem::Kind::WillRetry);
            QVERIFY(problem.detail().contains(QStringLiteral("I/O error of the disk")));
            ++failures;
        }
        QVERIFY(!m_profile->notice);
        QVERIFY(!m_profile->open());
        everythingIsThere();
        // So that there is something to read again after a crash.
        QVERIFY(!m_profile->db().setMetaValue("flag", QByteArray::number(which)));
    }
    QVERIFY2(failures > 10, qPrintable(QString::number(failures)));
}

void DiskErrorTest::errorThatStays()
{
    m_profile->close();
    const qint64 size = QFile(m_profile->file()).size();
    for (qint64 offset = 0; offset < size; offset += Database::SchemaPageSize) {
        {
            const FailingDisk disk([offset](const Call &call) {
                return call.access == Access::Read && call.offset == offset ? EIO : 0;
            });
            for (int i = 0; i < 3; ++i)
                QCOMPARE(m_profile->open().kind(), Problem::Kind::WillRetry);
        }
        QVERIFY(!DatabaseFile(m_profile->file()).isSuspect());
    }
    QVERIFY(!m_profile->open());
    everythingIsThere();
}

void DiskErrorTest::readInUse()
{
    forgetPages();
    {
        const FailingDisk disk(
            [](const Call &call) { return call.access == Access::Read ? EIO : 0; });
        QCOMPARE(m_profile->outbox().pending(m_log, 1, 100, 1'000'000).problem().kind(),
                 Problem::Kind::WillRetry);
        QCOMPARE(m_profile->outbox().append(m_log, 41, {{"payload", {}}}).kind(),
                 Problem::Kind::WillRetry);
    }
    QVERIFY(!DatabaseFile(m_profile->file()).isSuspect());
    everythingIsThere();
}

void DiskErrorTest::noAnswerIsNotNo()
{
    forgetPages();
    const FailingDisk disk([](const Call &call) { return call.access == Access::Read ? EIO : 0; });
    QCOMPARE(m_profile->db().hasCheckValue().problem().kind(), Problem::Kind::WillRetry);
    QCOMPARE(m_profile->db().metaValue("flag").problem().kind(), Problem::Kind::WillRetry);
    QCOMPARE(m_profile->db().unlock(m_profile->master).kind(), Problem::Kind::WillRetry);
    QCOMPARE(m_profile->outbox().logs().problem().kind(), Problem::Kind::WillRetry);
}

void DiskErrorTest::writes_data()
{
    QTest::addColumn<int>("error");
    QTest::addColumn<Problem::Kind>("kind");
    QTest::newRow("quota") << EDQUOT << Problem::Kind::LocalStorageFull;
    QTest::newRow("full") << ENOSPC << Problem::Kind::LocalStorageFull;
    QTest::newRow("I/O error") << EIO << Problem::Kind::WillRetry;
}

void DiskErrorTest::writes()
{
    QFETCH(int, error);
    QFETCH(Problem::Kind, kind);
    {
        const FailingDisk disk(
            [error](const Call &call) { return call.access == Access::Write ? error : 0; });
        const Problem problem = m_profile->outbox().append(m_log, 41, {{"payload", {}}});
        QVERIFY2(problem.kind() == kind, qPrintable(problem.detail()));
    }
    everythingIsThere();
    QVERIFY(!m_profile->outbox().append(m_log, 41, {{"payload", {}}}));
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
}

void DiskErrorTest::probeWritesEachTime()
{
    m_profile->db().probeDisk();
    {
        // Beside the database there is room.
        const FailingDisk disk(
            [](const Call &call) { return call.access == Access::Write ? EDQUOT : 0; });
        QCOMPARE(m_profile->outbox().append(m_log, 41, {{"payload", {}}}).kind(),
                 Problem::Kind::LocalStorageFull);
        for (int i = 0; i < 3; ++i) {
            m_profile->db().probeDisk();
            QCOMPARE(m_profile->db().diskProblem().kind(), Problem::Kind::LocalStorageFull);
        }
    }
    m_profile->db().probeDisk();
    QVERIFY(!m_profile->db().diskProblem());
}

void DiskErrorTest::errorsAreADiskProblem()
{
    {
        const FailingDisk disk(
            [](const Call &call) { return call.access == Access::Write ? EIO : 0; });
        QCOMPARE(m_profile->outbox().append(m_log, 41, {{"payload", {}}}).kind(),
                 Problem::Kind::WillRetry);
        m_profile->db().probeDisk();
        QCOMPARE(m_profile->db().diskProblem().kind(), Problem::Kind::WillRetry);
        QVERIFY(m_profile->db().diskProblem().detail().contains(
            QStringLiteral("I/O error of the disk")));
    }
    m_profile->db().probeDisk();
    QVERIFY(!m_profile->db().diskProblem());
}

// SQLite remembers the last error of a file for as long as it is open.
void DiskErrorTest::whatIsOverDoesNotCount()
{
    {
        const FailingDisk disk(
            [](const Call &call) { return call.access == Access::Write ? EDQUOT : 0; });
        QCOMPARE(m_profile->outbox().append(m_log, 41, {{"payload", {}}}).kind(),
                 Problem::Kind::LocalStorageFull);
    }
    QVERIFY(!m_profile->outbox().append(m_log, 41, {{"payload", {}}}));
    forgetPages();
    {
        const FailingDisk disk(
            [](const Call &call) { return call.access == Access::Read ? EIO : 0; });
        QCOMPARE(m_profile->outbox().pending(m_log, 1, 100, 1'000'000).problem().kind(),
                 Problem::Kind::WillRetry);
    }
    {
        const FailingDisk disk([](const Call &call) {
            return call.access == Access::Read ? FailingDisk::Garbled : 0;
        });
        QCOMPARE(m_profile->outbox().pending(m_log, 1, 100, 1'000'000).problem().kind(),
                 Problem::Kind::LocalDataCorrupt);
    }
    QVERIFY(DatabaseFile(m_profile->file()).isSuspect());
}

void DiskErrorTest::otherProblemsAreNotTheDisks()
{
    for (const Problem::Kind kind : {Problem::Kind::ActionRequired, Problem::Kind::WillRetry}) {
        QCOMPARE(m_profile->db().transaction([kind] { return Problem(kind, {}); }).kind(), kind);
        QVERIFY(!m_profile->db().diskProblem());
    }
}

void DiskErrorTest::diskThatLies()
{
    // The old database goes aside; new ones that are no better do not follow it.
    m_profile->close();
    QLoggingCategory::setFilterRules(QStringLiteral("remotelog.store=false"));
    for (int i = 0; i < 3; ++i) {
        const FailingDisk disk([](const Call &call) {
            return call.access == Access::Read ? FailingDisk::Garbled : 0;
        });
        QCOMPARE(m_profile->open().kind(), Problem::Kind::ActionRequired);
        QCOMPARE(bool(m_profile->notice), i == 0);
    }
    QCOMPARE(m_profile->setAside().size(), 1);
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
}

QTEST_GUILESS_MAIN(DiskErrorTest)
#include "tst_diskerror.moc"
