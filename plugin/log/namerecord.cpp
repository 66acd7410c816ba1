// SPDX-License-Identifier: MIT
#include "namerecord.h"

#include "address.h"
#include "namerecorddata.h"
#include "page.h"
#include "protobuf.h"

#include <algorithm>

namespace RemoteLog {

namespace {

// Field numbers of IpnsEntry (IPNS record specification, "Record Serialization Format").
namespace RecordField {
enum : quint32 {
    Value = 1,
    SignatureV1 = 2,
    ValidityType = 3,
    Validity = 4,
    Sequence = 5,
    Ttl = 6,
    PublicKey = 7,
    SignatureV2 = 8,
    Data = 9
};
}

constexpr QByteArrayView SignaturePrefix("ipns-signature:");
constexpr QByteArrayView ValuePrefix("/ipfs/");
constexpr QByteArrayView PublicKeyPrefix("\x08\x01\x12\x20", 4); // protobuf: Ed25519, 32 bytes

// The protobuf fields of a record. What is absent is empty or 0, as in protobuf.
struct Fields
{
    QByteArray value;
    QByteArray signatureV1;
    quint64 validityType = 0;
    QByteArray validity;
    quint64 sequence = 0;
    quint64 ttl = 0;
    QByteArray publicKey;
    QByteArray signatureV2;
    QByteArray data;
};

Problem refused(const char *fault)
{
    return Problem(Problem::Kind::Tampered,
                   QStringLiteral("a name record is invalid: ") + QString::fromLatin1(fault));
}

Result<Fields> readFields(QByteArrayView bytes)
{
    return Protobuf::guarded([bytes]() -> Result<Fields> {
        Fields fields;
        protozero::pbf_reader message(Protobuf::viewOf(bytes));
        while (message.next()) {
            switch (message.tag_and_type()) {
            case Protobuf::bytesField(RecordField::Value):
                fields.value = Protobuf::bytesOf(message.get_view());
                break;
            case Protobuf::bytesField(RecordField::SignatureV1):
                fields.signatureV1 = Protobuf::bytesOf(message.get_view());
                break;
            case Protobuf::numberField(RecordField::ValidityType):
                fields.validityType = message.get_uint64();
                break;
            case Protobuf::bytesField(RecordField::Validity):
                fields.validity = Protobuf::bytesOf(message.get_view());
                break;
            case Protobuf::numberField(RecordField::Sequence):
                fields.sequence = message.get_uint64();
                break;
            case Protobuf::numberField(RecordField::Ttl):
                fields.ttl = message.get_uint64();
                break;
            case Protobuf::bytesField(RecordField::PublicKey):
                fields.publicKey = Protobuf::bytesOf(message.get_view());
                break;
            case Protobuf::bytesField(RecordField::SignatureV2):
                fields.signatureV2 = Protobuf::bytesOf(message.get_view());
                break;
            case Protobuf::bytesField(RecordField::Data):
                fields.data = Protobuf::bytesOf(message.get_view());
                break;
            default:
                message.skip();
            }
        }
        return fields;
    });
}

// A record that also speaks to V1 readers must tell both kinds of reader the same.
bool isV1Consistent(const Fields &fields, const NameRecordData &data)
{
    if (fields.value.isEmpty() && fields.signatureV1.isEmpty())
        return true;
    return fields.value == data.value && fields.validityType == data.validityType
           && fields.validity == data.validity && fields.sequence == data.sequence
           && fields.ttl == data.ttl;
}

QByteArray addressInValue(const QByteArray &value)
{
    if (!value.startsWith(ValuePrefix))
        return QByteArray();
    const QString text = QString::fromLatin1(QByteArrayView(value).sliced(ValuePrefix.size()));
    return addressFromText(text).value_or(QByteArray());
}

QByteArray signedMessage(const QByteArray &data)
{
    return SignaturePrefix.toByteArray() + data;
}

} // namespace

QByteArray signNameRecord(const NameRecordDraft &draft, const LogKeys &keys)
{
    Q_ASSERT(isBlockAddress(draft.address) && draft.number >= 1 && draft.number <= MaxSequence);
    NameRecordData content;
    content.value = ValuePrefix.toByteArray() + addressToText(draft.address).toLatin1();
    content.validity = draft.validity.toText();
    content.sequence = draft.number;
    content.ttl = NameRecordTtl;
    content.remoteLog = encodeRecordExtension({draft.signedAt, draft.embedded});
    const QByteArray data = encodeNameRecordData(content);

    std::string record;
    protozero::pbf_writer message(record);
    message.add_bytes(RecordField::SignatureV2,
                      Protobuf::viewOf(sign(signedMessage(data), keys.signingKey)));
    message.add_bytes(RecordField::Data, Protobuf::viewOf(data));
    return QByteArray::fromStdString(record);
}

QList<QByteArray> embeddableBlocks(const QList<QByteArray> &blocks, int limit)
{
    // MaxEmbedLimit leaves 2 KiB of MaxNameRecordSize to the rest of the record, which takes about
    // 320 bytes.
    const qsizetype most = std::clamp(limit, 0, MaxEmbedLimit);
    qsizetype size = 0;
    qsizetype count = 0;
    for (const QByteArray &block : blocks) {
        size += embeddedSize(block);
        if (block.isEmpty() || size > most)
            break;
        ++count;
    }
    return blocks.first(count);
}

Result<NameRecord> parseNameRecord(QByteArrayView bytes, QByteArrayView publicKey)
{
    if (bytes.size() > MaxNameRecordSize)
        return refused("it is larger than 10 KiB");
    const Result<Fields> read = readFields(bytes);
    if (!read.ok())
        return read.problem();
    const Fields &fields = read.value();
    if (fields.signatureV2.isEmpty() || fields.data.isEmpty())
        return refused("it has no V2 signature");
    if (!fields.publicKey.isEmpty()
        && fields.publicKey != PublicKeyPrefix.toByteArray() + publicKey.toByteArray())
        return refused("it was made with another key");
    if (!verifySignature(signedMessage(fields.data), fields.signatureV2, publicKey))
        return refused("its signature is wrong");

    const Result<NameRecordData> decoded = decodeNameRecordData(fields.data);
    if (!decoded.ok())
        return decoded.problem();
    const NameRecordData &data = decoded.value();
    const std::optional<Validity> validity = Validity::fromText(data.validity);
    if (data.validityType != 0 || !validity)
        return refused("its validity is unknown");
    if (!isV1Consistent(fields, data))
        return refused("its V1 fields say something else");

    NameRecord record;
    record.bytes = bytes.toByteArray();
    record.value = data.value;
    record.address = addressInValue(data.value);
    record.number = data.sequence;
    record.validity = *validity;
    record.ttl = data.ttl;
    record.signatureAndData = fields.signatureV2 + fields.data;
    if (data.remoteLog) {
        const Result<std::optional<RecordExtension>> extension =
            decodeRecordExtension(*data.remoteLog);
        if (!extension.ok())
            return extension.problem();
        if (extension.value()) {
            record.signedAt = extension.value()->signedAt;
            record.embedded = extension.value()->embedded;
        }
    }
    return record;
}

bool isWholeNameRecord(QByteArrayView bytes)
{
    const Result<Fields> fields = readFields(bytes);
    return fields.ok() && !fields.value().signatureV2.isEmpty() && !fields.value().data.isEmpty();
}

bool isExpired(const NameRecord &record, const QDateTime &now)
{
    return record.validity <= Validity::fromDateTime(now);
}

int compareNameRecords(const NameRecord &a, const NameRecord &b)
{
    if (a.number != b.number)
        return a.number > b.number ? 1 : -1;
    if (a.validity != b.validity)
        return a.validity > b.validity ? 1 : -1;
    return a.bytes.compare(b.bytes);
}

bool areInConflict(const NameRecord &a, const NameRecord &b)
{
    if (a.number != b.number)
        return false;
    // One address can be spelled in several ways.
    return a.address.isEmpty() || b.address.isEmpty() ? a.value != b.value : a.address != b.address;
}

} // namespace RemoteLog
