// SPDX-License-Identifier: MIT
#include "rowseal.h"

#include "security/sealing.h"

#include <QtEndian>

#include <sodium/crypto_aead_xchacha20poly1305.h>
#include <sodium/randombytes.h>

#include <array>
#include <cstring>

namespace RemoteLog {

namespace {

constexpr char Domain[] = "remotelog-db";
constexpr char Version = 0x01;

const unsigned char *bytesOf(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

// "remotelog-db" || 0x01 || u8 length || table || public key || u64be sequence, on the stack.
class AssociatedData
{
public:
    AssociatedData(QByteArrayView table, const QByteArray &publicKey, quint64 sequence)
    {
        Q_ASSERT(table.size() <= 255 && publicKey.size() == RowSeal::PublicKeySize);
        add(QByteArrayView(Domain, sizeof Domain - 1));
        m_bytes[m_size++] = Version;
        m_bytes[m_size++] = static_cast<char>(table.size());
        add(table);
        add(publicKey);
        qToBigEndian(sequence, m_bytes.data() + m_size);
        m_size += sizeof sequence;
    }
    QByteArrayView view() const { return QByteArrayView(m_bytes.data(), qsizetype(m_size)); }

private:
    void add(QByteArrayView bytes)
    {
        std::memcpy(m_bytes.data() + m_size, bytes.data(), size_t(bytes.size()));
        m_size += size_t(bytes.size());
    }
    std::array<char, sizeof Domain + 1 + 255 + RowSeal::PublicKeySize + sizeof(quint64)> m_bytes;
    size_t m_size = 0;
};

} // namespace

RowSeal::RowSeal(const Key &databaseKey)
    : m_key(databaseKey)
{
}

void RowSeal::sealTo(QByteArray &out, QByteArrayView plaintext, QByteArrayView table,
                     const QByteArray &publicKey, quint64 sequence) const
{
    out.append(Version);
    RemoteLog::sealTo(out, plaintext, AssociatedData(table, publicKey, sequence).view(), m_key);
}

RowSeal::Batch::Batch(const RowSeal &seal)
    : m_seal(seal)
{
}

void RowSeal::Batch::sealTo(QByteArray &out, QByteArrayView plaintext, QByteArrayView table,
                            const QByteArray &publicKey, quint64 sequence)
{
    static_assert(NonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    if (m_used == PoolSize) {
        randombytes_buf(m_nonces.data(), PoolSize);
        m_used = 0;
    }
    const AssociatedData associated(table, publicKey, sequence);
    const qsizetype start = out.size();
    out.resize(start + 1 + plaintext.size() + SealOverhead);
    auto *const sealed = reinterpret_cast<unsigned char *>(out.data()) + start;
    sealed[0] = Version;
    std::memcpy(sealed + 1, m_nonces.data() + m_used, NonceSize);
    m_used += NonceSize;
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + 1 + NonceSize, nullptr, bytesOf(plaintext),
                                               size_t(plaintext.size()), bytesOf(associated.view()),
                                               size_t(associated.view().size()), nullptr,
                                               sealed + 1, m_seal.m_key.data());
}

QByteArray RowSeal::seal(QByteArrayView plaintext, QByteArrayView table,
                         const QByteArray &publicKey, quint64 sequence) const
{
    QByteArray sealed;
    sealed.reserve(1 + plaintext.size() + SealOverhead);
    sealTo(sealed, plaintext, table, publicKey, sequence);
    return sealed;
}

std::optional<QByteArray> RowSeal::open(QByteArrayView sealed, QByteArrayView table,
                                        const QByteArray &publicKey, quint64 sequence) const
{
    if (sealed.isEmpty() || sealed.front() != Version || publicKey.size() != PublicKeySize)
        return std::nullopt;
    return unseal(sealed.sliced(1), AssociatedData(table, publicKey, sequence).view(), m_key);
}

} // namespace RemoteLog
