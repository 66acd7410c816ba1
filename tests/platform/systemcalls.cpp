// SPDX-License-Identifier: MIT
#include "systemcalls.h"

#include <QFile>
#include <QRegularExpression>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace RemoteLogTest::SystemCalls {

namespace {

struct Fault
{
    QString call;
    QString pathEnd;
    int error = 0;
};

struct State
{
    std::mutex mutex;
    QString folder;
    QStringList calls;
    QList<Fault> faults;
    QString blockedFolder;
    std::promise<void> *begun = nullptr;
    std::shared_future<void> released;
};

State &state()
{
    static State state;
    return state;
}

template <class Function>
Function *real(const char *name)
{
    return reinterpret_cast<Function *>(::dlsym(RTLD_NEXT, name));
}

QString pathOf(int descriptor)
{
    char target[4096];
    const QByteArray link = "/proc/self/fd/" + QByteArray::number(descriptor);
    const ssize_t size = ::readlink(link.constData(), target, sizeof target);
    return size < 0 ? QString() : QFile::decodeName(QByteArray(target, qsizetype(size)));
}

QString pathOf(int directory, const char *name)
{
    const QString text = QFile::decodeName(name);
    if (text.startsWith(u'/') || directory == AT_FDCWD)
        return text;
    return text == QLatin1String(".") ? pathOf(directory) : pathOf(directory) + u'/' + text;
}

QString shortened(const QString &folder, const QString &path)
{
    static const QRegularExpression random(QStringLiteral("[0-9a-f]{16,32}"));
    QString text = path == folder ? QStringLiteral(".") : path.mid(folder.size() + 1);
    return text.replace(random, QStringLiteral("*"));
}

// True if the call may be made; else errno is set.
bool admit(const char *call, const QString &path, const QString &second = {})
{
    State &now = state();
    const std::lock_guard lock(now.mutex);
    const QString name = QString::fromLatin1(call);
    for (const Fault &fault : std::as_const(now.faults)) {
        if (fault.call == name && path.endsWith(fault.pathEnd)) {
            errno = fault.error;
            return false;
        }
    }
    const bool isListed = name != QLatin1String("openat");
    if (isListed && !now.folder.isEmpty() && path.startsWith(now.folder)) {
        QString line = name + u' ' + shortened(now.folder, path);
        if (!second.isEmpty())
            line += u' ' + shortened(now.folder, second);
        now.calls.append(line);
    }
    return true;
}

} // namespace

void record(const QString &folder)
{
    State &now = state();
    const std::lock_guard lock(now.mutex);
    now.folder = folder;
    now.calls.clear();
}

QStringList taken()
{
    State &now = state();
    const std::lock_guard lock(now.mutex);
    now.folder.clear();
    return std::exchange(now.calls, {});
}

void fail(const QString &call, const QString &pathEnd, int error)
{
    State &now = state();
    const std::lock_guard lock(now.mutex);
    now.faults.append({call, pathEnd, error});
}

void heal()
{
    State &now = state();
    const std::lock_guard lock(now.mutex);
    now.faults.clear();
}

void blockLocks(const QString &folder, std::promise<void> *begun, std::shared_future<void> released)
{
    State &now = state();
    const std::lock_guard lock(now.mutex);
    now.blockedFolder = folder;
    now.begun = begun;
    now.released = std::move(released);
}

} // namespace RemoteLogTest::SystemCalls

using namespace RemoteLogTest::SystemCalls;

extern "C" {

int fsync(int descriptor)
{
    return admit("fsync", pathOf(descriptor)) ? real<int(int)>("fsync")(descriptor) : -1;
}

int fchmod(int descriptor, mode_t mode)
{
    return admit("fchmod", pathOf(descriptor)) ? real<int(int, mode_t)>("fchmod")(descriptor, mode)
                                               : -1;
}

int mkdirat(int directory, const char *name, mode_t mode)
{
    return admit("mkdir", pathOf(directory, name))
               ? real<int(int, const char *, mode_t)>("mkdirat")(directory, name, mode)
               : -1;
}

int renameat(int from, const char *oldName, int to, const char *newName)
{
    return admit("rename", pathOf(from, oldName), pathOf(to, newName))
               ? real<int(int, const char *, int, const char *)>("renameat")(from, oldName, to,
                                                                             newName)
               : -1;
}

int renameat2(int from, const char *oldName, int to, const char *newName, unsigned flags)
{
    return admit("rename", pathOf(from, oldName), pathOf(to, newName))
               ? real<int(int, const char *, int, const char *, unsigned)>("renameat2")(
                   from, oldName, to, newName, flags)
               : -1;
}

int openat(int directory, const char *name, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & O_CREAT) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return admit("openat", pathOf(directory, name))
               ? real<int(int, const char *, int, ...)>("openat")(directory, name, flags, mode)
               : -1;
}

int flock(int descriptor, int operation)
{
    std::shared_future<void> released;
    {
        State &now = state();
        const std::lock_guard lock(now.mutex);
        if (!now.blockedFolder.isEmpty() && pathOf(descriptor).startsWith(now.blockedFolder)) {
            now.blockedFolder.clear();
            now.begun->set_value();
            released = now.released;
        }
    }
    if (released.valid())
        released.wait();
    return real<int(int, int)>("flock")(descriptor, operation);
}

} // extern "C"
