// SPDX-License-Identifier: MIT
#include "durablefile.h"

#include "regularfile.h"
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

Problem writeNew(const QByteArray &target, const QByteArray &bytes,
                 const QString &temporaryDirectory)
{
    const QByteArray directory = QFile::encodeName(temporaryDirectory);
    const Descriptor temporary(uninterrupted(
        [&] { return ::open(directory.constData(), O_PATH | O_DIRECTORY | O_CLOEXEC); }));
    int error = temporary.isOpen() ? 0 : errno;
    TemporaryFile file;
    if (error == 0)
        error = file.write(temporary.number(), bytes);
    if (error == 0)
        error = file.sync();
    if (error == 0)
        error = file.moveTo(AT_FDCWD, target, TemporaryFile::Existing::Keep);
    if (error == 0 || error == EEXIST)
        return Problem();
    return problemFromErrno(error, QStringLiteral("writing a file"));
}

// Syncs the directory that `path` is in. Where that is only looked at, it may be somebody else's.
Problem syncParent(const QString &path, bool isOurs)
{
    const int error = syncDirectory(AT_FDCWD, QFile::encodeName(QFileInfo(path).path()));
    if (error == 0 || (!isOurs && (error == EACCES || error == EROFS)))
        return Problem();
    return problemFromErrno(error, QStringLiteral("syncing a directory"));
}

} // namespace

Problem problemFromErrno(int error, const QString &what)
{
    const QString detail = what + QLatin1String(": ") + errorText(error);
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EROFS:
    case EFBIG: // for this file there is no more space
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
        // Whoever made it may have crashed before its name was durable.
        if (S_ISDIR(status.st_mode))
            return syncParent(path, false);
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
    return syncParent(path, true);
}

Problem writeOnce(const QString &path, const QByteArray &bytes, const QString &temporaryDirectory)
{
    const QByteArray target = QFile::encodeName(path);
    struct stat status;
    const bool isThere = ::lstat(target.constData(), &status) == 0;
    if (isThere && !S_ISREG(status.st_mode))
        return strangerProblem();
    if (!isThere) {
        if (const Problem problem = writeNew(target, bytes, temporaryDirectory))
            return problem;
    }
    // Also for a file that was there: its writer may have crashed before this.
    const QByteArray directory = QFile::encodeName(QFileInfo(path).path());
    if (const int error = syncDirectory(AT_FDCWD, directory); error != 0 && !isThere)
        return problemFromErrno(error, QStringLiteral("syncing a directory"));
    return Problem();
}

Result<QByteArray> read(const QString &path, qint64 limit)
{
    return readRegularFile(AT_FDCWD, QFile::encodeName(path), limit);
}

} // namespace RemoteLog::DurableFile
