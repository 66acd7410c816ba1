// SPDX-License-Identifier: MIT
#pragma once

// What tests of folders share: things that stand in them, answers that come later, disks that are
// full.

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFuture>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace RemoteLogTest {

using namespace Qt::StringLiterals;

inline void writeFile(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(path));
}

inline QByteArray readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline void makeFifo(const QString &path)
{
    if (::mkfifo(QFile::encodeName(path).constData(), 0666) != 0)
        qFatal("cannot make a FIFO");
}

// All there is below a folder, directories with a slash at the end, sorted.
inline QStringList namesBelow(const QString &folder, const QString &prefix = QString())
{
    QStringList names;
    const auto all = QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot;
    for (const QFileInfo &info : QDir(folder).entryInfoList(all, QDir::Name)) {
        if (info.isDir() && !info.isSymLink()) {
            names += prefix + info.fileName() + u'/';
            names += namesBelow(info.filePath(), prefix + info.fileName() + u'/');
        } else {
            names += prefix + info.fileName();
        }
    }
    return names;
}

// Differs as soon as somebody wrote the file again, be it the same bytes.
inline QString identity(const QString &path)
{
    struct stat status = {};
    if (::stat(QFile::encodeName(path).constData(), &status) != 0)
        return u"missing"_s;
    return u"%1 %2.%3"_s.arg(status.st_ino).arg(status.st_mtim.tv_sec).arg(status.st_mtim.tv_nsec);
}

// Permissions as in "1777".
inline QString modeOf(const QString &path)
{
    struct stat status = {};
    if (::lstat(QFile::encodeName(path).constData(), &status) != 0)
        return u"missing"_s;
    return QString::number(status.st_mode & 07777, 8);
}

inline void setMode(const QString &path, mode_t mode)
{
    if (::chmod(QFile::encodeName(path).constData(), mode) != 0)
        qFatal("cannot change permissions");
}

// Other people, for which the test has to be root.
struct User
{
    uid_t id = 0;
    gid_t group = 0;
    QList<gid_t> groups = {};
};

inline bool canBeOthers()
{
    return ::geteuid() == 0;
}

// Calls the function as another user with an umask of 022 in a process of its own; true if it says
// so. Not for functions that need threads.
template <class Function>
bool succeedsAs(const User &user, Function function)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::umask(022);
        const bool isUser =
            ::setgroups(std::size_t(user.groups.size()), user.groups.constData()) == 0
            && ::setgid(user.group) == 0 && ::setuid(user.id) == 0;
        ::_exit(isUser && function() ? 0 : 1);
    }
    int status = -1;
    return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status)
           && WEXITSTATUS(status) == 0;
}

// The one value of a future, while events are processed.
template <class T>
T answer(const QFuture<T> &future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 30'000))
        qFatal("a future was never finished");
    if (future.isCanceled() || future.resultCount() != 1)
        qFatal("a future was finished without a value");
    return future.result();
}

// Folders on the file systems that are at hand: inotify is not the same everywhere.
inline void fileSystemRows()
{
    QTest::addColumn<QString>("place");
    QTest::newRow("disk") << QDir::currentPath();
    if (QFileInfo(u"/dev/shm"_s).isWritable())
        QTest::newRow("tmpfs") << u"/dev/shm"_s;
}

// A disk of our own, 64 KiB, which only a process started for it sees: a user without privileges
// can have one where the kernel allows user namespaces. There the test program runs again, with one
// function of another test object.
namespace OwnDisk {

inline constexpr char Variable[] = "REMOTELOG_TEST_DISK";

inline QString path()
{
    return qEnvironmentVariable(Variable);
}

inline bool isAvailable()
{
    QProcess process;
    process.start(u"unshare"_s, {u"-rm"_s, u"mount"_s, u"-t"_s, u"tmpfs"_s, u"tmpfs"_s, u"/mnt"_s});
    return process.waitForFinished(30'000) && process.exitStatus() == QProcess::NormalExit
           && process.exitCode() == 0;
}

// True if the function passed.
inline bool passes(const char *function)
{
    QTemporaryDir mountPoint;
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QString::fromLatin1(Variable), mountPoint.path());
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::ForwardedChannels);
    process.start(u"unshare"_s,
                  {u"-rm"_s, u"sh"_s, u"-c"_s,
                   u"mount -t tmpfs -o size=64k tmpfs \"$0\" && exec \"$@\""_s, mountPoint.path(),
                   QCoreApplication::applicationFilePath(), QString::fromLatin1(function)});
    return process.waitForFinished(60'000) && process.exitStatus() == QProcess::NormalExit
           && process.exitCode() == 0;
}

// Fills the disk to the last byte with a file of this name.
inline void fill(const QString &name = u"filler"_s)
{
    QFile file(path() + u'/' + name);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
        qFatal("cannot fill the disk");
    while (file.write(QByteArray(4096, 'x')) > 0) {}
}

inline void empty(const QString &name = u"filler"_s)
{
    QFile::remove(path() + u'/' + name);
}

inline bool setReadOnly(bool readOnly)
{
    const QString options = readOnly ? u"remount,ro"_s : u"remount,rw"_s;
    return QProcess::execute(u"mount"_s, {u"-o"_s, options, path()}) == 0;
}

} // namespace OwnDisk

// To be used where a function of the test is only "run this one on a disk of its own".
#define RUN_ON_OWN_DISK(function)                                                                  \
    do {                                                                                           \
        if (!RemoteLogTest::OwnDisk::isAvailable())                                                \
            QSKIP("needs unshare(1) and user namespaces");                                         \
        QVERIFY(RemoteLogTest::OwnDisk::passes(function));                                         \
    } while (false)

// main() of a test with functions for a disk of its own.
template <class Test, class TestOnOwnDisk>
int runTests(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (!OwnDisk::path().isEmpty()) {
        TestOnOwnDisk test;
        return QTest::qExec(&test, argc, argv);
    }
    Test test;
    return QTest::qExec(&test, argc, argv);
}

} // namespace RemoteLogTest
