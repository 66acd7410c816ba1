// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include "security/keys.h"

namespace RemoteLog {

enum class BodyKind : quint8 { Page = 1, Content = 2, Index = 3 };

// Bytes that the version, the kind and the seal add to a plaintext.
inline constexpr int BodyOverhead = 2 + 24 + 16;

// 0x01 || kind || nonce || ciphertext, bound to the log by the associated data.
QByteArray sealBody(BodyKind kind, QByteArrayView plaintext, const QByteArray &publicKey,
                    const Key &readKey);

// Unsupported for a version or kind that this code does not know, Tampered for the wrong kind or a
// broken seal.
Result<QByteArray> openBody(BodyKind kind, QByteArrayView body, const QByteArray &publicKey,
                            const Key &readKey);

} // namespace RemoteLog
