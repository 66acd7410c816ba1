// SPDX-License-Identifier: MIT
#include "profileondisk.h"

#include "support/memoryhelpers.h"

#include <QDir>
#include <QFileSystemWatcher>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

} // namespace

// The disk of the profile: what is confirmed is there, what is not is not, and the plugin goes on
// when the disk does.
class ProfileDiskTest : public QObject
{
    Q_OBJECT

public:
    explicit ProfileDiskTest(const QString &why)
        : m_why(why)
    {
    }

private Q_SLOTS:
    void initTestCase();
    void init() { m_profile = std::make_unique<ProfileOnDisk>(Label); }
    void cleanup() { m_profile.reset(); }
    void becomesFull_data();
    void becomesFull();
    void staysFullUntilThereIsRoom();
    void isFullAtTheStart_data();
    void isFullAtTheStart();
    void isReadOnlyAtTheStart_data();
    void isReadOnlyAtTheStart();
    void filesMayNotGrow();
    void whatWasSetAsideOnAFullDiskIsTold();
    void isFullWhileReading();

private:
    const QString m_why;
    std::unique_ptr<ProfileOnDisk> m_profile;
};

void ProfileDiskTest::initTestCase()
{
    if (!m_why.isEmpty())
        QSKIP(qPrintable(m_why));
}

void ProfileDiskTest::becomesFull_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("isPublished");
    for (const bool isPublished : {false, true}) {
        const char *what = isPublished ? "published" : "kept";
        QTest::addRow("%s: one at a time", what) << 1 << 200 << isPublished;
        QTest::addRow("%s: many at once", what) << 100 << 200 << isPublished;
        QTest::addRow("%s: long ones", what) << 3 << 150'000 << isPublished;
        QTest::addRow("%s: longer than the disk", what) << 1 << 3'000'000 << isPublished;
    }
}

void ProfileDiskTest::becomesFull()
{
    QFETCH(const int, count);
    QFETCH(const int, size);
    QFETCH(const bool, isPublished);
    if (isPublished)
        m_profile->alice->settings.setHelpers({helper(QTest::currentDataTag())});
    OutgoingLog *log = m_profile->open();
    QVERIFY(m_profile->append(log));
    // Where there is room for less it may be over soon.
    bool isTold = false;
    const QObject here;
    connect(&m_profile->alice->transport(), &Transport::problemChanged, &here, [&] {
        isTold |= m_profile->alice->transport().problem().kind() == Problem::Kind::LocalStorageFull
                  && m_profile->alice->transport().state() == Transport::State::NeedsAttention;
    });
    m_profile->disk.fill(600 * 1024);
    QCOMPARE(m_profile->appendUntilItFails(log, count, size).kind(),
             Problem::Kind::LocalStorageFull);
    QVERIFY(waitFor([&] { return isTold; }));
    QCOMPARE(contentOf(log), m_profile->confirmed);

    m_profile->disk.makeRoom();
    QVERIFY(waitFor([&] { return !m_profile->alice->transport().problem(); }));
    QVERIFY(m_profile->append(log));
    if (isPublished)
        QVERIFY(waitFor(
            [&] { return log->head().lastSequence() == quint64(m_profile->confirmed.size()); }));
    QVERIFY(m_profile->isAllThere());
}

