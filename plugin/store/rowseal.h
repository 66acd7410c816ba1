// SPDX-License-Identifier: MIT
#pragma once

#include "security/securebytes.h"

#include <QByteArray>

#include <array>
#include <optional>

namespace RemoteLog {

// Seals what a row keeps from whoever reads the disk: 0x01 || nonce || ciphertext, bound to table,
// log and sequence (resources/doc/wire-format.md, "Keys").
class RowSeal
{
public:
    static constexpr int PublicKeySize = 32;

    explicit RowSeal(const Key &databaseKey);

    // `table`: at most 255 ASCII characters; `publicKey`: 32 bytes, zeros where no log is
    // concerned.
    void sealTo(QByteArray &out, QByteArrayView plaintext, QByteArrayView table,
                const QByteArray &publicKey, quint64 sequence) const;

    // The same for many rows in one go: one system call for 64 nonces instead of one each, which is
    // a quarter of the time that a short row takes. For a local variable: nonces that outlived the
    // call could be used twice, by a forked process or a restored snapshot of the machine.
    class Batch
    {
    public:
        explicit Batch(const RowSeal &seal);
        void sealTo(QByteArray &out, QByteArrayView plaintext, QByteArrayView table,
                    const QByteArray &publicKey, quint64 sequence);

    private:
        Q_DISABLE_COPY_MOVE(Batch)
        static constexpr size_t NonceSize = 24;
        const RowSeal &m_seal;
        static constexpr size_t PoolSize = 64 * NonceSize;
        std::array<unsigned char, PoolSize> m_nonces;
        size_t m_used = PoolSize;
    };

    QByteArray seal(QByteArrayView plaintext, QByteArrayView table, const QByteArray &publicKey,
                    quint64 sequence) const;
    std::optional<QByteArray> open(QByteArrayView sealed, QByteArrayView table,
                                   const QByteArray &publicKey, quint64 sequence) const;

private:
    Key m_key;
};

} // namespace RemoteLog
