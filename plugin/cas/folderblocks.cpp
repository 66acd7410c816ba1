// SPDX-License-Identifier: MIT
#include "folderblocks.h"

#include "log/address.h"
#include "log/block.h"
#include "platform/durablebatch.h"
#include "platform/durablefile.h"

#include <QLoggingCategory>

namespace RemoteLog {

namespace {

Q_LOGGING_CATEGORY(log, "remotelog.cas", QtWarningMsg)

} // namespace

FolderBlocks::FolderBlocks(const FolderHelper &folder)
    : m_folder(folder)
{
}

QString FolderBlocks::fileName(const QByteArray &address)
{
    return addressToText(address);
}

QString FolderBlocks::directory(const QByteArray &address) const
{
    return m_folder.path + QLatin1String("/blocks/") + fileName(address).right(2);
}

QString FolderBlocks::path(const QByteArray &address) const
{
    return directory(address) + QLatin1Char('/') + fileName(address);
}

Problem FolderBlocks::put(const QList<Block> &blocks) const
{
    if (const Problem problem = m_folder.makeFolder())
        return problem;
    DurableBatch batch(m_folder.temporaryFolder());
    bool isPrepared = false; // a folder that holds everything may be read-only
    for (const Block &block : blocks) {
        if (blockAddress(block.bytes()) != block.address())
            return m_folder.named(Problem(Problem::Kind::InvalidArgument,
                                          QStringLiteral("a block does not match its address")));
        const QString file = path(block.address());
        const Result<QByteArray> present = DurableFile::read(file, block.bytes().size());
        const bool isMissing = present.ok() && present.value().isNull();
        if (!isMissing && present.ok() && present.value() == block.bytes()) {
            batch.keep(file);
            continue;
        }
        if (!isMissing)
            qCDebug(log) << "replacing a damaged block" << fileName(block.address());
        if (!isPrepared) {
            if (const Problem problem = m_folder.makeTemporaryFolder())
                return problem;
            if (const Problem problem =
                    DurableFile::makeDirectory(m_folder.path + QLatin1String("/blocks"), false))
                return m_folder.named(problem);
            isPrepared = true;
        }
        if (const Problem problem = batch.add(file, block.bytes()))
            return m_folder.named(problem);
    }
    return m_folder.named(batch.commit());
}

Result<QByteArray> FolderBlocks::get(const QByteArray &address, qint64 limit) const
{
    const Result<QByteArray> bytes = DurableFile::read(path(address), limit);
    if (!bytes.ok())
        return m_folder.named(bytes.problem());
    if (bytes.value().isNull()) {
        if (const Problem problem = m_folder.checkFolder())
            return problem;
    }
    return bytes;
}

Result<QList<bool>> FolderBlocks::exist(const QList<QByteArray> &addresses) const
{
    QList<bool> answer;
    answer.reserve(addresses.size());
    for (const QByteArray &address : addresses) {
        // Read, not only looked at: a damaged block is as good as none, and put() mends it.
        const Result<QByteArray> bytes = DurableFile::read(path(address), MaxBlockSize);
        answer.append(bytes.ok() && !bytes.value().isNull()
                      && blockAddress(bytes.value()) == address);
    }
    if (!answer.contains(true)) {
        if (const Problem problem = m_folder.checkFolder())
            return problem;
    }
    return answer;
}

} // namespace RemoteLog
