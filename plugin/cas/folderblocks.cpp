// SPDX-License-Identifier: MIT
#include "folderblocks.h"

#include "log/address.h"
#include "log/block.h"
#include "platform/durablebatch.h"
#include "platform/lastingcategory.h"

#include <QDateTime>

#include <cstdlib>

namespace RemoteLog {

namespace {

REMOTELOG_LASTING_CATEGORY(log, "remotelog.cas")

// A file that nobody has written to for so long is not being copied any more.
constexpr qint64 MaxSecondsOfACopy = 60;

// In the folder.
QString directoryOf(const QByteArray &address)
{
    return QLatin1String("blocks/") + FolderBlocks::fileName(address).right(2);
}

QString pathOf(const QByteArray &address)
{
    return directoryOf(address) + QLatin1Char('/') + FolderBlocks::fileName(address);
}

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
    return m_folder.path + QLatin1Char('/') + directoryOf(address);
}

// A disk that cannot be read says nothing about what is on it.
Result<FolderBlocks::State> FolderBlocks::look(const FolderTree &tree, const QByteArray &address,
                                               qint64 limit)
{
    const Result<QByteArray> bytes = tree.read(pathOf(address), limit);
    if (!bytes.ok() && bytes.problem().kind() != Problem::Kind::Tampered)
        return bytes.problem();
    if (bytes.ok() && bytes.value().isNull())
        return State::Missing;
    return bytes.ok() && blockAddress(bytes.value()) == address ? State::Good : State::Damaged;
}

Problem FolderBlocks::put(const QList<Block> &blocks, const QByteArray &previousHead) const
{
    for (const Block &block : blocks) {
        if (blockAddress(block.bytes()) != block.address())
            return m_folder.named(Problem(Problem::Kind::InvalidArgument,
                                          QStringLiteral("a block does not match its address")));
    }
    FolderTree tree(m_folder.path);
    if (const Problem problem = tree.open())
        return m_folder.named(problem);
    return m_folder.named(put(tree, blocks, previousHead));
}

Problem FolderBlocks::put(const FolderTree &tree, const QList<Block> &blocks,
                          const QByteArray &previousHead)
{
    if (!previousHead.isEmpty()) {
        const Result<State> state = look(tree, previousHead, MaxBlockSize);
        if (!state.ok())
            return state.problem();
        if (state.value() != State::Good)
            return Problem(Problem::Kind::WillRetry,
                           QStringLiteral("the folder does not hold what was stored in it before"));
    }
    DurableBatch batch(tree);
    for (const Block &block : blocks) {
        const Result<State> state = look(tree, block.address(), block.bytes().size());
        if (!state.ok())
            return state.problem();
        if (state.value() == State::Good) {
            batch.keep(pathOf(block.address()));
            continue;
        }
        if (state.value() == State::Damaged)
            qCDebug(log) << "replacing a damaged block" << fileName(block.address());
        if (const Problem problem = batch.add(pathOf(block.address()), block.bytes()))
            return problem;
    }
    return batch.commit();
}

Result<QByteArray> FolderBlocks::get(const QByteArray &address, qint64 limit) const
{
    FolderTree tree(m_folder.path);
    if (const Problem problem = tree.open())
        return m_folder.named(problem);
    const Result<QByteArray> bytes = tree.read(pathOf(address), limit);
    if (!bytes.ok())
        return m_folder.named(bytes.problem());
    return isBeingCopied(tree, address, bytes.value()) ? QByteArray() : bytes;
}

bool FolderBlocks::isThere(const QByteArray &address) const
{
    FolderTree tree(m_folder.path);
    return !tree.open() && tree.lastModified(pathOf(address)).has_value();
}

// Tools that write files under their own names (cp, rsync --inplace) show them half written.
bool FolderBlocks::isBeingCopied(const FolderTree &tree, const QByteArray &address,
                                 const QByteArray &bytes)
{
    if (bytes.isNull() || blockAddress(bytes) == address)
        return false;
    if (bytes.isEmpty())
        return true;
    // Cut short, or as long as it will be and not filled yet; a changed block is whole.
    if (decodeBlock(bytes).ok())
        return false;
    const std::optional<QDateTime> modified = tree.lastModified(pathOf(address));
    // Either way: clocks of shares differ, and a date far ahead must not hide damage for years.
    return modified
           && std::abs(modified->secsTo(QDateTime::currentDateTimeUtc())) < MaxSecondsOfACopy;
}

Result<QList<bool>> FolderBlocks::exist(const QList<QByteArray> &addresses) const
{
    FolderTree tree(m_folder.path);
    if (const Problem problem = tree.open())
        return m_folder.named(problem);
    QList<bool> answer;
    answer.reserve(addresses.size());
    for (const QByteArray &address : addresses) {
        const Result<State> state = look(tree, address, MaxBlockSize);
        if (!state.ok())
            return m_folder.named(state.problem());
        answer.append(state.value() == State::Good);
    }
    return answer;
}

} // namespace RemoteLog
