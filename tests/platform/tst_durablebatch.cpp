// SPDX-License-Identifier: MIT
#include "folders.h"
#include "systemcalls.h"

#include "platform/durablebatch.h"

#include <QDateTime>

#include <cerrno>
#include <optional>

using namespace RemoteLog;
using namespace RemoteLogTest;

class TestDurableBatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { SystemCalls::heal(); }
    void showsNothingBeforeTheCommit();
    void leavesNothingWhenAbandoned();
    void takesManyFiles();
    void replacesWhatIsThere();
    void syncsInTheOrderThatACrashNeeds();
    void syncsWhatOthersMadeOnce();
    void syncsAboveWhatItKeeps();
    void showsNothingThatCannotBeSynced_data();
    void showsNothingThatCannotBeSynced();
    void movesObstaclesAside_data();
    void movesObstaclesAside();
    void neverWritesThroughALink();
    void saysWhatItCannotMove_data();
    void saysWhatItCannotMove();
    void sharesWhatItMakes_data();
    void sharesWhatItMakes();
    void widensItsOwnDirectories();
    void worksForTheNextUser_data();
    void worksForTheNextUser();
    void leavesNothingOnAFullDisk() { RUN_ON_OWN_DISK("leavesNothingOnAFullDisk"); }
    void saysThatItsPartsAreOnOtherDisks() { RUN_ON_OWN_DISK("saysThatItsPartsAreOnOtherDisks"); }

private:
    QString path(const QString &name) const { return m_folder->filePath(name); }
    Problem write(const QStringList &names) const;
    Problem keep(const QString &name) const;
    bool knowsBirths() const { return QFileInfo(m_folder->path()).birthTime().isValid(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<FolderTree> m_tree;
};

void TestDurableBatch::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_tree.emplace(m_folder->path());
    QCOMPARE(m_tree->open(), Problem());
}

Problem TestDurableBatch::write(const QStringList &names) const
{
    DurableBatch batch(*m_tree);
    for (const QString &name : names) {
        if (const Problem problem = batch.add(name, "good"))
            return problem;
    }
    return batch.commit();
}

Problem TestDurableBatch::keep(const QString &name) const
{
    DurableBatch batch(*m_tree);
    batch.keep(name);
    return batch.commit();
}

void TestDurableBatch::showsNothingBeforeTheCommit()
{
    DurableBatch batch(*m_tree);
    QCOMPARE(batch.add(u"a"_s, "1"), Problem());
    QCOMPARE(batch.add(u"x/y/b"_s, "2"), Problem());
    QVERIFY(!QFile::exists(path(u"a"_s)) && !QFile::exists(path(u"x/y/b"_s)));
    QCOMPARE(batch.commit(), Problem());
    QCOMPARE(readFile(path(u"a"_s)), "1");
    QCOMPARE(readFile(path(u"x/y/b"_s)), "2");
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
}

void TestDurableBatch::leavesNothingWhenAbandoned()
{
    {
        DurableBatch batch(*m_tree);
        QCOMPARE(batch.add(u"a"_s, "1"), Problem());
    }
    QCOMPARE(namesBelow(m_folder->path()), QStringList({u"tmp/"_s}));
}

// More than may be open at a time.
void TestDurableBatch::takesManyFiles()
{
    DurableBatch batch(*m_tree);
    for (int i = 0; i < 150; ++i) {
        const QString name = u"%1/%2"_s.arg(i % 7).arg(i);
        QCOMPARE(batch.add(name, QByteArray::number(i)), Problem());
    }
    QVERIFY(QDir(u"/proc/self/fd"_s).count() < 120);
    QCOMPARE(batch.commit(), Problem());
    for (int i = 0; i < 150; ++i)
        QCOMPARE(readFile(path(u"%1/%2"_s.arg(i % 7).arg(i))), QByteArray::number(i));
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
}

void TestDurableBatch::replacesWhatIsThere()
{
    writeFile(path(u"a"_s), "bad");
    makeFifo(path(u"b"_s));
    DurableBatch batch(*m_tree);
    QCOMPARE(batch.add(u"a"_s, "good"), Problem());
    QCOMPARE(batch.add(u"b"_s, "good"), Problem());
    QCOMPARE(readFile(path(u"a"_s)), "bad");
    QCOMPARE(batch.commit(), Problem());
    QCOMPARE(readFile(path(u"a"_s)), "good");
    QCOMPARE(readFile(path(u"b"_s)), "good");
}

