// SPDX-License-Identifier: MIT
#include "contents.h"

#include "address.h"
#include "block.h"
#include "security/hash.h"

#include <algorithm>

namespace RemoteLog {

Result<QByteArray> openBlock(BodyKind kind, const QByteArray &block, const QByteArray &publicKey,
                             const Key &readKey)
{
    const Result<BlockContent> content = decodeBlock(block);
    if (!content.ok())
        return content.problem();
    return openBody(kind, content.value().body, publicKey, readKey);
}

Result<Page> openPage(const QByteArray &block, const QByteArray &publicKey, const Key &readKey)
{
    const Result<QByteArray> plain = openBlock(BodyKind::Page, block, publicKey, readKey);
    if (!plain.ok())
        return plain.problem();
    return decodePage(plain.value());
}

Result<ContentIndex> openContentIndex(const Pair &pair, const QByteArray &block,
                                      const QByteArray &publicKey, const Key &readKey)
{
    const Result<QByteArray> plain = openBlock(BodyKind::Index, block, publicKey, readKey);
    if (!plain.ok())
        return plain.problem();
    const Result<ContentIndex> index = decodeContentIndex(plain.value());
    if (index.ok() && (index.value().size != pair.size || index.value().sha256 != pair.sha256))
        return Problem(Problem::Kind::Tampered, QStringLiteral("an index differs from its entry"));
    return index;
}

Problem readContent(const Pair &pair, const BlockLookup &lookup, const QByteArray &publicKey,
                    const Key &readKey, const std::function<void(QByteArrayView)> &piece)
{
    const auto find = [&lookup](const QByteArray &address) -> Result<QByteArray> {
        const Result<QByteArray> block = lookup(address);
        if (block.ok() && block.value().isNull())
            return Problem(Problem::Kind::WillRetry,
                           QStringLiteral("block %1 is not here").arg(addressToText(address)));
        return block;
    };
    QList<QByteArray> addresses{pair.address};
    if (pair.size > quint64(ContentPieceSize)) {
        const Result<QByteArray> block = find(pair.address);
        if (!block.ok())
            return block.problem();
        const Result<ContentIndex> index =
            openContentIndex(pair, block.value(), publicKey, readKey);
        if (!index.ok())
            return index.problem();
        addresses = index.value().addresses;
    }
    Sha256 hash;
    quint64 size = 0;
    for (const QByteArray &address : std::as_const(addresses)) {
        const Result<QByteArray> block = find(address);
        if (!block.ok())
            return block.problem();
        const Result<QByteArray> plain =
            openBlock(BodyKind::Content, block.value(), publicKey, readKey);
        if (!plain.ok())
            return plain.problem();
        // Pieces are full but for the last, so that there is one way only to store an entry.
        const quint64 expected = std::min<quint64>(ContentPieceSize, pair.size - size);
        if (quint64(plain.value().size()) != expected)
            return Problem(Problem::Kind::Tampered,
                           QStringLiteral("a piece of an entry has %1 bytes, not %2")
                               .arg(plain.value().size())
                               .arg(expected));
        size += expected;
        hash.add(plain.value());
        piece(plain.value());
    }
    if (hash.result() != pair.sha256)
        return Problem(Problem::Kind::Tampered,
                       QStringLiteral("an entry's content differs from its hash"));
    return {};
}

Result<QByteArray> readPayload(const Pair &pair, const BlockLookup &lookup,
                               const QByteArray &publicKey, const Key &readKey)
{
    if (!pair.isMapped())
        return pair.data.isNull() ? QByteArray("") : pair.data;
    QByteArray payload("");
    payload.reserve(qsizetype(pair.size));
    const Problem problem =
        readContent(pair, lookup, publicKey, readKey,
                    [&payload](QByteArrayView piece) { payload.append(piece); });
    if (problem)
        return problem;
    return payload;
}

} // namespace RemoteLog
