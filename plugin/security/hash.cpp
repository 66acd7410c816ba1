// SPDX-License-Identifier: MIT
#include "hash.h"

#include "bytes.h"

namespace RemoteLog {

QByteArray sha256(QByteArrayView bytes)
{
    QByteArray digest(crypto_hash_sha256_BYTES, Qt::Uninitialized);
    crypto_hash_sha256(bytesOf(digest), bytesOf(bytes), std::size_t(bytes.size()));
    return digest;
}

Sha256::Sha256()
{
    crypto_hash_sha256_init(&m_state);
}

void Sha256::add(QByteArrayView bytes)
{
    crypto_hash_sha256_update(&m_state, bytesOf(bytes), std::size_t(bytes.size()));
}

QByteArray Sha256::result()
{
    QByteArray digest(crypto_hash_sha256_BYTES, Qt::Uninitialized);
    crypto_hash_sha256_final(&m_state, bytesOf(digest));
    return digest;
}

} // namespace RemoteLog
