// SPDX-License-Identifier: MIT
#include "keys.h"

#include "bytes.h"

#include <sodium/core.h>
#include <sodium/crypto_generichash.h>
#include <sodium/crypto_kdf.h>
#include <sodium/crypto_sign.h>
#include <sodium/randombytes.h>

#include <cstring>

namespace RemoteLog {

namespace {

constexpr int MaxLabelSize = 255;
constexpr int CheckValueSize = 16;

static_assert(Key::size() == crypto_kdf_KEYBYTES && Key::size() == crypto_sign_SEEDBYTES
              && Key::size() == crypto_generichash_BYTES
              && Key::size() == crypto_generichash_KEYBYTES);
static_assert(SigningKey::size() == crypto_sign_SECRETKEYBYTES);

// A subkey of `key`; contexts are 8 characters (wire format, "Keys").
Key derive(const Key &key, quint64 id, const char (&context)[crypto_kdf_CONTEXTBYTES + 1])
{
    Key subkey;
    crypto_kdf_derive_from_key(subkey.data(), Key::size(), id, context, key.data());
    return subkey;
}

} // namespace

bool initializeCryptography()
{
    return sodium_init() >= 0;
}

QByteArray randomBytes(int size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    randombytes_buf(bytes.data(), std::size_t(size));
    return bytes;
}

MasterSecret MasterSecret::generate()
{
    MasterSecret master;
    randombytes_buf(master.m_secret.data(), Size);
    return master;
}

Result<MasterSecret> MasterSecret::fromBytes(const QByteArray &bytes)
{
    if (bytes.size() != Size) {
        return Problem(
            Problem::Kind::KeyMissing,
            QStringLiteral("the secret store holds a master secret of %1 bytes").arg(bytes.size()));
    }
    MasterSecret master;
    std::memcpy(master.m_secret.data(), bytes.constData(), Size);
    return master;
}

QByteArray MasterSecret::toBytes() const
{
    return QByteArray(reinterpret_cast<const char *>(m_secret.data()), Size);
}

Problem MasterSecret::validateLabel(const QString &label)
{
    if (!label.isValidUtf16())
        return Problem(Problem::Kind::InvalidArgument, QStringLiteral("a label is not Unicode"));
    const qsizetype size = label.toUtf8().size();
    if (size < 1 || size > MaxLabelSize) {
        return Problem(Problem::Kind::InvalidArgument,
                       QStringLiteral("a label has %1 bytes, not 1 to 255").arg(size));
    }
    return Problem();
}

LogKeys MasterSecret::logKeys(const QString &label) const
{
    const Key labelKey = derive(m_secret, 1, "rlog-lbl");
    const QByteArray text = label.toUtf8();
    Key root;
    crypto_generichash(root.data(), Key::size(), bytesOf(text), std::size_t(text.size()),
                       labelKey.data(), Key::size());
    const Key seed = derive(root, 1, "rlog-sig");

    LogKeys keys;
    keys.publicKey = QByteArray(crypto_sign_PUBLICKEYBYTES, Qt::Uninitialized);
    crypto_sign_seed_keypair(bytesOf(keys.publicKey), keys.signingKey.data(), seed.data());
    keys.readKey = derive(root, 2, "rlog-enc");
    return keys;
}

Key MasterSecret::databaseKey() const
{
    return derive(m_secret, 2, "rlog-db_");
}

QByteArray MasterSecret::checkValue() const
{
    QByteArray check(CheckValueSize, Qt::Uninitialized);
    crypto_kdf_derive_from_key(bytesOf(check), CheckValueSize, 3, "rlog-chk", m_secret.data());
    return check;
}

QByteArray sign(QByteArrayView message, const SigningKey &key)
{
    QByteArray signature(crypto_sign_BYTES, Qt::Uninitialized);
    crypto_sign_detached(bytesOf(signature), nullptr, bytesOf(message), std::size_t(message.size()),
                         key.data());
    return signature;
}

bool verifySignature(QByteArrayView message, QByteArrayView signature, QByteArrayView publicKey)
{
    return signature.size() == crypto_sign_BYTES && publicKey.size() == crypto_sign_PUBLICKEYBYTES
           && crypto_sign_verify_detached(bytesOf(signature), bytesOf(message),
                                          std::size_t(message.size()), bytesOf(publicKey))
                  == 0;
}

} // namespace RemoteLog
