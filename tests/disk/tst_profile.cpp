// SPDX-License-Identifier: MIT
#include "disktest.h"

#include "support/memoryhelpers.h"

#include <QDir>
#include <QFileSystemWatcher>

#include <sys/stat.h>

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
    void init();
    void cleanup();
    void becomesFull_data();
    void becomesFull();
    void staysFullUntilThereIsRoom();
    void isFullAtTheStart_data();
    void isFullAtTheStart();
    void isReadOnlyAtTheStart_data();
    void isReadOnlyAtTheStart();
    void filesMayNotGrow();
    void vanishes_data();
    void vanishes();
    void isReplaced_data();
    void isReplaced();
    void whatTakesItsPlaceIsLeftAlone();
    void logInPlaceOfOursIsLeftAlone();
    void logOnAnotherDiskIsLeftAlone();
    void whatWasSetAsideOnAFullDiskIsTold();
    void isFullWhileReading();

private:
    OutgoingLog *open();
    // Appends until it fails, and some more; keeps what was confirmed.
    Problem appendUntilItFails(OutgoingLog *log, int count, int size);
    bool append(OutgoingLog *log);
    void isAllThere();
    QString profile() const { return m_alice->settings.directory(); }

    const QString m_why;
    std::unique_ptr<SmallDisk> m_disk;
    std::unique_ptr<Party> m_alice;
    QList<QByteArray> m_confirmed;
    int m_number = 0;
};

void ProfileDiskTest::initTestCase()
{
    if (!m_why.isEmpty())
        QSKIP(qPrintable(m_why));
}

void ProfileDiskTest::init()
{
    m_disk = std::make_unique<SmallDisk>(2048);
    m_alice = std::make_unique<Party>(QList<QUrl>());
    m_alice->settings.setDirectory(m_disk->path(QStringLiteral("home/profile")));
    m_confirmed.clear();
    m_number = 0;
}

void ProfileDiskTest::cleanup()
{
    m_alice.reset();
    m_disk.reset();
}

OutgoingLog *ProfileDiskTest::open()
{
    return m_alice->open().openLog(Label);
}

bool ProfileDiskTest::append(OutgoingLog *log)
{
    const QByteArray bytes = payload(m_number++);
    const Result<quint64> sequence = await(log->append(bytes));
    if (sequence.ok())
        m_confirmed.append(bytes);
    else
        qInfo() << sequence.problem();
    return sequence.ok() && sequence.value() == quint64(m_confirmed.size());
}

Problem ProfileDiskTest::appendUntilItFails(OutgoingLog *log, int count, int size)
{
    Problem problem;
    for (int failures = 0; failures < 3;) {
        // Many at once: they share transactions, and each has an answer of its own.
        QList<QByteArray> payloads;
        QList<QFuture<Result<quint64>>> answers;
        for (int i = 0; i < count; ++i) {
            payloads.append(payload(m_number++, size));
            answers.append(log->append(payloads.constLast()));
        }
        for (int i = 0; i < count; ++i) {
            const Result<quint64> sequence = await(answers.at(i));
            if (!sequence.ok()) {
                problem = sequence.problem();
                ++failures;
                continue;
            }
            m_confirmed.append(payloads.at(i));
            if (sequence.value() != quint64(m_confirmed.size()))
                return Problem(Problem::Kind::Conflict, QStringLiteral("a wrong sequence"));
        }
    }
    return problem;
}

