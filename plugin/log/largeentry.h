// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/contentstore.h>
#include <RemoteLog/result.h>

#include "block.h"
#include "security/keys.h"

namespace RemoteLog {

// Largest plaintext of a content block; a larger entry is cut into pieces of exactly this size, the
// last shorter.
inline constexpr int ContentPieceSize = MaxBlockSize - 256;

// Blocks of one mapped entry: pieces in order, then the index if there are several. The last
// block's address is the pair's.
QList<Block> sealContent(QByteArrayView payload, const LogKeys &keys);

// The index block of an entry of more than one piece.
struct ContentIndex
{
    quint64 size = 0; // of the payload
    QByteArray sha256; // of the payload
    QList<QByteArray> addresses; // of the pieces, in order
};

QByteArray encodeContentIndex(const ContentIndex &index);

// Tampered unless sizes and count of pieces fit each other.
Result<ContentIndex> decodeContentIndex(QByteArrayView bytes);

} // namespace RemoteLog
