// SPDX-License-Identifier: MIT
#include "foldertree.h"

#include "directorylisting.h"
#include "durablefile.h"
#include "folderpath.h"
#include "regularfile.h"

#include <QFile>

#include <fcntl.h>

namespace RemoteLog {

Problem folderProblem(int error, const QString &what)
{
    const Problem problem = DurableFile::problemFromErrno(error, what);
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EROFS:
    case EFBIG:
    case EXDEV: // a part of it is on another disk
    case EBUSY: // a part of it is a mount point
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
        return Problem(Problem::Kind::ActionRequired, problem.detail());
    default:
        return problem;
    }
}

bool isObstacle(int error)
{
    return error == ENOTDIR || error == ELOOP;
}

Descriptor openDirectoryIn(const Descriptor &parent, const QByteArray &name)
{
    return Descriptor(uninterrupted([&] {
        return ::openat(parent.number(), name.constData(),
                        O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }));
}

FolderTree::FolderTree(const QString &folder)
    : m_folder(folder)
{
}

Problem FolderTree::open()
{
    const QByteArray path = QFile::encodeName(m_folder);
    m_root = Descriptor(
        uninterrupted([&] { return ::open(path.constData(), O_PATH | O_DIRECTORY | O_CLOEXEC); }));
    if (!m_root.isOpen() && errno == ENOENT)
        return Problem(Problem::Kind::ActionRequired,
                       QStringLiteral("the helper's folder is not there"));
    if (!m_root.isOpen() || ::fstat(m_root.number(), &m_status) != 0)
        return folderProblem(errno, QStringLiteral("opening the helper's folder"));
    return Problem();
}

Descriptor FolderTree::directory(const QString &path) const
{
    Descriptor found = openDirectoryIn(m_root, ".");
    for (const QString &name : FolderPath::names(path)) {
        if (!found.isOpen())
            break;
        found = openDirectoryIn(found, QFile::encodeName(name));
    }
    return found;
}

Result<QByteArray> FolderTree::read(const QString &path, qint64 limit) const
{
    const Descriptor parent = directory(FolderPath::parent(path));
    if (parent.isOpen())
        return readRegularFile(parent.number(), QFile::encodeName(FolderPath::name(path)), limit);
    if (errno == ENOENT)
        return QByteArray();
    return isObstacle(errno) ? strangerProblem()
                             : folderProblem(errno, QStringLiteral("looking for a file"));
}

Problem FolderTree::list(const QString &directory, qint64 limit,
                         const std::function<void(const QByteArray &encodedName)> &handle) const
{
    const Descriptor place = this->directory(directory);
    int error = errno;
    if (place.isOpen()) {
        Descriptor readable(uninterrupted(
            [&] { return ::openat(place.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
        error = readable.isOpen() ? listDirectory(std::move(readable), limit, handle) : errno;
    }
    if (error == 0 || (error == ENOENT && !place.isOpen()))
        return Problem();
    return isObstacle(error) ? strangerProblem()
                             : folderProblem(error, QStringLiteral("listing a folder"));
}

std::optional<QDateTime> FolderTree::lastModified(const QString &path) const
{
    const Descriptor parent = directory(FolderPath::parent(path));
    const QByteArray name = QFile::encodeName(FolderPath::name(path));
    struct stat status;
    if (!parent.isOpen()
        || ::fstatat(parent.number(), name.constData(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return std::nullopt;
    return QDateTime::fromSecsSinceEpoch(status.st_mtim.tv_sec, Qt::UTC);
}

void FolderTree::remove(const QString &path) const
{
    const Descriptor parent = directory(FolderPath::parent(path));
    if (parent.isOpen())
        ::unlinkat(parent.number(), QFile::encodeName(FolderPath::name(path)).constData(), 0);
}

} // namespace RemoteLog
