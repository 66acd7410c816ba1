// SPDX-License-Identifier: MIT
#include "durablebatch.h"

#include "durablefile.h"
#include "temporaryfile.h"

#include <QFile>
#include <QFileInfo>

#include <sys/stat.h>

namespace RemoteLog {

namespace {

// Files are synced a few at a time: the first sync writes what the others wait for, and descriptors
// are scarce.
constexpr std::size_t MaxOpenFiles = 64;

} // namespace

struct DurableBatch::Item
{
    QString path;
    TemporaryFile file;
};

DurableBatch::DurableBatch(const QString &temporaryDirectory)
    : m_temporaryDirectory(temporaryDirectory)
{
}

DurableBatch::~DurableBatch() = default;

Problem DurableBatch::makeDirectory(const QString &directory)
{
    const QByteArray encoded = QFile::encodeName(directory);
    if (::mkdir(encoded.constData(), 0777) == 0)
        m_touched.insert(QFileInfo(directory).path());
    else if (errno != EEXIST)
        return DurableFile::problemFromErrno(errno, QStringLiteral("creating a directory"));
    return Problem();
}

Problem DurableBatch::add(const QString &path, const QByteArray &bytes)
{
    const QString directory = QFileInfo(path).path();
    if (!m_touched.contains(directory)) {
        if (const Problem problem = makeDirectory(directory))
            return problem;
        m_touched.insert(directory);
    }
    auto item = std::make_unique<Item>();
    item->path = path;
    if (const int error = item->file.write(m_temporaryDirectory, bytes))
        return DurableFile::problemFromErrno(error, QStringLiteral("writing a file"));
    m_items.push_back(std::move(item));
    return m_items.size() - m_synced >= MaxOpenFiles ? syncFiles() : Problem();
}

void DurableBatch::keep(const QString &path)
{
    m_kept.insert(QFileInfo(path).path());
}

Problem DurableBatch::syncFiles()
{
    for (; m_synced < m_items.size(); ++m_synced) {
        if (const int error = m_items[m_synced]->file.sync())
            return DurableFile::problemFromErrno(error, QStringLiteral("syncing a file"));
    }
    return Problem();
}

Problem DurableBatch::syncDirectories()
{
    for (const QString &directory : std::as_const(m_touched)) {
        if (const int error = syncDirectory(directory))
            return DurableFile::problemFromErrno(error, QStringLiteral("syncing a directory"));
    }
    // What others wrote into a folder that became read-only since cannot be synced, and need not
    // be.
    for (const QString &directory : std::as_const(m_kept)) {
        const int error = m_touched.contains(directory) ? 0 : syncDirectory(directory);
        if (error != 0 && error != EROFS)
            return DurableFile::problemFromErrno(error, QStringLiteral("syncing a directory"));
    }
    m_touched.clear();
    m_kept.clear();
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
        Item &item = *m_items[i];
        const int error = item.file.moveTo(item.path, TemporaryFile::Existing::Replace);
        if (error != 0)
            return DurableFile::problemFromErrno(error, QStringLiteral("naming a file"));
        m_touched.insert(QFileInfo(item.path).path());
    }
    return syncDirectories();
}

} // namespace RemoteLog
