// SPDX-License-Identifier: MIT
#include "durablefile.h"

#include "temporaryfile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace RemoteLog::DurableFile {

namespace {

QString errorText(int error)
{
#ifdef __GLIBC__
    // Not the translated text: details are English whatever the host's locale.
    if (const char *text = ::strerrordesc_np(error))
        return QString::fromLatin1(text);
#endif
    return qt_error_string(error);
}

bool isRegularFile(mode_t mode)
{
    return (mode & S_IFMT) == S_IFREG;
}

Problem strangerProblem()
{
    return Problem(Problem::Kind::Tampered, QStringLiteral("not a regular file of ours"));
}

} // namespace

Problem problemFromErrno(int error, const QString &what)
{
    const QString detail = what + QLatin1String(": ") + errorText(error);
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EROFS:
        return Problem(Problem::Kind::LocalStorageFull, detail);
    case EACCES:
    case EPERM:
        return Problem(Problem::Kind::ActionRequired, detail);
    default:
        return Problem(Problem::Kind::WillRetry, detail);
    }
}

Problem makeDirectory(const QString &directory, bool isPrivate)
{
    const QString path = QDir::cleanPath(directory);
    const QByteArray encoded = QFile::encodeName(path);
    struct stat status;
    if (::stat(encoded.constData(), &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return Problem();
        return problemFromErrno(ENOTDIR, QStringLiteral("creating a directory"));
    }
    if (errno != ENOENT)
        return problemFromErrno(errno, QStringLiteral("creating a directory"));

    const QString parent = QFileInfo(path).path();
    if (parent == path)
        return problemFromErrno(ENOENT, QStringLiteral("creating a directory"));
    if (const Problem problem = makeDirectory(parent, isPrivate))
        return problem;
    // Somebody else may be creating it at the same time: that is as good.
    if (::mkdir(encoded.constData(), isPrivate ? 0700 : 0777) != 0 && errno != EEXIST)
        return problemFromErrno(errno, QStringLiteral("creating a directory"));
    if (const int error = syncDirectory(parent))
        return problemFromErrno(error, QStringLiteral("syncing a directory"));
    return Problem();
}

Problem writeOnce(const QString &path, const QByteArray &bytes, const QString &temporaryDirectory)
{
    const QString directory = QFileInfo(path).path();
    const QByteArray encoded = QFile::encodeName(path);
    struct stat status;
    const bool isThere = ::lstat(encoded.constData(), &status) == 0;
    if (isThere && !isRegularFile(status.st_mode))
        return strangerProblem();
    if (!isThere) {
        TemporaryFile file;
        int error = file.write(temporaryDirectory, bytes);
        if (error == 0)
            error = file.sync();
        if (error == 0)
            error = file.moveTo(path, TemporaryFile::Existing::Keep);
        if (error != 0 && error != EEXIST)
            return problemFromErrno(error, QStringLiteral("writing a file"));
    }
    // Also for a file that was there: its writer may have crashed before this.
    if (const int error = syncDirectory(directory); error != 0 && !isThere)
        return problemFromErrno(error, QStringLiteral("syncing a directory"));
    return Problem();
}

Result<QByteArray> read(const QString &path, qint64 limit)
{
    // A FIFO or a device must not even be opened (some devices act on it); in case one is put there
    // in between, O_NONBLOCK keeps open() from waiting for it.
    const QByteArray encoded = QFile::encodeName(path);
    struct stat status;
    if (::lstat(encoded.constData(), &status) != 0) {
        if (errno == ENOENT)
            return QByteArray();
        return problemFromErrno(errno, QStringLiteral("looking for a file"));
    }
    if (!isRegularFile(status.st_mode))
        return strangerProblem();
    const Descriptor descriptor(uninterrupted([&] {
        return ::open(encoded.constData(),
                      O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    }));
    if (!descriptor.isOpen()) {
        if (errno == ENOENT)
            return QByteArray();
        return errno == ELOOP ? strangerProblem()
                              : problemFromErrno(errno, QStringLiteral("opening a file"));
    }
    if (::fstat(descriptor.number(), &status) != 0)
        return problemFromErrno(errno, QStringLiteral("reading a file"));
    if (!isRegularFile(status.st_mode))
        return strangerProblem();
    const auto tooLarge = [] {
        return Problem(Problem::Kind::Tampered, QStringLiteral("a file is larger than expected"));
    };
    if (status.st_size > limit)
        return tooLarge();

    // One byte more than it should have shows a file that grows while it is read.
    QByteArray bytes(qsizetype(status.st_size) + 1, Qt::Uninitialized);
    qsizetype size = 0;
    for (;;) {
        const ssize_t count = uninterrupted([&] {
            return ::read(descriptor.number(), bytes.data() + size, size_t(bytes.size() - size));
        });
        if (count < 0)
            return problemFromErrno(errno, QStringLiteral("reading a file"));
        if (count == 0)
            break;
        size += count;
        if (size > limit)
            return tooLarge();
        if (size == bytes.size())
            bytes.resize(qMin(qint64(size) * 2, limit + 1));
    }
    bytes.resize(size); // keeps an empty one from being null
    return bytes;
}

} // namespace RemoteLog::DurableFile
