// SPDX-License-Identifier: MIT
#include "sealing.h"

#include "bytes.h"

#include <sodium/crypto_aead_xchacha20poly1305.h>
#include <sodium/randombytes.h>

namespace RemoteLog {

namespace {

constexpr int NonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr int TagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(SealOverhead == NonceSize + TagSize);

} // namespace

// The nonce comes straight from the system, one call each. Drawing many at once would save a third
// of a microsecond a seal, and give a forked process or a restored snapshot of a machine the same
// nonces twice.
void sealTo(QByteArray &out, QByteArrayView plaintext, QByteArrayView associatedData,
            const Key &key)
{
    const qsizetype start = out.size();
    out.resize(start + plaintext.size() + SealOverhead);
    auto *const nonce = bytesOf(out) + start;
    randombytes_buf(nonce, NonceSize);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        nonce + NonceSize, nullptr, bytesOf(plaintext), std::size_t(plaintext.size()),
        bytesOf(associatedData), std::size_t(associatedData.size()), nullptr, nonce, key.data());
}

std::optional<QByteArray> unseal(QByteArrayView sealed, QByteArrayView associatedData,
                                 const Key &key)
{
    if (sealed.size() < SealOverhead)
        return std::nullopt;
    const unsigned char *const nonce = bytesOf(sealed);
    QByteArray plaintext(sealed.size() - SealOverhead, Qt::Uninitialized);
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytesOf(plaintext), nullptr, nullptr, nonce + NonceSize,
        std::size_t(sealed.size() - NonceSize), bytesOf(associatedData),
        std::size_t(associatedData.size()), nonce, key.data());
    if (failed)
        return std::nullopt;
    return plaintext;
}

} // namespace RemoteLog