void ProfileDiskTest::isAllThere()
{
    m_alice->close();
    QCOMPARE(contentOf(open()), m_confirmed);
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
        m_alice->settings.setHelpers({helper(QTest::currentDataTag())});
    OutgoingLog *log = open();
    QVERIFY(append(log));
    // Where there is room for less it may be over soon.
    bool isTold = false;
    const QObject here;
    connect(&m_alice->transport(), &Transport::problemChanged, &here, [&] {
        isTold |= m_alice->transport().problem().kind() == Problem::Kind::LocalStorageFull
                  && m_alice->transport().state() == Transport::State::NeedsAttention;
    });
    m_disk->fill(600 * 1024);
    QCOMPARE(appendUntilItFails(log, count, size).kind(), Problem::Kind::LocalStorageFull);
    QVERIFY(waitFor([&] { return isTold; }));
    QCOMPARE(contentOf(log), m_confirmed);

    m_disk->makeRoom();
    QVERIFY(waitFor([&] { return !m_alice->transport().problem(); }));
    QVERIFY(append(log));
    if (isPublished)
        QVERIFY(waitFor([&] { return log->head().lastSequence() == quint64(m_confirmed.size()); }));
    isAllThere();
}

// Not only the first time, and not only until the next probe.
void ProfileDiskTest::staysFullUntilThereIsRoom()
{
    OutgoingLog *log = open();
    QVERIFY(append(log));
    for (int round = 0; round < 2; ++round) {
        int endings = 0;
        const QObject here;
        connect(&m_alice->transport(), &Transport::problemChanged, &here,
                [&](const Problem &problem) { endings += problem ? 0 : 1; });
        m_disk->fill();
        QCOMPARE(appendUntilItFails(log, 3, 150'000).kind(), Problem::Kind::LocalStorageFull);
        QVERIFY(waitFor([&] {
            return m_alice->transport().problem().kind() == Problem::Kind::LocalStorageFull;
        }));
        // Each probe makes a file and removes it.
        const QFileSystemWatcher watcher({profile()});
        const QSignalSpy probes(&watcher, &QFileSystemWatcher::directoryChanged);
        QVERIFY(waitFor([&] { return probes.size() >= 4; }));
        QCOMPARE(endings, 0);
        QCOMPARE(m_alice->transport().state(), Transport::State::NeedsAttention);
        m_disk->makeRoom();
        QVERIFY(waitFor([&] { return !m_alice->transport().problem(); }));
        QCOMPARE(endings, 1);
        QVERIFY(append(log));
    }
    isAllThere();
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
        OutgoingLog *log = open();
        for (int i = 0; i < 20; ++i)
            QVERIFY(append(log));
        m_alice->close();
    }
    m_disk->fill(leave);
    OutgoingLog *log = open();
    QCOMPARE(appendUntilItFails(log, 1, 5000).kind(), Problem::Kind::LocalStorageFull);
    m_disk->makeRoom();
    QVERIFY(waitFor([&] { return log->isReady() && !m_alice->transport().problem(); }));
    QVERIFY(append(log));
    isAllThere();
    QVERIFY(QDir(profile()).entryList({QStringLiteral("*damaged*")}).isEmpty());
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
        QVERIFY(append(open()));
        m_alice->close();
    }
    m_disk->setReadOnly(true);
    OutgoingLog *log = open();
    QCOMPARE(appendUntilItFails(log, 1, 100).kind(), Problem::Kind::LocalStorageFull);
    QVERIFY(waitFor(
        [&] { return m_alice->transport().problem().kind() == Problem::Kind::LocalStorageFull; }));
    QCOMPARE(m_alice->transport().state(), Transport::State::NeedsAttention);
    m_disk->setReadOnly(false);
    QVERIFY(waitFor([&] { return log->isReady() && !m_alice->transport().problem(); }));
    QVERIFY(append(log));
    isAllThere();
}

void ProfileDiskTest::filesMayNotGrow()
{
    OutgoingLog *log = open();
    QVERIFY(append(log));
    {
        const FileSizeLimit limit(256 * 1024);
        QCOMPARE(appendUntilItFails(log, 10, 2000).kind(), Problem::Kind::LocalStorageFull);
    }
    QVERIFY(m_confirmed.size() > 1);
    QVERIFY(append(log));
    isAllThere();
}