// Not only the first time, and not only until the next probe.
void ProfileDiskTest::staysFullUntilThereIsRoom()
{
    OutgoingLog *log = m_profile->open();
    QVERIFY(m_profile->append(log));
    for (int round = 0; round < 2; ++round) {
        int endings = 0;
        const QObject here;
        connect(&m_profile->alice->transport(), &Transport::problemChanged, &here,
                [&](const Problem &problem) { endings += problem ? 0 : 1; });
        m_profile->disk.fill();
        QCOMPARE(m_profile->appendUntilItFails(log, 3, 150'000).kind(),
                 Problem::Kind::LocalStorageFull);
        QVERIFY(waitFor([&] {
            return m_profile->alice->transport().problem().kind()
                   == Problem::Kind::LocalStorageFull;
        }));
        // Each probe makes a file and removes it, twice where it fails.
        const QFileSystemWatcher watcher({m_profile->folder()});
        const QSignalSpy probes(&watcher, &QFileSystemWatcher::directoryChanged);
        QVERIFY(waitFor([&] { return probes.size() > 8; }));
        QCOMPARE(endings, 0);
        QCOMPARE(m_profile->alice->transport().state(), Transport::State::NeedsAttention);
        m_profile->disk.makeRoom();
        QVERIFY(waitFor([&] { return !m_profile->alice->transport().problem(); }));
        QCOMPARE(endings, 1);
        QVERIFY(m_profile->append(log));
    }
    QVERIFY(m_profile->isAllThere());
}

void ProfileDiskTest::isFullAtTheStart_data()
{
    QTest::addColumn<bool>("isNew");
    QTest::addColumn<int>("leave");
    for (const int leave : {0, 4096, 16 * 1024, 40 * 1024}) {
        QTest::addRow("a new profile, %d bytes left", leave) << true << leave;
        QTest::addRow("a profile, %d bytes left", leave) << false << leave;
    }
}

void ProfileDiskTest::isFullAtTheStart()
{
    QFETCH(const bool, isNew);
    QFETCH(const int, leave);
    if (!isNew) {
        OutgoingLog *log = m_profile->open();
        for (int i = 0; i < 20; ++i)
            QVERIFY(m_profile->append(log));
        m_profile->alice->close();
    }
    m_profile->disk.fill(leave);
    OutgoingLog *log = m_profile->open();
    QCOMPARE(m_profile->appendUntilItFails(log, 1, 5000).kind(), Problem::Kind::LocalStorageFull);
    m_profile->disk.makeRoom();
    QVERIFY(waitFor([&] { return log->isReady() && !m_profile->alice->transport().problem(); }));
    QVERIFY(m_profile->append(log));
    QVERIFY(m_profile->isAllThere());
    QVERIFY(QDir(m_profile->folder()).entryList({QStringLiteral("*damaged*")}).isEmpty());
}

void ProfileDiskTest::isReadOnlyAtTheStart_data()
{
    QTest::addColumn<bool>("isNew");
    QTest::newRow("a new profile") << true;
    QTest::newRow("a profile") << false;
}

void ProfileDiskTest::isReadOnlyAtTheStart()
{
    QFETCH(const bool, isNew);
    if (!isNew) {
        QVERIFY(m_profile->append(m_profile->open()));
        m_profile->alice->close();
    }
    m_profile->disk.setReadOnly(true);
    OutgoingLog *log = m_profile->open();
    QCOMPARE(m_profile->appendUntilItFails(log, 1, 100).kind(), Problem::Kind::LocalStorageFull);
    QVERIFY(waitFor([&] {
        return m_profile->alice->transport().problem().kind() == Problem::Kind::LocalStorageFull;
    }));
    QCOMPARE(m_profile->alice->transport().state(), Transport::State::NeedsAttention);
    m_profile->disk.setReadOnly(false);
    QVERIFY(waitFor([&] { return log->isReady() && !m_profile->alice->transport().problem(); }));
    QVERIFY(m_profile->append(log));
    QVERIFY(m_profile->isAllThere());
}

void ProfileDiskTest::filesMayNotGrow()
{
    OutgoingLog *log = m_profile->open();
    QVERIFY(m_profile->append(log));
    {
        const FileSizeLimit limit(256 * 1024);
        QCOMPARE(m_profile->appendUntilItFails(log, 10, 2000).kind(),
                 Problem::Kind::LocalStorageFull);
    }
    QVERIFY(m_profile->confirmed.size() > 1);
    QVERIFY(m_profile->append(log));
    QVERIFY(m_profile->isAllThere());
}

void ProfileDiskTest::whatWasSetAsideOnAFullDiskIsTold()
{
    QVERIFY(m_profile->append(m_profile->open()));
    m_profile->alice->close();
    QFile database(m_profile->folder() + QStringLiteral("/remotelog.sqlite"));
    QVERIFY(database.open(QIODevice::ReadWrite));
    database.write("What is this?");
    database.close();
    m_profile->disk.fill();
    OutgoingLog *log = m_profile->open();
    QCOMPARE(await(log->append("not taken")).problem().kind(), Problem::Kind::LocalStorageFull);
    m_profile->disk.makeRoom();
    QVERIFY(waitFor([&] { return log->isReady(); }));
    QVERIFY(waitFor([&] {
        return m_profile->alice->transport().problem().kind() == Problem::Kind::LocalDataCorrupt;
    }));
    QCOMPARE(QDir(m_profile->folder()).entryList({QStringLiteral("*damaged*")}).size(), 1);
}

void ProfileDiskTest::isFullWhileReading()
{
    Party bob({helper("reading")});
    bob.settings.setDirectory(m_profile->disk.path(QStringLiteral("bob")));
    Party writer({helper("reading")});
    OutgoingLog *log = writer.open().openLog(Label);
    QList<QByteArray> payloads;
    for (int i = 0; i < 40; ++i)
        payloads.append(payload(i, 40'000));
    Reader reader(bob.open().follow(linkOf(log)), false);
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Idle; }));
    m_profile->disk.fill(200 * 1024);
    QVERIFY(await(log->appendAll(payloads)).ok());
    QVERIFY(waitFor([&] { return log->head().lastSequence() == quint64(payloads.size()); }));
    reader.log->checkNow();
    QVERIFY(
        waitFor([&] { return reader.log->problem().kind() == Problem::Kind::LocalStorageFull; }));
    QVERIFY(waitFor(
        [&] { return bob.transport().problem().kind() == Problem::Kind::LocalStorageFull; }));
    m_profile->disk.makeRoom();
    QVERIFY(waitFor([&] { return reader.entries.size() == payloads.size(); }));
    QCOMPARE(payloadsOf(reader.entries), payloads);
    QVERIFY(waitFor([&] { return !bob.transport().problem(); }));
}

int main(int argc, char **argv)
{
    return runWithMounts<ProfileDiskTest>(argc, argv);
}
#include "tst_profile.moc"