// Data before names, names before the last name, and each new directory's name, too.
void TestDurableBatch::syncsInTheOrderThatACrashNeeds()
{
    SystemCalls::record(m_folder->path());
    QCOMPARE(write({u"blocks/aa/1"_s, u"blocks/aa/2"_s}), Problem());
    QStringList calls = SystemCalls::taken();
    calls.removeIf([](const QString &call) { return call.startsWith(u"fchmod"); });
    const QStringList files = calls.mid(0, 6);
    QCOMPARE(files, QStringList({u"mkdir tmp"_s, u"mkdir blocks"_s, u"mkdir blocks/aa"_s,
                                 u"fsync tmp/remotelog-*.tmp"_s, u"fsync tmp/remotelog-*.tmp"_s,
                                 u"rename tmp/remotelog-*.tmp blocks/aa/1"_s}));
    QStringList directories = calls.mid(6, 3);
    directories.sort();
    QCOMPARE(directories, QStringList({u"fsync ."_s, u"fsync blocks"_s, u"fsync blocks/aa"_s}));
    QCOMPARE(calls.mid(9),
             QStringList({u"rename tmp/remotelog-*.tmp blocks/aa/2"_s, u"fsync blocks/aa"_s}));
}

// Another process made the directories, and may have crashed before it synced them.
void TestDurableBatch::syncsWhatOthersMadeOnce()
{
    if (!knowsBirths())
        QSKIP("the file system does not say when a directory was made");
    QVERIFY(QDir().mkpath(path(u"tmp"_s)) && QDir().mkpath(path(u"blocks/aa"_s)));
    for (const QString &name : {u"blocks/aa/1"_s, u"blocks/aa/2"_s}) {
        SystemCalls::record(m_folder->path());
        QCOMPARE(write({name}), Problem());
        QStringList calls = SystemCalls::taken();
        QCOMPARE(calls.takeLast(), u"fsync blocks/aa"_s);
        QCOMPARE(calls.takeLast(), u"rename tmp/remotelog-*.tmp "_s + name);
        QCOMPARE(calls.contains(u"fsync blocks"_s), name.endsWith(u'1'));
        QCOMPARE(calls.contains(u"fsync ."_s), name.endsWith(u'1'));
    }
}

void TestDurableBatch::syncsAboveWhatItKeeps()
{
    QVERIFY(QDir().mkpath(path(u"blocks/aa"_s)));
    writeFile(path(u"blocks/aa/1"_s), "good");
    SystemCalls::record(m_folder->path());
    QCOMPARE(keep(u"blocks/aa/1"_s), Problem());
    QStringList calls = SystemCalls::taken();
    calls.sort();
    QCOMPARE(calls, QStringList({u"fsync ."_s, u"fsync blocks"_s, u"fsync blocks/aa"_s}));
    if (!knowsBirths())
        QSKIP("the file system does not say when a directory was made");
    SystemCalls::record(m_folder->path());
    QCOMPARE(keep(u"blocks/aa/1"_s), Problem());
    QCOMPARE(SystemCalls::taken(), QStringList({u"fsync blocks/aa"_s}));
}

void TestDurableBatch::showsNothingThatCannotBeSynced_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("pathEnd");
    QTest::addColumn<int>("error");
    QTest::addColumn<Problem::Kind>("kind");
    QTest::addColumn<bool>("isFirstShown");
    const auto retry = Problem::Kind::WillRetry;
    const auto act = Problem::Kind::ActionRequired;
    QTest::newRow("file") << u"fsync"_s << u".tmp"_s << EIO << retry << false;
    QTest::newRow("file, full") << u"fsync"_s << u".tmp"_s << ENOSPC << act << false;
    QTest::newRow("directory") << u"fsync"_s << u"/aa"_s << EIO << retry << true;
    QTest::newRow("directory above") << u"fsync"_s << u"/blocks"_s << EIO << retry << true;
    QTest::newRow("no right to name") << u"rename"_s << u".tmp"_s << EACCES << act << false;
    QTest::newRow("no right to make") << u"mkdir"_s << u"/aa"_s << EACCES << act << false;
    QTest::newRow("no right to write") << u"openat"_s << u".tmp"_s << EACCES << act << false;
}

void TestDurableBatch::showsNothingThatCannotBeSynced()
{
    QFETCH(const QString, call);
    QFETCH(const QString, pathEnd);
    QFETCH(const int, error);
    QFETCH(const Problem::Kind, kind);
    QFETCH(const bool, isFirstShown);
    SystemCalls::fail(call, pathEnd, error);
    QCOMPARE(write({u"blocks/aa/1"_s, u"blocks/aa/2"_s}).kind(), kind);
    QCOMPARE(QFile::exists(path(u"blocks/aa/1"_s)), isFirstShown);
    QVERIFY(!QFile::exists(path(u"blocks/aa/2"_s)));
    SystemCalls::heal();
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
    QCOMPARE(write({u"blocks/aa/1"_s, u"blocks/aa/2"_s}), Problem());
}

