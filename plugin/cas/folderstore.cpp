// SPDX-License-Identifier: MIT
#include "folderstore.h"

#include "folderblocks.h"

#include "log/address.h"

#include <algorithm>

namespace RemoteLog {

namespace {

constexpr int MaxWatched = 64;

Problem badAddress(const FolderHelper &folder)
{
    return folder.named(
        Problem(Problem::Kind::InvalidArgument, QStringLiteral("not the address of a block")));
}

// In the folder's thread.
Result<QList<Block>> getWatching(const FolderBlocks &blocks, const Fetch &fetch,
                                 const FolderWatch::Handle &file,
                                 const FolderWatch::Handle &directory)
{
    Result<QByteArray> bytes = blocks.get(fetch.address(), fetch.limit());
    const auto isMissing = [&] {
        return bytes.ok() ? bytes.value().isNull()
                          : bytes.problem().kind() != Problem::Kind::Tampered;
    };
    if (isMissing()) {
        file.watch();
        // It may have come before the watch did.
        bytes = blocks.get(fetch.address(), fetch.limit());
    }
    if (isMissing() && blocks.isThere(fetch.address())) {
        // Its name is there already: whatever is done beside it may be that it is whole.
        directory.watch();
        bytes = blocks.get(fetch.address(), fetch.limit());
    }
    if (!isMissing())
        file.release();
    if (!bytes.ok())
        return bytes.problem();
    if (bytes.value().isNull())
        return QList<Block>();
    return QList<Block>{Block(fetch.address(), bytes.value())};
}

} // namespace

FolderStore *FolderStore::create(const QUrl &url)
{
    const Result<FolderHelper> folder = FolderHelper::fromUrl(url);
    return folder.ok() ? new FolderStore(folder.value()) : nullptr;
}

FolderStore::FolderStore(const FolderHelper &folder, QObject *parent)
    : ContentStore(parent)
    , m_role(folder, MaxWatched)
{
    connect(&m_role.watch(), &FolderWatch::changed, this, &ContentStore::changed);
}

bool FolderStore::needsNetwork() const
{
    return m_role.folder().needsNetwork;
}

void FolderStore::abort()
{
    m_role.abort();
}

QFuture<Problem> FolderStore::put(const Upload &upload)
{
    qint64 size = 0;
    const QList<Block> blocks = upload.blocks();
    for (const Block &block : blocks)
        size += block.bytes().size();
    const bool isFirst = !std::exchange(m_isCleared, true);
    return m_role.calls().call<Problem>(
        [folder = m_role.folder(), blocks, previousHead = upload.previousHead(), isFirst] {
            if (isFirst)
                folder.removeStaleFiles();
            return FolderBlocks(folder).put(blocks, previousHead);
        },
        size);
}

QFuture<Result<QList<Block>>> FolderStore::get(const Fetch &fetch)
{
    if (!isBlockAddress(fetch.address()))
        return QtFuture::makeReadyFuture(Result<QList<Block>>(badAddress(m_role.folder())));
    const FolderBlocks blocks(m_role.folder());
    const QString name = FolderBlocks::fileName(fetch.address());
    const QString place = blocks.directory(fetch.address());
    const auto file = m_role.watch().handle({name, place, name});
    const auto directory = m_role.watch().handle({name, place, QString()});
    return m_role.calls().call<Result<QList<Block>>>(
        [blocks, fetch, file, directory] { return getWatching(blocks, fetch, file, directory); });
}

QFuture<Result<QList<bool>>> FolderStore::exists(const QList<QByteArray> &addresses)
{
    if (!std::all_of(addresses.begin(), addresses.end(), isBlockAddress))
        return QtFuture::makeReadyFuture(Result<QList<bool>>(badAddress(m_role.folder())));
    return m_role.calls().call<Result<QList<bool>>>(
        [blocks = FolderBlocks(m_role.folder()), addresses] { return blocks.exist(addresses); });
}

} // namespace RemoteLog