void ProfileDiskTest::vanishes_data()
{
    QTest::addColumn<QString>("how");
    for (const char *how : {"pulled out", "profile renamed", "parent renamed"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void ProfileDiskTest::vanishes()
{
    QFETCH(const QString, how);
    const bool isPulledOut = how == u"pulled out";
    const QString from = how == u"profile renamed" ? profile() : QFileInfo(profile()).path();
    const QString to = from + QStringLiteral("-away");
    OutgoingLog *log = open();
    for (int i = 0; i < 5; ++i)
        QVERIFY(append(log));
    if (isPulledOut)
        m_disk->pullOut();
    else
        QVERIFY(QFile::rename(from, to));
    // Nobody would find what is written now.
    for (int i = 0; i < 3; ++i)
        QCOMPARE(await(log->append(payload(1000))).problem().kind(), Problem::Kind::ActionRequired);
    QVERIFY(waitFor(
        [&] { return m_alice->transport().problem().kind() == Problem::Kind::ActionRequired; }));
    if (isPulledOut)
        m_disk->plugIn();
    else
        QVERIFY(QFile::rename(to, from));
    QVERIFY(waitFor([&] { return !m_alice->transport().problem(); }));
    QVERIFY(append(log));
    isAllThere();
}

void ProfileDiskTest::isReplaced_data()
{
    QTest::addColumn<QString>("how");
    for (const char *how : {"folder removed", "files removed", "another folder", "log removed"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void ProfileDiskTest::isReplaced()
{
    QFETCH(const QString, how);
    OutgoingLog *log = open();
    for (int i = 0; i < 5; ++i)
        QVERIFY(append(log));
    QDir folder(profile());
    if (how == u"log removed") {
        QVERIFY(folder.remove(QStringLiteral("remotelog.sqlite-wal")));
    } else if (how == u"files removed") {
        for (const QString &name : folder.entryList(QDir::Files))
            QVERIFY(folder.remove(name));
    } else {
        QVERIFY(folder.removeRecursively());
        if (how == u"another folder")
            QVERIFY(QDir().mkpath(profile()));
    }
    for (int i = 0; i < 3; ++i)
        QCOMPARE(await(log->append(payload(1000))).problem().kind(), Problem::Kind::ActionRequired);
    // What is open still has what was confirmed; closing puts it where it belongs if it can.
    if (how != u"log removed")
        m_confirmed.clear();
    isAllThere();
}

void ProfileDiskTest::whatTakesItsPlaceIsLeftAlone()
{
    QVERIFY(append(open()));
    const QString away = profile() + QStringLiteral("-away");
    QVERIFY(QFile::rename(profile(), away));
    // A backup, say, in which a write-ahead log waits to be read.
    QVERIFY(QDir().mkdir(profile()));
    QFile theirs(profile() + QStringLiteral("/remotelog.sqlite-wal"));
    QVERIFY(theirs.open(QIODevice::WriteOnly));
    theirs.write("theirs");
    theirs.close();
    m_alice->close();
    QVERIFY(theirs.open(QIODevice::ReadOnly));
    QCOMPARE(theirs.readAll(), QByteArray("theirs"));
    QCOMPARE(QDir(profile()).entryList(QDir::Files).size(), 1);
    // And the old one has all that it had.
    QVERIFY(QDir(profile()).removeRecursively());
    QVERIFY(QFile::rename(away, profile()));
    QCOMPARE(contentOf(open()), m_confirmed);
}

// And nothing of ours is lost with our log.
void ProfileDiskTest::logInPlaceOfOursIsLeftAlone()
{
    QVERIFY(append(open()));
    QFile theirs(profile() + QStringLiteral("/remotelog.sqlite-wal"));
    QVERIFY(theirs.remove());
    QVERIFY(theirs.open(QIODevice::WriteOnly));
    theirs.write("theirs");
    theirs.close();
    m_alice->close();
    QVERIFY(theirs.open(QIODevice::ReadOnly));
    QCOMPARE(theirs.readAll(), QByteArray("theirs"));
    QVERIFY(theirs.remove());
    QCOMPARE(contentOf(open()), m_confirmed);
}

// Where the database's number of the file is the same: SQLite does not see that it is another one.
void ProfileDiskTest::logOnAnotherDiskIsLeftAlone()
{
    const QString name = QStringLiteral("/remotelog.sqlite");
    const auto inodeOf = [](const QString &path) {
        struct stat status;
        return ::stat(QFile::encodeName(path).constData(), &status) == 0 ? status.st_ino : 0;
    };
    QVERIFY(append(open()));
    const auto ours = inodeOf(profile() + name);
    m_disk->pullOut();
    {
        SmallDisk other(2048);
        m_disk->plugIn(other);
        QVERIFY(QDir().mkpath(profile()));
        const auto make = [](const QString &path) {
            QFile file(path);
            return file.open(QIODevice::WriteOnly) && file.write("theirs") == 6;
        };
        // Numbers of files go up: here, too, there will be one.
        for (int i = 0; inodeOf(profile() + name) != ours; ++i) {
            QVERIFY(i < 1000);
            QFile::remove(profile() + name);
            QVERIFY(make(profile() + name));
        }
        QVERIFY(make(profile() + name + QStringLiteral("-wal")));
        m_alice->close();
        QFile theirs(profile() + name + QStringLiteral("-wal"));
        QVERIFY(theirs.open(QIODevice::ReadOnly));
        QCOMPARE(theirs.readAll(), QByteArray("theirs"));
        theirs.close();
        m_disk->pullOut();
    }
    m_disk->plugIn();
    QCOMPARE(contentOf(open()), m_confirmed);
}

void ProfileDiskTest::whatWasSetAsideOnAFullDiskIsTold()
{
    QVERIFY(append(open()));
    m_alice->close();
    QFile database(profile() + QStringLiteral("/remotelog.sqlite"));
    QVERIFY(database.open(QIODevice::ReadWrite));
    database.write("What is this?");
    database.close();
    m_disk->fill();
    OutgoingLog *log = open();
    QCOMPARE(await(log->append("not taken")).problem().kind(), Problem::Kind::LocalStorageFull);
    m_disk->makeRoom();
    QVERIFY(waitFor([&] { return log->isReady(); }));
    QVERIFY(waitFor(
        [&] { return m_alice->transport().problem().kind() == Problem::Kind::LocalDataCorrupt; }));
    QCOMPARE(QDir(profile()).entryList({QStringLiteral("*damaged*")}).size(), 1);
}

void ProfileDiskTest::isFullWhileReading()
{
    Party bob({helper("reading")});
    bob.settings.setDirectory(m_disk->path(QStringLiteral("bob")));
    Party writer({helper("reading")});
    OutgoingLog *log = writer.open().openLog(Label);
    QList<QByteArray> payloads;
    for (int i = 0; i < 40; ++i)
        payloads.append(payload(i, 40'000));
    Reader reader(bob.open().follow(linkOf(log)), false);
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Idle; }));
    m_disk->fill(200 * 1024);
    QVERIFY(await(log->appendAll(payloads)).ok());
    QVERIFY(waitFor([&] { return log->head().lastSequence() == quint64(payloads.size()); }));
    reader.log->checkNow();
    QVERIFY(
        waitFor([&] { return reader.log->problem().kind() == Problem::Kind::LocalStorageFull; }));
    QVERIFY(waitFor(
        [&] { return bob.transport().problem().kind() == Problem::Kind::LocalStorageFull; }));
    m_disk->makeRoom();
    QVERIFY(waitFor([&] { return reader.entries.size() == payloads.size(); }));
    QCOMPARE(payloadsOf(reader.entries), payloads);
    QVERIFY(waitFor([&] { return !bob.transport().problem(); }));
}

int main(int argc, char **argv)
{
    return runWithMounts<ProfileDiskTest>(argc, argv);
}
#include "tst_profile.moc"
