// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QList>

namespace RemoteLog {

inline constexpr int MaxBlockSize = 1024 * 1024;

// What is inside a block (wire format, "Block"): the sealed body, and the addresses of what it
// refers to, for pins and CARs only.
struct BlockContent
{
    QByteArray body;
    QList<QByteArray> links;
};

QByteArray encodeBlock(const BlockContent &content);

// Strict: exactly what encodeBlock() writes, at most MaxBlockSize; anything else is Tampered.
Result<BlockContent> decodeBlock(const QByteArray &bytes);

} // namespace RemoteLog
