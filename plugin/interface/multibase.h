// SPDX-License-Identifier: MIT
#pragma once

// Not installed. Text forms of binary addresses and names, shared by the interface (links) and by
// log/.

#include <QByteArray>
#include <QString>

#include <optional>

namespace RemoteLog::Multibase {

// RFC 4648 base32 without padding, lower case, no multibase prefix.
QString toBase32(const QByteArray &bytes);

// "b" || base32.
QString encodeBase32(const QByteArray &bytes);

// "k" || base36, lower case: a big-endian number, one '0' for each leading zero byte.
QString encodeBase36(const QByteArray &bytes);

// Reads a multibase string of base32 ("b", "B"), base36 ("k", "K") or base58btc ("z"). nullopt for
// any other prefix, a character outside the alphabet, bits left over that are not zero, mixed case,
// or more than 128 characters.
std::optional<QByteArray> decode(QStringView text);

// The Ed25519 public key (32 bytes) that an IPNS name stands for. Also reads a bare base58btc peer
// id ("12D3Koo...").
std::optional<QByteArray> publicKeyFromName(QStringView name);

// The name of an Ed25519 public key of 32 bytes: CIDv1, libp2p-key, identity multihash, base36:
// "k51...", 62 characters.
QString nameFromPublicKey(const QByteArray &publicKey);

} // namespace RemoteLog::Multibase
