// SPDX-License-Identifier: MIT
#include "largeentry.h"

#include "address.h"
#include "body.h"
#include "page.h"
#include "protobuf.h"
#include "security/hash.h"

namespace RemoteLog {

namespace {

namespace IndexField {
enum : quint32 { Size = 1, Sha256 = 2, Address = 3 };
}

constexpr int DigestSize = 32;

Block seal(BodyKind kind, QByteArrayView plaintext, const QList<QByteArray> &links,
           const LogKeys &keys)
{
    const QByteArray body = sealBody(kind, plaintext, keys.publicKey, keys.readKey);
    const QByteArray bytes = encodeBlock({body, links});
    return Block(blockAddress(bytes), bytes);
}

Problem refused(const char *fault)
{
    return Problem(Problem::Kind::Tampered,
                   QStringLiteral("an index is malformed: ") + QString::fromLatin1(fault));
}

Result<ContentIndex> checked(const ContentIndex &index)
{
    if (index.size > MaxSequence || index.sha256.size() != DigestSize)
        return refused("it has no size or no SHA-256");
    // One piece needs no index, so that there is one way only to store an entry.
    const quint64 pieces = (index.size + ContentPieceSize - 1) / ContentPieceSize;
    if (pieces < 2 || quint64(index.addresses.size()) != pieces)
        return refused("size and number of pieces do not fit");
    for (const QByteArray &address : index.addresses) {
        if (!isBlockAddress(address))
            return refused("a piece has no block address");
    }
    return index;
}

} // namespace

QList<Block> sealContent(QByteArrayView payload, const LogKeys &keys)
{
    if (payload.size() <= ContentPieceSize)
        return {seal(BodyKind::Content, payload, {}, keys)};

    QList<Block> blocks;
    ContentIndex index;
    index.size = quint64(payload.size());
    index.sha256 = sha256(payload);
    for (qsizetype start = 0; start < payload.size(); start += ContentPieceSize) {
        const qsizetype size = std::min<qsizetype>(ContentPieceSize, payload.size() - start);
        blocks.append(seal(BodyKind::Content, payload.sliced(start, size), {}, keys));
        index.addresses.append(blocks.constLast().address());
    }
    blocks.append(seal(BodyKind::Index, encodeContentIndex(index), index.addresses, keys));
    return blocks;
}

QByteArray encodeContentIndex(const ContentIndex &index)
{
    std::string bytes;
    protozero::pbf_writer message(bytes);
    message.add_uint64(IndexField::Size, index.size);
    message.add_bytes(IndexField::Sha256, Protobuf::viewOf(index.sha256));
    for (const QByteArray &address : index.addresses)
        message.add_bytes(IndexField::Address, Protobuf::viewOf(address));
    return QByteArray::fromStdString(bytes);
}

Result<ContentIndex> decodeContentIndex(QByteArrayView bytes)
{
    return Protobuf::guarded([bytes]() -> Result<ContentIndex> {
        ContentIndex index;
        protozero::pbf_reader message(Protobuf::viewOf(bytes));
        while (message.next()) {
            switch (message.tag_and_type()) {
            case Protobuf::numberField(IndexField::Size):
                index.size = message.get_uint64();
                break;
            case Protobuf::bytesField(IndexField::Sha256):
                index.sha256 = Protobuf::bytesOf(message.get_view());
                break;
            case Protobuf::bytesField(IndexField::Address):
                index.addresses.append(Protobuf::bytesOf(message.get_view()));
                break;
            default:
                message.skip();
            }
        }
        return checked(index);
    });
}

} // namespace RemoteLog
