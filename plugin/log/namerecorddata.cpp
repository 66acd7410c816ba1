// SPDX-License-Identifier: MIT
#include "namerecorddata.h"

#include "cbor.h"
#include "page.h"

#include <QCborStreamWriter>
#include <QSet>
#include <QtEndian>

#include <protozero/varint.hpp>

namespace RemoteLog {

namespace {

constexpr char ExtensionVersion = 1;
constexpr int ExtensionHeadSize = 1 + sizeof(quint64);
constexpr int MaxNesting = 32; // of values that are passed over

constexpr QLatin1String TtlKey("TTL");
constexpr QLatin1String ValueKey("Value");
constexpr QLatin1String SequenceKey("Sequence");
constexpr QLatin1String ValidityKey("Validity");
constexpr QLatin1String RemoteLogKey("_remotelog");
constexpr QLatin1String ValidityTypeKey("ValidityType");

Problem refused(const char *fault)
{
    return Problem(Problem::Kind::Tampered, QStringLiteral("a name record's data is malformed: ")
                                                + QString::fromLatin1(fault));
}

bool readBytes(QCborStreamReader &reader, QByteArray &bytes)
{
    std::optional<QByteArray> read = Cbor::readBytes(reader);
    if (!read)
        return false;
    bytes = *std::move(read);
    return true;
}

bool readNumber(QCborStreamReader &reader, quint64 &number)
{
    if (!reader.isUnsignedInteger() || reader.toUnsignedInteger() > MaxSequence)
        return false;
    number = reader.toUnsignedInteger();
    return reader.next();
}

bool readEntry(QCborStreamReader &reader, const QString &key, NameRecordData &data)
{
    if (key == ValueKey)
        return readBytes(reader, data.value);
    if (key == ValidityKey)
        return readBytes(reader, data.validity);
    if (key == ValidityTypeKey)
        return readNumber(reader, data.validityType);
    if (key == SequenceKey)
        return readNumber(reader, data.sequence);
    if (key == TtlKey)
        return readNumber(reader, data.ttl);
    if (key == RemoteLogKey)
        return readBytes(reader, data.remoteLog.emplace());
    while (reader.isTag()) {
        if (!reader.next())
            return false;
    }
    return reader.next(MaxNesting);
}

} // namespace

// Keys by length, then by bytes, as DAG-CBOR wants them.
QByteArray encodeNameRecordData(const NameRecordData &data)
{
    QByteArray bytes;
    QCborStreamWriter writer(&bytes);
    writer.startMap(data.remoteLog ? 6 : 5);
    writer.append(TtlKey);
    writer.append(data.ttl);
    writer.append(ValueKey);
    writer.append(data.value);
    writer.append(SequenceKey);
    writer.append(data.sequence);
    writer.append(ValidityKey);
    writer.append(data.validity);
    if (data.remoteLog) {
        writer.append(RemoteLogKey);
        writer.append(*data.remoteLog);
    }
    writer.append(ValidityTypeKey);
    writer.append(data.validityType);
    writer.endMap();
    return bytes;
}

Result<NameRecordData> decodeNameRecordData(const QByteArray &bytes)
{
    QCborStreamReader reader(bytes);
    if (!reader.isMap() || !reader.isLengthKnown() || !reader.enterContainer())
        return refused("it is no map of definite length");
    NameRecordData data;
    QSet<QString> keys;
    while (reader.hasNext()) {
        const std::optional<QString> key = Cbor::readText(reader);
        if (!key)
            return refused("a key is no text");
        if (keys.contains(*key))
            return refused("a key is there twice");
        keys.insert(*key);
        if (!readEntry(reader, *key, data))
            return refused("a value is broken or of the wrong type");
    }
    if (reader.lastError() != QCborError::NoError || !reader.leaveContainer()
        || reader.currentOffset() != bytes.size())
        return refused("it does not end where it should");
    for (const QLatin1String key : {ValueKey, SequenceKey, ValidityKey, ValidityTypeKey}) {
        if (!keys.contains(key))
            return refused("a key is missing");
    }
    return data;
}

QByteArray encodeRecordExtension(const RecordExtension &extension)
{
    QByteArray bytes(ExtensionHeadSize, ExtensionVersion);
    qToBigEndian(extension.signedAt, bytes.data() + 1);
    for (const QByteArray &block : extension.embedded) {
        char length[protozero::max_varint_length];
        bytes.append(length, protozero::write_varint(length, quint64(block.size())));
        bytes += block;
    }
    return bytes;
}

qsizetype embeddedSize(const QByteArray &block)
{
    return protozero::length_of_varint(quint64(block.size())) + block.size();
}

Result<std::optional<RecordExtension>> decodeRecordExtension(QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return refused("_remotelog is empty");
    if (bytes.front() != ExtensionVersion)
        return std::optional<RecordExtension>();
    if (bytes.size() < ExtensionHeadSize)
        return refused("_remotelog is too short");
    RecordExtension extension;
    extension.signedAt = qFromBigEndian<qint64>(bytes.data() + 1);
    if (extension.signedAt < 0)
        return refused("the signing time is over 2^63 - 1");

    const char *next = bytes.data() + ExtensionHeadSize;
    const char *const end = bytes.data() + bytes.size();
    while (next != end) {
        const char *const start = next;
        quint64 size = 0;
        try {
            size = protozero::decode_varint(&next, end);
        } catch (const protozero::exception &) {
            return refused("_remotelog ends inside a length");
        }
        if (size == 0 || size > quint64(end - next)
            || next - start != protozero::length_of_varint(size))
            return refused("a block in _remotelog has a wrong length");
        extension.embedded.append(QByteArray(next, qsizetype(size)));
        next += size;
    }
    return std::optional<RecordExtension>(std::move(extension));
}

} // namespace RemoteLog
