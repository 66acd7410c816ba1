// SPDX-License-Identifier: MIT
#include "folders.h"
#include "systemcalls.h"

#include "platform/durablefile.h"

#include <cerrno>
#include <thread>

using namespace RemoteLog;
using namespace RemoteLogTest;

class TestDurableFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void writesAWholeFile();
    void leavesAnExistingFile();
    void letsOneOfTwoWritersWin();
    void reportsAMissingDirectory();
    void readsAtMostTheLimit_data();
    void readsAtMostTheLimit();
    void keepsAwayFromWhatIsNoFile_data();
    void keepsAwayFromWhatIsNoFile();
    void makesDirectoriesWithParents();
    void leavesAnExistingDirectory();
    void syncsTheNamesOfDirectories();
    void syncsInTheOrderThatACrashNeeds();
    void showsNothingThatCannotBeSynced();
    void reportsAFileInTheWayOfADirectory();
    void saysWhatTheCallerCanDo_data();
    void saysWhatTheCallerCanDo();
    void reportsAFullDisk() { RUN_ON_OWN_DISK("reportsAFullDisk"); }
    void reportsAReadOnlyDisk() { RUN_ON_OWN_DISK("reportsAReadOnlyDisk"); }

private:
    QString path(const QString &name) const { return m_folder->filePath(name); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestDurableFile::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir(m_folder->path()).mkdir(u"tmp"_s));
}

void TestDurableFile::writesAWholeFile()
{
    const QByteArray bytes(3'000'000, 'a');
    QCOMPARE(DurableFile::writeOnce(path(u"file"_s), bytes, path(u"tmp"_s)), Problem());
    QCOMPARE(readFile(path(u"file"_s)), bytes);
    QCOMPARE(namesBelow(m_folder->path()), QStringList({u"file"_s, u"tmp/"_s}));
}

void TestDurableFile::leavesAnExistingFile()
{
    writeFile(path(u"file"_s), "old");
    const QString before = identity(path(u"file"_s));
    QCOMPARE(DurableFile::writeOnce(path(u"file"_s), "new", path(u"tmp"_s)), Problem());
    QCOMPARE(identity(path(u"file"_s)), before);
    QCOMPARE(readFile(path(u"file"_s)), "old");
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
}

void TestDurableFile::letsOneOfTwoWritersWin()
{
    for (int i = 0; i < 50; ++i) {
        const QString file = path(QString::number(i));
        const QList<QByteArray> contents{QByteArray(5000, 'a'), QByteArray(5000, 'b')};
        Problem problems[2];
        const auto write = [&](int writer) {
            problems[writer] = DurableFile::writeOnce(file, contents[writer], path(u"tmp"_s));
        };
        std::thread other(write, 1);
        write(0);
        other.join();
        QCOMPARE(problems[0], Problem());
        QCOMPARE(problems[1], Problem());
        QVERIFY(contents.contains(readFile(file)));
    }
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
}

void TestDurableFile::reportsAMissingDirectory()
{
    const Problem noTarget = DurableFile::writeOnce(path(u"none/file"_s), "x", path(u"tmp"_s));
    QCOMPARE(noTarget.kind(), Problem::Kind::WillRetry);
    QVERIFY(!noTarget.detail().contains(m_folder->path()));
    const Problem noTemporary = DurableFile::writeOnce(path(u"file"_s), "x", path(u"none"_s));
    QCOMPARE(noTemporary.kind(), Problem::Kind::WillRetry);
    QCOMPARE(namesBelow(m_folder->path()), QStringList({u"tmp/"_s}));
}

void TestDurableFile::readsAtMostTheLimit_data()
{
    QTest::addColumn<int>("size"); // -1: no file
    QTest::addColumn<int>("limit");
    QTest::addColumn<bool>("isRead");
    QTest::newRow("missing") << -1 << 10 << true;
    QTest::newRow("empty") << 0 << 10 << true;
    QTest::newRow("empty, nothing allowed") << 0 << 0 << true;
    QTest::newRow("small") << 9 << 10 << true;
    QTest::newRow("as large as allowed") << 10 << 10 << true;
    QTest::newRow("too large") << 11 << 10 << false;
    QTest::newRow("large") << 5'000'000 << 5'000'000 << true;
}

