// SPDX-License-Identifier: MIT
#include "block.h"

#include "address.h"
#include "cbor.h"

#include <QCborStreamWriter>

namespace RemoteLog {

namespace {

constexpr auto LinkTag = QCborTag(42); // DAG-CBOR: a CID, as a byte string behind a zero byte
constexpr int MapAndLinksOverhead = 32;
constexpr int LinkOverhead = 8;

Problem malformed()
{
    return Problem(Problem::Kind::Tampered, QStringLiteral("a block is not in its one form"));
}

bool readKey(QCborStreamReader &reader, QLatin1String key)
{
    const std::optional<QString> text = Cbor::readText(reader);
    return text && *text == key;
}

bool readLink(QCborStreamReader &reader, QList<QByteArray> &links)
{
    if (!reader.isTag() || reader.toTag() != LinkTag || !reader.next())
        return false;
    const std::optional<QByteArray> bytes = Cbor::readBytes(reader);
    if (!bytes || !bytes->startsWith('\0') || !isBlockAddress(QByteArrayView(*bytes).sliced(1)))
        return false;
    links.append(bytes->sliced(1));
    return true;
}

std::optional<BlockContent> readContent(QCborStreamReader &reader)
{
    BlockContent content;
    if (!reader.isMap() || !reader.isLengthKnown() || reader.length() != 2
        || !reader.enterContainer() || !readKey(reader, QLatin1String("body")))
        return std::nullopt;
    std::optional<QByteArray> body = Cbor::readBytes(reader);
    if (!body || !readKey(reader, QLatin1String("links")) || !reader.isArray()
        || !reader.isLengthKnown() || !reader.enterContainer())
        return std::nullopt;
    content.body = *std::move(body);
    while (reader.hasNext()) {
        if (!readLink(reader, content.links))
            return std::nullopt;
    }
    if (reader.lastError() != QCborError::NoError || !reader.leaveContainer()
        || !reader.leaveContainer())
        return std::nullopt;
    return content;
}

} // namespace

QByteArray encodeBlock(const BlockContent &content)
{
    QByteArray bytes;
    bytes.reserve(MapAndLinksOverhead + content.body.size()
                  + content.links.size() * (AddressSize + LinkOverhead));
    QCborStreamWriter writer(&bytes);
    writer.startMap(2);
    writer.append(QLatin1String("body"));
    writer.append(content.body);
    writer.append(QLatin1String("links"));
    writer.startArray(quint64(content.links.size()));
    for (const QByteArray &link : content.links) {
        writer.append(LinkTag);
        writer.append(QByteArray(1, '\0') + link);
    }
    writer.endArray();
    writer.endMap();
    return bytes;
}

// Qt's reader takes what CBOR allows; DAG-CBOR allows one spelling only. So the content is spelled
// again and compared: that refuses long heads, other orders and trailing bytes at once.
Result<BlockContent> decodeBlock(const QByteArray &bytes)
{
    if (bytes.size() > MaxBlockSize)
        return Problem(Problem::Kind::Tampered, QStringLiteral("a block is larger than 1 MiB"));
    QCborStreamReader reader(bytes);
    std::optional<BlockContent> content = readContent(reader);
    if (!content || encodeBlock(*content) != bytes)
        return malformed();
    return *std::move(content);
}

} // namespace RemoteLog
