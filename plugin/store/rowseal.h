// SPDX-License-Identifier: MIT
#pragma once

#include "security/securebytes.h"

#include <QByteArray>

#include <optional>

namespace RemoteLog {

// Seals what a row keeps from whoever reads the disk: 0x01 || nonce || ciphertext, bound to table,
// log and sequence (resources/doc/wire-format.md, "Keys").
class RowSeal
{
public:
    explicit RowSeal(const Key &databaseKey);

    // `table`: at most 255 ASCII characters; `publicKey`: 32 bytes, zeros where no log is
    // concerned.
    void sealTo(QByteArray &out, QByteArrayView plaintext, QByteArrayView table,
                const QByteArray &publicKey, quint64 sequence) const;
    QByteArray seal(QByteArrayView plaintext, QByteArrayView table, const QByteArray &publicKey,
                    quint64 sequence) const;
    std::optional<QByteArray> open(QByteArrayView sealed, QByteArrayView table,
                                   const QByteArray &publicKey, quint64 sequence) const;

private:
    Key m_key;
};

} // namespace RemoteLog