void TestDurableBatch::movesObstaclesAside_data()
{
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("what");
    for (const QString &place : {u"tmp"_s, u"blocks"_s, u"blocks/aa"_s, u"blocks/aa/1"_s}) {
        for (const QString &what : {u"file"_s, u"folder"_s, u"link"_s, u"dead link"_s, u"FIFO"_s}) {
            // What is no obstacle: a folder in place of one; and a file replaces all but folders.
            if ((what == u"folder"_s) == place.endsWith(u'1'))
                QTest::addRow("%s: %s", qPrintable(place), qPrintable(what)) << place << what;
        }
    }
}

void TestDurableBatch::movesObstaclesAside()
{
    QFETCH(const QString, place);
    QFETCH(const QString, what);
    const QTemporaryDir elsewhere;
    const QString obstacle = path(place);
    QVERIFY(QDir().mkpath(QFileInfo(obstacle).path()));
    if (what == u"file"_s)
        writeFile(obstacle, "theirs");
    else if (what == u"FIFO"_s)
        makeFifo(obstacle);
    else if (what == u"folder"_s)
        QVERIFY(QDir().mkpath(obstacle + u"/theirs"_s));
    else
        QVERIFY(QFile::link(what == u"link"_s ? elsewhere.path() : u"/none"_s, obstacle));

    QCOMPARE(write({u"blocks/aa/1"_s}), Problem());
    QCOMPARE(m_tree->read(u"blocks/aa/1"_s, 10).value(), "good");
    QCOMPARE(namesBelow(elsewhere.path()), QStringList());
    // It is still there.
    const QDir beside(place == u"tmp"_s ? m_folder->path() : path(u"tmp"_s));
    const auto all = QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot;
    const QStringList moved =
        beside.entryList({u"obstacle-%1-*"_s.arg(QFileInfo(place).fileName())}, all);
    QCOMPARE(moved.size(), 1);
    if (what == u"file"_s)
        QCOMPARE(readFile(beside.filePath(moved.first())), "theirs");
}

void TestDurableBatch::neverWritesThroughALink()
{
    const QTemporaryDir elsewhere;
    QVERIFY(QDir(elsewhere.path()).mkdir(u"aa"_s));
    writeFile(elsewhere.filePath(u"aa/1"_s), "secret");
    QVERIFY(QFile::link(elsewhere.path(), path(u"blocks"_s)));
    QCOMPARE(m_tree->read(u"blocks/aa/1"_s, 10).problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(write({u"blocks/aa/1"_s}), Problem());
    QCOMPARE(readFile(elsewhere.filePath(u"aa/1"_s)), "secret");
}

void TestDurableBatch::saysWhatItCannotMove_data()
{
    QTest::addColumn<QString>("place");
    for (const QString &place : {u"tmp"_s, u"blocks"_s, u"blocks/aa"_s})
        QTest::addRow("%s", qPrintable(place)) << place;
}

void TestDurableBatch::saysWhatItCannotMove()
{
    QFETCH(const QString, place);
    QVERIFY(QDir().mkpath(QFileInfo(path(place)).path()));
    writeFile(path(place), "theirs");
    SystemCalls::fail(u"rename"_s, u'/' + place, EPERM);
    const Problem problem = write({u"blocks/aa/1"_s});
    QCOMPARE(problem.kind(), Problem::Kind::ActionRequired);
    QVERIFY2(problem.detail().contains(u'"' + place + u'"'), qPrintable(problem.detail()));
    QCOMPARE(readFile(path(place)), "theirs");
}

void TestDurableBatch::sharesWhatItMakes_data()
{
    QTest::addColumn<int>("folderMode");
    QTest::addColumn<QString>("directoryMode");
    QTest::addColumn<QString>("fileMode");
    QTest::newRow("everybody's") << 01777 << u"1777"_s << u"644"_s;
    QTest::newRow("a group's") << 02775 << u"2775"_s << u"644"_s;
    QTest::newRow("a group's alone") << 0770 << u"770"_s << u"640"_s;
    QTest::newRow("one's own") << 0700 << u"700"_s << u"600"_s;
    QTest::newRow("readable") << 0755 << u"755"_s << u"644"_s;
}

void TestDurableBatch::sharesWhatItMakes()
{
    QFETCH(const int, folderMode);
    QFETCH(const QString, directoryMode);
    QFETCH(const QString, fileMode);
    setMode(m_folder->path(), mode_t(folderMode));
    QCOMPARE(m_tree->open(), Problem());
    const mode_t before = ::umask(077);
    const Problem problem = write({u"blocks/aa/1"_s});
    ::umask(before);
    QCOMPARE(problem, Problem());
    for (const QString &name : {u"tmp"_s, u"blocks"_s, u"blocks/aa"_s})
        QCOMPARE(modeOf(path(name)), directoryMode);
    QCOMPARE(modeOf(path(u"blocks/aa/1"_s)), fileMode);
}

// Made by somebody who crashed in between, or before the folder was opened to others.
void TestDurableBatch::widensItsOwnDirectories()
{
    QVERIFY(QDir().mkpath(path(u"blocks/aa"_s)));
    setMode(path(u"blocks"_s), 0700);
    setMode(m_folder->path(), 01777);
    QCOMPARE(m_tree->open(), Problem());
    QCOMPARE(write({u"blocks/aa/1"_s}), Problem());
    QCOMPARE(modeOf(path(u"blocks"_s)), u"1777"_s);
    QCOMPARE(modeOf(path(u"blocks/aa"_s)), u"1777"_s);
}

void TestDurableBatch::worksForTheNextUser_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<int>("group"); // 0: no group in common
    QTest::newRow("everybody's") << 01777 << 0;
    QTest::newRow("a group's") << 02775 << 4711;
    QTest::newRow("a group's, without setgid") << 0770 << 4711;
}

