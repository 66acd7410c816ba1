// SPDX-License-Identifier: MIT
#include "car.h"

#include "address.h"
#include "block.h"
#include "cbor.h"

#include <QCborStreamWriter>

#include <protozero/varint.hpp>

#include <algorithm>
#include <optional>

namespace RemoteLog {

namespace {

constexpr auto LinkTag = QCborTag(42); // DAG-CBOR: a CID, as a byte string behind a zero byte
constexpr quint64 CarVersion = 1;
constexpr quint64 CidVersion = 1;
constexpr QByteArrayView CidV0Prefix("\x12\x20", 2); // sha2-256 of 32 bytes, and nothing in front
constexpr qsizetype CidV0Size = 34;
constexpr QLatin1String RootsKey("roots");
constexpr QLatin1String VersionKey("version");

constexpr int MaxSectionSize = MaxBlockSize + AddressSize;
constexpr int MaxLengthSize = 3; // bytes of a length; more say more than any part may have
static_assert(MaxSectionSize < 1 << 7 * MaxLengthSize && MaxCarHeaderSize < MaxSectionSize);

void appendLength(QByteArray &bytes, qsizetype size)
{
    char length[protozero::max_varint_length];
    bytes.append(length, protozero::write_varint(length, quint64(size)));
}

// Moves over a number in its one form (multiformats, unsigned-varint).
std::optional<quint64> takeVarint(QByteArrayView &bytes)
{
    const char *next = bytes.data();
    try {
        const quint64 value = protozero::decode_varint(&next, bytes.data() + bytes.size());
        const qsizetype size = next - bytes.data();
        bytes = bytes.sliced(size);
        if (size == protozero::length_of_varint(value))
            return value;
    } catch (const protozero::exception &) {
        return std::nullopt;
    }
    return std::nullopt;
}

// Of the CID of any kind with which `bytes` begins.
std::optional<qsizetype> cidSize(QByteArrayView bytes)
{
    if (bytes.startsWith(CidV0Prefix))
        return bytes.size() < CidV0Size ? std::nullopt : std::optional(CidV0Size);
    QByteArrayView rest = bytes;
    if (takeVarint(rest) != CidVersion)
        return std::nullopt;
    const bool hasCodec = takeVarint(rest).has_value();
    const bool hasHash = hasCodec && takeVarint(rest).has_value();
    const std::optional<quint64> digest = hasHash ? takeVarint(rest) : std::nullopt;
    if (!digest || *digest > quint64(rest.size()))
        return std::nullopt;
    return bytes.size() - rest.size() + qsizetype(*digest);
}

QByteArray headerOf(const QList<QByteArray> &roots)
{
    QByteArray header;
    QCborStreamWriter writer(&header);
    writer.startMap(2);
    writer.append(RootsKey);
    writer.startArray(quint64(roots.size()));
    for (const QByteArray &root : roots) {
        writer.append(LinkTag);
        writer.append(QByteArray(1, '\0') + root);
    }
    writer.endArray();
    writer.append(VersionKey);
    writer.append(CarVersion);
    writer.endMap();
    return header;
}

bool readRoot(QCborStreamReader &reader, QList<QByteArray> &roots)
{
    if (!reader.isTag() || reader.toTag() != LinkTag || !reader.next())
        return false;
    const std::optional<QByteArray> bytes = Cbor::readBytes(reader);
    if (!bytes || !bytes->startsWith('\0') || cidSize(bytes->sliced(1)) != bytes->size() - 1)
        return false;
    roots.append(bytes->sliced(1));
    return true;
}

// Spelled again and compared, as decodeBlock() does it: DAG-CBOR has one spelling only. So the
// version, which is last, need not be read.
bool isHeader(const QByteArray &header)
{
    QCborStreamReader reader(header);
    if (!reader.isMap() || !reader.isLengthKnown() || reader.length() != 2
        || !reader.enterContainer() || Cbor::readText(reader) != RootsKey || !reader.isArray()
        || !reader.isLengthKnown() || !reader.enterContainer())
        return false;
    QList<QByteArray> roots;
    while (reader.hasNext()) {
        if (!readRoot(reader, roots))
            return false;
    }
    return reader.lastError() == QCborError::NoError && headerOf(roots) == header;
}

} // namespace

QByteArray carOf(const QList<QByteArray> &roots, const QList<Block> &blocks)
{
    const QByteArray header = headerOf(roots);
    QByteArray car;
    qsizetype size = MaxLengthSize + header.size();
    for (const Block &block : blocks)
        size += MaxLengthSize + block.address().size() + block.bytes().size();
    car.reserve(size);
    appendLength(car, header.size());
    car += header;
    for (const Block &block : blocks) {
        appendLength(car, block.address().size() + block.bytes().size());
        car += block.address();
        car += block.bytes();
    }
    return car;
}

QList<Block> CarReader::read(QByteArrayView bytes)
{
    QList<Block> blocks;
    while (!m_problem && !bytes.isEmpty()) {
        if (m_size == 0) {
            takeLength(bytes);
            continue;
        }
        takePart(bytes);
        if (m_part.size() < m_size)
            break;
        if (m_hasHeader)
            finishSection(blocks);
        else
            finishHeader();
        m_part.resize(0);
        m_size = 0;
    }
    return blocks;
}

bool CarReader::isComplete() const
{
    return !m_problem && m_hasHeader && m_part.isEmpty() && m_size == 0;
}

void CarReader::takeLength(QByteArrayView &bytes)
{
    const char byte = bytes.front();
    bytes = bytes.sliced(1);
    ++m_taken;
    m_part.append(byte);
    const bool isLast = (byte & 0x80) == 0;
    if (!isLast && m_part.size() < MaxLengthSize)
        return;
    QByteArrayView length(m_part);
    const std::optional<quint64> size = isLast ? takeVarint(length) : std::nullopt;
    const int limit = m_hasHeader ? MaxSectionSize : MaxCarHeaderSize;
    if (!size || *size == 0 || *size > quint64(limit)) {
        refuse("a length is malformed, zero or too large");
        return;
    }
    m_part.resize(0);
    m_size = qsizetype(*size);
}

// Grows with what arrives, not with what was announced: a length costs the sender three bytes.
void CarReader::takePart(QByteArrayView &bytes)
{
    const qsizetype size = std::min(m_size - m_part.size(), bytes.size());
    m_part.append(bytes.first(size));
    bytes = bytes.sliced(size);
    m_taken += size;
}

void CarReader::finishHeader()
{
    m_hasHeader = isHeader(m_part);
    if (!m_hasHeader)
        refuse("its header is not one of version 1");
}

void CarReader::finishSection(QList<Block> &blocks)
{
    const QByteArrayView section(m_part);
    const std::optional<qsizetype> size = cidSize(section);
    if (!size) {
        refuse("a section does not begin with a CID");
        return;
    }
    if (!isBlockAddress(section.first(*size)))
        return;
    const QByteArrayView bytes = section.sliced(*size);
    const QByteArray address = blockAddress(bytes);
    if (address != section.first(*size))
        refuse("a block does not match its address");
    else
        blocks.append(Block(address, bytes.toByteArray()));
}

void CarReader::refuse(const char *fault)
{
    m_problem = Problem(Problem::Kind::Tampered,
                        QStringLiteral("a CAR is refused: ") + QString::fromLatin1(fault));
}

} // namespace RemoteLog
