// SPDX-License-Identifier: MIT
#include "regularfile.h"

#include "descriptor.h"
#include "durablefile.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace RemoteLog {

namespace {

using DurableFile::problemFromErrno;

Problem tooLargeProblem()
{
    return Problem(Problem::Kind::Tampered, QStringLiteral("a file is larger than expected"));
}

Result<QByteArray> readAll(int file, qint64 size, qint64 limit)
{
    // One byte more than it should have shows a file that grows while it is read.
    QByteArray bytes(qsizetype(size) + 1, Qt::Uninitialized);
    qsizetype filled = 0;
    for (;;) {
        const ssize_t count = uninterrupted(
            [&] { return ::read(file, bytes.data() + filled, size_t(bytes.size() - filled)); });
        if (count < 0)
            return problemFromErrno(errno, QStringLiteral("reading a file"));
        if (count == 0)
            break;
        filled += count;
        if (filled > limit)
            return tooLargeProblem();
        if (filled == bytes.size())
            bytes.resize(qMin(qint64(filled) * 2, limit + 1));
    }
    bytes.resize(filled); // keeps an empty one from being null
    return bytes;
}

} // namespace

Problem strangerProblem()
{
    return Problem(Problem::Kind::Tampered, QStringLiteral("not a file or folder of ours"));
}

Result<QByteArray> readRegularFile(int directory, const QByteArray &name, qint64 limit)
{
    // A FIFO or a device must not even be opened (some devices act on it); in case one is put there
    // in between, O_NONBLOCK keeps open() from waiting for it.
    struct stat status;
    if (::fstatat(directory, name.constData(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT)
            return QByteArray();
        return problemFromErrno(errno, QStringLiteral("looking for a file"));
    }
    if (!S_ISREG(status.st_mode))
        return strangerProblem();
    const Descriptor file(uninterrupted([&] {
        return ::openat(directory, name.constData(),
                        O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    }));
    if (!file.isOpen()) {
        if (errno == ENOENT)
            return QByteArray();
        return errno == ELOOP ? strangerProblem()
                              : problemFromErrno(errno, QStringLiteral("opening a file"));
    }
    if (::fstat(file.number(), &status) != 0)
        return problemFromErrno(errno, QStringLiteral("reading a file"));
    if (!S_ISREG(status.st_mode))
        return strangerProblem();
    if (status.st_size > limit)
        return tooLargeProblem();
    return readAll(file.number(), status.st_size, limit);
}

} // namespace RemoteLog
