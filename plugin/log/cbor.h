// SPDX-License-Identifier: MIT
#pragma once

// What both users of CBOR read alike; only for this room's .cpp files.

#include <QByteArray>
#include <QCborStreamReader>
#include <QString>

#include <optional>

namespace RemoteLog::Cbor {

// A byte string of definite length. Its end is read as well, or the reader stays inside it.
inline std::optional<QByteArray> readBytes(QCborStreamReader &reader)
{
    if (!reader.isByteArray() || !reader.isLengthKnown())
        return std::nullopt;
    const auto chunk = reader.readByteArray();
    if (chunk.status != QCborStreamReader::Ok
        || reader.readByteArray().status != QCborStreamReader::EndOfString)
        return std::nullopt;
    return chunk.data;
}

// The same for text.
inline std::optional<QString> readText(QCborStreamReader &reader)
{
    if (!reader.isString() || !reader.isLengthKnown())
        return std::nullopt;
    const auto chunk = reader.readString();
    if (chunk.status != QCborStreamReader::Ok
        || reader.readString().status != QCborStreamReader::EndOfString)
        return std::nullopt;
    return chunk.data;
}

} // namespace RemoteLog::Cbor
