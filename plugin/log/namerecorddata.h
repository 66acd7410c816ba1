// SPDX-License-Identifier: MIT
#pragma once

// The signed part of a name record; only for this room's .cpp files.

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QList>

#include <optional>

namespace RemoteLog {

inline constexpr quint64 NameRecordTtl = 60'000'000'000; // ns

// The DAG-CBOR map of an IPNS record (IPNS record specification, "Extensible Data").
struct NameRecordData
{
    QByteArray value;
    QByteArray validity;
    quint64 validityType = 0; // 0: EOL
    quint64 sequence = 0;
    quint64 ttl = 0; // ns
    std::optional<QByteArray> remoteLog; // "_remotelog"; always there in ours
};

QByteArray encodeNameRecordData(const NameRecordData &data);

// Takes any well-formed map of definite length with text keys, once each, and passes over keys that
// it does not know. Tampered for anything else, and where a number is over 2^63 - 1.
Result<NameRecordData> decodeNameRecordData(const QByteArray &bytes);

// What "_remotelog" says: 0x01 || u64be signing time || (varint length || block)*.
struct RecordExtension
{
    qint64 signedAt = 0; // ms since the epoch, UTC
    QList<QByteArray> embedded; // page blocks, newest first
};

QByteArray encodeRecordExtension(const RecordExtension &extension);

// No value for a newer version; Tampered if it is malformed.
Result<std::optional<RecordExtension>> decodeRecordExtension(QByteArrayView bytes);

// Bytes that a block takes in it.
qsizetype embeddedSize(const QByteArray &block);

} // namespace RemoteLog
