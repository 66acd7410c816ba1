// SPDX-License-Identifier: MIT
#include "durablebatch.h"

#include "folderpath.h"
#include "temporaryfile.h"

#include <QFile>

namespace RemoteLog {

namespace {

// Files are synced a few at a time: the first sync writes what the others wait for, and descriptors
// are scarce.
constexpr std::size_t MaxOpenFiles = 64;

int sync(const FolderTree &tree, const QString &directory)
{
    const Descriptor place = tree.directory(directory);
    return place.isOpen() ? syncDirectory(place.number(), ".") : errno;
}

bool isObstacleToAFile(int error)
{
    return error == EISDIR || error == ENOTEMPTY || error == EEXIST;
}

} // namespace

struct DurableBatch::Item
{
    QString path;
    TemporaryFile file;
};

DurableBatch::DurableBatch(const FolderTree &tree)
    : m_tree(tree)
    , m_maker(tree)
{
}

DurableBatch::~DurableBatch() = default;

Problem DurableBatch::prepare()
{
    if (m_temporary.isOpen())
        return Problem();
    if (const Problem problem = m_maker.make(FolderPath::TemporaryDirectory, &m_touched))
        return problem;
    m_temporary = m_tree.directory(FolderPath::TemporaryDirectory);
    return m_temporary.isOpen() ? Problem()
                                : folderProblem(errno, QStringLiteral("opening \"tmp\""));
}

Problem DurableBatch::add(const QString &path, const QByteArray &bytes)
{
    if (const Problem problem = prepare())
        return problem;
    const QString directory = FolderPath::parent(path);
    if (!m_made.contains(directory)) {
        if (const Problem problem = m_maker.make(directory, &m_touched))
            return problem;
        m_made.insert(directory);
    }
    auto item = std::make_unique<Item>();
    item->path = path;
    if (const int error = item->file.write(m_temporary.number(), bytes))
        return folderProblem(error, QStringLiteral("writing a file into \"tmp\""));
    item->file.share(m_maker.fileMode(), m_maker.group());
    m_items.push_back(std::move(item));
    return m_items.size() - m_synced >= MaxOpenFiles ? syncFiles() : Problem();
}

void DurableBatch::keep(const QString &path)
{
    const QString directory = FolderPath::parent(path);
    if (!m_kept.contains(directory))
        m_maker.visit(directory, &m_kept);
}

Problem DurableBatch::syncFiles()
{
    for (; m_synced < m_items.size(); ++m_synced) {
        if (const int error = m_items[m_synced]->file.sync())
            return folderProblem(error, QStringLiteral("syncing a file in \"tmp\""));
    }
    return Problem();
}

Problem DurableBatch::syncDirectories()
{
    const UnsyncedDirectories touched = std::exchange(m_touched, {});
    const UnsyncedDirectories kept = std::exchange(m_kept, {});
    for (auto it = touched.begin(); it != touched.end(); ++it) {
        if (const int error = sync(m_tree, it.key()))
            return folderProblem(error, QStringLiteral("syncing \"%1\"").arg(it.key()));
        setDurable(it.value());
    }
    // What others wrote into a folder that became read-only since cannot be synced, and need not
    // be.
    for (auto it = kept.begin(); it != kept.end(); ++it) {
        const int error = touched.contains(it.key()) ? 0 : sync(m_tree, it.key());
        if (error != 0 && error != EROFS)
            return folderProblem(error, QStringLiteral("syncing \"%1\"").arg(it.key()));
        if (error == 0)
            setDurable(it.value());
    }
    return Problem();
}

Problem DurableBatch::nameFile(Item *item)
{
    const QString directory = FolderPath::parent(item->path);
    const QString name = FolderPath::name(item->path);
    const Descriptor place = m_tree.directory(directory);
    if (!place.isOpen())
        return folderProblem(errno, QStringLiteral("opening \"%1\"").arg(directory));
    const auto move = [&] {
        return item->file.moveTo(place.number(), QFile::encodeName(name),
                                 TemporaryFile::Existing::Replace);
    };
    int error = move();
    if (isObstacleToAFile(error)) {
        if (const Problem problem =
                m_maker.moveAside(directory, name, DirectoryMaker::Wanted::File))
            return problem;
        error = move();
    }
    if (error != 0)
        return folderProblem(error, QStringLiteral("naming a file in \"%1\"").arg(directory));
    m_touched[directory];
    return Problem();
}

Problem DurableBatch::commit()
{
    if (const Problem problem = syncFiles())
        return problem;
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        // Readers start at the last one: it must not survive a crash that the others do not.
        if (i + 1 == m_items.size()) {
            if (const Problem problem = syncDirectories())
                return problem;
        }
        if (const Problem problem = nameFile(m_items[i].get()))
            return problem;
    }
    return syncDirectories();
}

} // namespace RemoteLog
