// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <sodium/crypto_hash_sha256.h>

namespace RemoteLog {

// SHA-256, 32 bytes.
QByteArray sha256(QByteArrayView bytes);

// SHA-256 of bytes that come in pieces.
class Sha256
{
public:
    Sha256();
    void add(QByteArrayView bytes);
    QByteArray result(); // once

private:
    crypto_hash_sha256_state m_state;
};

} // namespace RemoteLog
