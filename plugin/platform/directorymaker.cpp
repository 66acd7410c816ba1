// SPDX-License-Identifier: MIT
#include "directorymaker.h"

#include "folderpath.h"
#include "temporaryfile.h"

#include <QFile>

#include <cstdio>
#include <fcntl.h>
#include <mutex>

namespace RemoteLog {

namespace {

// Others may make or move the same directory at the same time.
constexpr int MaxAttempts = 4;

// Directories whose names survive a crash, for all that this process has seen: syncing those above
// each file again would cost as much as the file. Never destroyed, for detached threads use it.
struct DurableDirectories
{
    static constexpr qsizetype MaxSize = 16'384;

    std::mutex mutex;
    QSet<DirectoryId> ids;

    static DurableDirectories &instance()
    {
        static auto *const directories = new DurableDirectories;
        return *directories;
    }

    bool contains(const DirectoryId &id)
    {
        const std::lock_guard lock(mutex);
        return ids.contains(id);
    }
};

DirectoryId idOf(const Descriptor &directory)
{
    struct statx status = {};
    const unsigned wanted = STATX_INO | STATX_BTIME;
    if (::statx(directory.number(), "", AT_EMPTY_PATH, wanted, &status) != 0)
        return {};
    const bool isBirthKnown = status.stx_mask & STATX_BTIME;
    const qint64 born = status.stx_btime.tv_sec * 1'000'000'000 + status.stx_btime.tv_nsec;
    return {(quint64(status.stx_dev_major) << 32) | status.stx_dev_minor, status.stx_ino,
            isBirthKnown ? born : 0};
}

bool isSame(const struct stat &a, const struct stat &b)
{
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

Problem obstacleProblem(const QString &path, int error)
{
    const Problem why = folderProblem(
        error, QStringLiteral("something else is in place of \"%1\"; moving it aside").arg(path));
    return Problem(Problem::Kind::ActionRequired, why.detail());
}

} // namespace

size_t qHash(const DirectoryId &id, size_t seed)
{
    return qHashMulti(seed, id.device, id.inode, id.born);
}

void setDurable(const QSet<DirectoryId> &directories)
{
    DurableDirectories &durable = DurableDirectories::instance();
    const std::lock_guard lock(durable.mutex);
    if (durable.ids.size() > DurableDirectories::MaxSize)
        durable.ids.clear();
    for (const DirectoryId &id : directories) {
        if (id.born != 0)
            durable.ids.insert(id);
    }
}

// A directory in another one.
struct DirectoryMaker::Place
{
    const Descriptor &parent;
    QString parentPath;
    QString name;

    QByteArray encodedName() const { return QFile::encodeName(name); }
    QString path() const { return FolderPath::join(parentPath, name); }
};

DirectoryMaker::DirectoryMaker(const FolderTree &tree)
    : m_tree(tree)
{
}

Problem DirectoryMaker::make(const QString &directory, UnsyncedDirectories *unsynced) const
{
    Descriptor parent = m_tree.directory(QString());
    QString parentPath;
    for (const QString &name : FolderPath::names(directory)) {
        const Place place{parent, parentPath, name};
        Descriptor entered;
        bool isNew = false;
        if (const Problem problem = enter(place, &entered, &isNew))
            return problem;
        struct stat status;
        if (::fstat(entered.number(), &status) != 0)
            return folderProblem(errno, QStringLiteral("looking at a folder"));
        share(entered, status, isNew);
        const DirectoryId id = idOf(entered);
        if (isNew || !DurableDirectories::instance().contains(id))
            (*unsynced)[parentPath].insert(id);
        parentPath = place.path();
        parent = std::move(entered);
    }
    return Problem();
}

Problem DirectoryMaker::enter(const Place &place, Descriptor *entered, bool *isNew) const
{
    const QByteArray name = place.encodedName();
    for (int i = 0; i < MaxAttempts; ++i) {
        *entered = openDirectoryIn(place.parent, name);
        if (entered->isOpen())
            return Problem();
        if (isObstacle(errno)) {
            if (const Problem problem = moveAside(place.parentPath, place.name, Wanted::Directory))
                return problem;
        } else if (errno != ENOENT) {
            break;
        }
        const mode_t mode = (m_tree.status().st_mode & 0777) | 0700;
        *isNew = ::mkdirat(place.parent.number(), name.constData(), mode) == 0;
        if (!*isNew && errno != EEXIST)
            break;
    }
    return folderProblem(errno, QStringLiteral("making \"%1\"").arg(place.path()));
}

// Also one of our own that is there: whoever made it may have crashed before this, or the folder
// was opened to others since.
void DirectoryMaker::share(const Descriptor &directory, const struct stat &status, bool isNew) const
{
    const mode_t mode = (m_tree.status().st_mode & 03777) | 0700;
    const bool isTooNarrow = (status.st_mode & mode) != mode;
    if (!isNew && (!isTooNarrow || status.st_uid != ::geteuid()))
        return;
    const Descriptor writable(uninterrupted(
        [&] { return ::openat(directory.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (writable.isOpen())
        shareDescriptor(writable.number(), mode, group());
}

void DirectoryMaker::visit(const QString &directory, UnsyncedDirectories *unsynced) const
{
    QString path = directory;
    (*unsynced)[path];
    while (!path.isEmpty()) {
        const Descriptor place = m_tree.directory(path);
        path = FolderPath::parent(path);
        const DirectoryId id = idOf(place);
        if (!DurableDirectories::instance().contains(id))
            (*unsynced)[path].insert(id);
    }
}

Problem DirectoryMaker::moveAside(const QString &directory, const QString &name,
                                  Wanted wanted) const
{
    const QString path = FolderPath::join(directory, name);
    const bool isTemporary = path == FolderPath::TemporaryDirectory;
    UnsyncedDirectories unsynced; // not needed: what is moved aside may as well come back
    if (!isTemporary) {
        if (const Problem problem = make(FolderPath::TemporaryDirectory, &unsynced))
            return problem;
    }
    const Descriptor from = m_tree.directory(directory);
    const Descriptor to =
        m_tree.directory(isTemporary ? QString() : QString(FolderPath::TemporaryDirectory));
    const QByteArray oldName = QFile::encodeName(name);
    const QByteArray newName = "obstacle-" + oldName + '-' + randomName().first(16).toLatin1();
    struct stat before;
    struct stat after;
    if (!from.isOpen() || !to.isOpen()
        || ::fstatat(from.number(), oldName.constData(), &before, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? Problem() : obstacleProblem(path, errno);
    // Another writer may have put it right meanwhile.
    if (bool(S_ISDIR(before.st_mode)) == (wanted == Wanted::Directory))
        return Problem();
    if (::renameat(from.number(), oldName.constData(), to.number(), newName.constData()) != 0)
        return errno == ENOENT ? Problem() : obstacleProblem(path, errno);
    // Or even in between: then that goes back where it belongs.
    if (::fstatat(to.number(), newName.constData(), &after, AT_SYMLINK_NOFOLLOW) == 0
        && !isSame(before, after))
        ::renameat2(to.number(), newName.constData(), from.number(), oldName.constData(),
                    RENAME_NOREPLACE);
    return Problem();
}

} // namespace RemoteLog
