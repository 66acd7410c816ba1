// SPDX-License-Identifier: MIT
#include "profilelock.h"

#include "descriptor.h"
#include "durablefile.h"

#include <QFile>
#include <QSet>

#include <fcntl.h>
#include <mutex>
#include <sys/file.h>
#include <sys/stat.h>

namespace RemoteLog {

namespace {

// The files that this process holds or is about to hold. flock() refuses a second holder in the
// same process too, but does not say where the first one is. The mutex is never held over a system
// call: the profile of one may be on a share that hangs. Never destroyed: a worker that is left
// behind at exit may still let go of its lock.
class HeldLocks
{
public:
    static HeldLocks &instance()
    {
        static auto *const held = new HeldLocks;
        return *held;
    }

    bool claim(const QString &key)
    {
        const std::lock_guard guard(m_mutex);
        const bool isFree = !m_keys.contains(key);
        m_keys.insert(key);
        return isFree;
    }

    void release(const QString &key)
    {
        const std::lock_guard guard(m_mutex);
        m_keys.remove(key);
    }

private:
    std::mutex m_mutex;
    QSet<QString> m_keys;
};

// The file itself, so that two spellings of one directory are the same. An inode is not reused
// while it is open.
QString keyOf(const struct stat &status)
{
    return QStringLiteral("%1:%2").arg(quint64(status.st_dev)).arg(quint64(status.st_ino));
}

Problem lockProblem(int error)
{
    if (error == ENOLCK || error == ENOTSUP || error == ENOSYS)
        return Problem(Problem::Kind::ActionRequired,
                       QStringLiteral("the file system of the profile has no locks"));
    return DurableFile::problemFromErrno(error, QStringLiteral("locking the profile"));
}

ProfileLock::Attempt inUse(ProfileLock::Holder holder)
{
    ProfileLock::Attempt attempt;
    attempt.holder = holder;
    attempt.problem = Problem(Problem::Kind::InUse,
                              holder == ProfileLock::Holder::ThisProcess
                                  ? QStringLiteral("the profile is open elsewhere in this process")
                                  : QStringLiteral("the profile is open in another process"));
    return attempt;
}

} // namespace

ProfileLock::ProfileLock(int descriptor, const QString &key)
    : m_descriptor(descriptor)
    , m_key(key)
{
}

ProfileLock::~ProfileLock()
{
    // Said aloud, for a child that the host forked may hold the descriptor too.
    ::flock(m_descriptor, LOCK_UN);
    ::close(m_descriptor);
    HeldLocks::instance().release(m_key);
}

ProfileLock::Attempt ProfileLock::take(const QString &directory)
{
    Attempt attempt;
    const QByteArray path = QFile::encodeName(directory + QLatin1String("/lock"));
    // O_CLOEXEC: a program that the host starts must not inherit the lock.
    Descriptor descriptor(uninterrupted([&] {
        return ::open(path.constData(), O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC,
                      0600);
    }));
    struct stat status;
    if (!descriptor.isOpen() || ::fstat(descriptor.number(), &status) != 0) {
        attempt.problem = lockProblem(errno);
        return attempt;
    }

    const QString key = keyOf(status);
    if (!HeldLocks::instance().claim(key))
        return inUse(Holder::ThisProcess);
    if (uninterrupted([&] { return ::flock(descriptor.number(), LOCK_EX | LOCK_NB); }) != 0) {
        const int error = errno;
        HeldLocks::instance().release(key);
        if (error == EWOULDBLOCK)
            return inUse(Holder::AnotherProcess);
        attempt.problem = lockProblem(error);
        return attempt;
    }

    attempt.lock.reset(new ProfileLock(descriptor.release(), key));
    attempt.holder = Holder::Us;
    return attempt;
}

} // namespace RemoteLog