void TestDurableFile::readsAtMostTheLimit()
{
    QFETCH(int, size);
    QFETCH(int, limit);
    QFETCH(bool, isRead);
    const QByteArray bytes(qMax(size, 0), 'x');
    if (size >= 0)
        writeFile(path(u"file"_s), bytes);

    const Result<QByteArray> result = DurableFile::read(path(u"file"_s), limit);
    QCOMPARE(result.ok(), isRead);
    if (isRead) {
        QCOMPARE(result.value(), bytes);
        QCOMPARE(result.value().isNull(), size < 0);
    }
}

void TestDurableFile::keepsAwayFromWhatIsNoFile_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what :
         {"fifo", "directory", "link to a file", "link to a device", "dead link"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

void TestDurableFile::keepsAwayFromWhatIsNoFile()
{
    QFETCH(QString, what);
    const QString file = path(u"planted"_s);
    if (what == u"fifo")
        makeFifo(file); // opening it would hang until somebody writes
    else if (what == u"directory")
        QVERIFY(QDir().mkdir(file));
    else if (what == u"link to a file") {
        writeFile(path(u"elsewhere"_s), "secret");
        QVERIFY(QFile::link(path(u"elsewhere"_s), file));
    } else if (what == u"link to a device")
        QVERIFY(QFile::link(u"/dev/zero"_s, file)); // reading it would never end
    else
        QVERIFY(QFile::link(path(u"none"_s), file));

    const Result<QByteArray> result = DurableFile::read(file, 1'000'000);
    QVERIFY(!result.ok());
    QCOMPARE(result.problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(DurableFile::writeOnce(file, "x", path(u"tmp"_s)).kind(), Problem::Kind::Tampered);
}

void TestDurableFile::makesDirectoriesWithParents()
{
    QCOMPARE(DurableFile::makeDirectory(path(u"a/b/c"_s), true), Problem());
    const auto ownerOnly = QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner;
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther
                        | QFile::WriteOther | QFile::ExeOther;
    for (const auto &name : {u"a"_s, u"a/b"_s, u"a/b/c"_s}) {
        QVERIFY(QFileInfo(path(name)).isDir());
        QVERIFY(QFile::permissions(path(name)).testFlags(ownerOnly));
        QVERIFY(!QFile::permissions(path(name)).testAnyFlags(others));
    }
    QCOMPARE(DurableFile::makeDirectory(path(u"shared"_s), false), Problem());
    QVERIFY(QFileInfo(path(u"shared"_s)).isDir());
}

void TestDurableFile::leavesAnExistingDirectory()
{
    const auto before = QFile::permissions(path(u"tmp"_s));
    QCOMPARE(DurableFile::makeDirectory(path(u"tmp/"_s), true), Problem());
    QCOMPARE(QFile::permissions(path(u"tmp"_s)), before);
}

// Also of one that is there: whoever made it may have crashed before that.
void TestDurableFile::syncsTheNamesOfDirectories()
{
    SystemCalls::record(m_folder->path());
    QCOMPARE(DurableFile::makeDirectory(path(u"a/b"_s), true), Problem());
    QCOMPARE(SystemCalls::taken().filter(u"fsync"_s), QStringList({u"fsync ."_s, u"fsync a"_s}));
    SystemCalls::record(m_folder->path());
    QCOMPARE(DurableFile::makeDirectory(path(u"a/b"_s), true), Problem());
    QCOMPARE(SystemCalls::taken().filter(u"fsync"_s), QStringList({u"fsync a"_s}));
}

void TestDurableFile::syncsInTheOrderThatACrashNeeds()
{
    SystemCalls::record(m_folder->path());
    QCOMPARE(DurableFile::writeOnce(path(u"file"_s), "x", path(u"tmp"_s)), Problem());
    QCOMPARE(SystemCalls::taken(),
             QStringList({u"fsync tmp/remotelog-*.tmp"_s, u"rename tmp/remotelog-*.tmp file"_s,
                          u"fsync ."_s}));
}

void TestDurableFile::showsNothingThatCannotBeSynced()
{
    SystemCalls::fail(u"fsync"_s, u".tmp"_s, EIO);
    const Problem problem = DurableFile::writeOnce(path(u"file"_s), "x", path(u"tmp"_s));
    SystemCalls::heal();
    QCOMPARE(problem.kind(), Problem::Kind::WillRetry);
    QCOMPARE(namesBelow(m_folder->path()), QStringList({u"tmp/"_s}));
}

void TestDurableFile::reportsAFileInTheWayOfADirectory()
{
    writeFile(path(u"file"_s), "x");
    QVERIFY(DurableFile::makeDirectory(path(u"file"_s), false));
    QVERIFY(DurableFile::makeDirectory(path(u"file/below"_s), false));
}

void TestDurableFile::saysWhatTheCallerCanDo_data()
{
    QTest::addColumn<int>("error");
    QTest::addColumn<Problem::Kind>("kind");
    QTest::newRow("no space") << ENOSPC << Problem::Kind::LocalStorageFull;
    QTest::newRow("quota") << EDQUOT << Problem::Kind::LocalStorageFull;
    QTest::newRow("read-only") << EROFS << Problem::Kind::LocalStorageFull;
    QTest::newRow("permissions") << EACCES << Problem::Kind::ActionRequired;
    QTest::newRow("not the owner") << EPERM << Problem::Kind::ActionRequired;
    QTest::newRow("missing") << ENOENT << Problem::Kind::WillRetry;
    QTest::newRow("disk error") << EIO << Problem::Kind::WillRetry;
    QTest::newRow("share gone") << ESTALE << Problem::Kind::WillRetry;
}

void TestDurableFile::saysWhatTheCallerCanDo()
{
    QFETCH(int, error);
    QFETCH(Problem::Kind, kind);
    const Problem problem = DurableFile::problemFromErrno(error, u"doing this"_s);
    QCOMPARE(problem.kind(), kind);
    QVERIFY(problem.detail().startsWith(u"doing this: "));
}

// On a disk of 64 KiB.
class TestOnOwnDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reportsAFullDisk();
    void reportsAReadOnlyDisk();

private:
    QString path(const QString &name) const { return OwnDisk::path() + u'/' + name; }
    Problem write(const QString &name)
    {
        return DurableFile::writeOnce(path(name), QByteArray(20'000, 'a'), path(u"tmp"_s));
    }
};

void TestOnOwnDisk::reportsAFullDisk()
{
    QCOMPARE(DurableFile::makeDirectory(path(u"tmp"_s), false), Problem());
    OwnDisk::fill();
    QCOMPARE(write(u"file"_s).kind(), Problem::Kind::LocalStorageFull);
    QCOMPARE(namesBelow(OwnDisk::path()), QStringList({u"filler"_s, u"tmp/"_s}));
    OwnDisk::empty();
    QCOMPARE(write(u"file"_s), Problem());
    QCOMPARE(readFile(path(u"file"_s)).size(), 20'000);
}

void TestOnOwnDisk::reportsAReadOnlyDisk()
{
    QCOMPARE(DurableFile::makeDirectory(path(u"tmp"_s), false), Problem());
    QCOMPARE(write(u"first"_s), Problem());
    QVERIFY(OwnDisk::setReadOnly(true));
    QCOMPARE(write(u"second"_s).kind(), Problem::Kind::LocalStorageFull);
    QCOMPARE(DurableFile::makeDirectory(path(u"new"_s), false).kind(),
             Problem::Kind::LocalStorageFull);
    // What is there is there.
    QCOMPARE(write(u"first"_s), Problem());
    QCOMPARE(DurableFile::makeDirectory(path(u"tmp"_s), false), Problem());
    QVERIFY(OwnDisk::setReadOnly(false));
    QCOMPARE(write(u"second"_s), Problem());
}

int main(int argc, char **argv)
{
    return runTests<TestDurableFile, TestOnOwnDisk>(argc, argv);
}

#include "tst_durablefile.moc"
