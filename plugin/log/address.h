// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace RemoteLog {

// A block's address is a binary CIDv1, dag-cbor, sha2-256: 01 71 12 20 || digest. Always 36 bytes.
inline constexpr int AddressSize = 36;

QByteArray blockAddress(QByteArrayView blockBytes);
bool isBlockAddress(QByteArrayView bytes);

// "bafyrei...", 59 characters, and back; reading takes every multibase, the answer is nullopt
// unless isBlockAddress().
QString addressToText(const QByteArray &address);
std::optional<QByteArray> addressFromText(QStringView text);

} // namespace RemoteLog
