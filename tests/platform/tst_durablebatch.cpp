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
