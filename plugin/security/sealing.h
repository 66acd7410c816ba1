// SPDX-License-Identifier: MIT
#pragma once

#include "securebytes.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace RemoteLog {

// XChaCha20-Poly1305-IETF with a random nonce of 24 bytes in front: nonce || ciphertext || tag.
inline constexpr int SealOverhead = 24 + 16;

// Appends the sealed form of `plaintext` to `out`.
void sealTo(QByteArray &out, QByteArrayView plaintext, QByteArrayView associatedData,
            const Key &key);

// Opens what sealTo() wrote; nullopt if a bit of anything differs.
std::optional<QByteArray> unseal(QByteArrayView sealed, QByteArrayView associatedData,
                                 const Key &key);

} // namespace RemoteLog
