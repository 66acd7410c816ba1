// SPDX-License-Identifier: MIT
#pragma once

#include "body.h"
#include "largeentry.h"
#include "page.h"

#include <functional>

namespace RemoteLog {

// The plaintext of a block of this kind, all seals and forms checked.
Result<QByteArray> openBlock(BodyKind kind, const QByteArray &block, const QByteArray &publicKey,
                             const Key &readKey);

// A page out of its block.
Result<Page> openPage(const QByteArray &block, const QByteArray &publicKey, const Key &readKey);

// The index of a mapped entry of several pieces; Tampered if it does not say what the pair says.
Result<ContentIndex> openContentIndex(const Pair &pair, const QByteArray &block,
                                      const QByteArray &publicKey, const Key &readKey);

// Finds a block that is here; null if it is not.
using BlockLookup = std::function<Result<QByteArray>(const QByteArray &address)>;

// Reads a mapped entry from blocks that are here, piece by piece. WillRetry if one is missing,
// Tampered if a piece does not have the one size that it may have, or what comes out not the hash
// that the pair says; pieces were handed out by then.
Problem readContent(const Pair &pair, const BlockLookup &lookup, const QByteArray &publicKey,
                    const Key &readKey, const std::function<void(QByteArrayView)> &piece);

// The payload of an embedded or mapped entry.
Result<QByteArray> readPayload(const Pair &pair, const BlockLookup &lookup,
                               const QByteArray &publicKey, const Key &readKey);

} // namespace RemoteLog