void TestDurableBatch::worksForTheNextUser()
{
    if (!canBeOthers())
        QSKIP("needs root to be other users");
    QFETCH(const int, mode);
    QFETCH(const int, group);
    if (group != 0) {
        const QByteArray folder = QFile::encodeName(m_folder->path());
        QCOMPARE(::chown(folder.constData(), uid_t(-1), gid_t(group)), 0);
    }
    setMode(m_folder->path(), mode_t(mode));
    QCOMPARE(m_tree->open(), Problem());
    const QList<gid_t> groups = group != 0 ? QList<gid_t>{gid_t(group)} : QList<gid_t>();
    const User first{3001, 3001, groups};
    const User second{3002, 3002, groups};
    QVERIFY(succeedsAs(first, [&] { return !write({u"blocks/aa/1"_s, u"blocks/bb/1"_s}); }));
    QVERIFY(succeedsAs(second, [&] {
        return !write({u"blocks/aa/2"_s, u"blocks/cc/1"_s}) && !keep(u"blocks/aa/1"_s)
               && m_tree->read(u"blocks/aa/1"_s, 10).value() == "good";
    }));
    QVERIFY(succeedsAs(first, [&] {
        return !write({u"blocks/cc/2"_s}) && m_tree->read(u"blocks/cc/1"_s, 10).value() == "good";
    }));
}

class TestOnOwnDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leavesNothingOnAFullDisk();
    void saysThatItsPartsAreOnOtherDisks();
};

void TestOnOwnDisk::leavesNothingOnAFullDisk()
{
    FolderTree tree(OwnDisk::path());
    QCOMPARE(tree.open(), Problem());
    {
        DurableBatch batch(tree);
        Problem problem;
        for (int i = 0; i < 10 && !problem; ++i)
            problem = batch.add(QString::number(i), QByteArray(20'000, 'x'));
        QCOMPARE(problem.kind(), Problem::Kind::ActionRequired);
    }
    QCOMPARE(namesBelow(OwnDisk::path()), QStringList({u"tmp/"_s}));
}

void TestOnOwnDisk::saysThatItsPartsAreOnOtherDisks()
{
    const QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir(u"tmp"_s));
    QCOMPARE(
        QProcess::execute(u"mount"_s, {u"--bind"_s, OwnDisk::path(), folder.filePath(u"tmp"_s)}),
        0);
    FolderTree tree(folder.path());
    QCOMPARE(tree.open(), Problem());
    Problem problem;
    {
        DurableBatch batch(tree);
        QCOMPARE(batch.add(u"a"_s, "x"), Problem());
        problem = batch.commit();
    }
    QCOMPARE(QProcess::execute(u"umount"_s, {folder.filePath(u"tmp"_s)}), 0);
    QCOMPARE(problem.kind(), Problem::Kind::ActionRequired);
}

int main(int argc, char **argv)
{
    return runTests<TestDurableBatch, TestOnOwnDisk>(argc, argv);
}

#include "tst_durablebatch.moc"
