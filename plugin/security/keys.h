// SPDX-License-Identifier: MIT
#pragma once

#include "securebytes.h"

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QString>

namespace RemoteLog {

// Must be called once before anything else of this room; returns false if libsodium cannot start.
// Thread-safe.
bool initializeCryptography();

// `size` bytes of the system's randomness.
QByteArray randomBytes(int size);

// What a log's label and the master secret give (resources/doc/wire-format.md, "Keys").
struct LogKeys
{
    QByteArray publicKey; // Ed25519, 32 bytes; the log's name
    SigningKey signingKey;
    Key readKey;
};

// The profile's one secret and everything that derives from it.
class MasterSecret
{
public:
    static constexpr int Size = 32;

    // A new random one.
    static MasterSecret generate();

    // From the bytes that a secret store keeps; a Problem of kind KeyMissing if they are not 32.
    static Result<MasterSecret> fromBytes(const QByteArray &bytes);

    // For the secret store; the caller wipes what it is given.
    QByteArray toBytes() const;

    // InvalidArgument unless the label is valid Unicode of 1..255 bytes of UTF-8.
    static Problem validateLabel(const QString &label);
    LogKeys logKeys(const QString &label) const;

    Key databaseKey() const;

    // 16 bytes that say whether a master secret is the one that the database was made with.
    QByteArray checkValue() const;

private:
    MasterSecret() = default;
    Key m_secret;
};

// Ed25519 over `message`, 64 bytes.
QByteArray sign(QByteArrayView message, const SigningKey &key);
bool verifySignature(QByteArrayView message, QByteArrayView signature, QByteArrayView publicKey);

} // namespace RemoteLog
