// SPDX-License-Identifier: MIT
#include "body.h"

#include "security/sealing.h"

namespace RemoteLog {

namespace {

constexpr char Version = 1;
constexpr int HeadSize = 2;
static_assert(BodyOverhead == HeadSize + SealOverhead);

QByteArray associatedData(BodyKind kind, const QByteArray &publicKey)
{
    QByteArray data = QByteArrayLiteral("remotelog");
    data += Version;
    data += char(kind);
    data += publicKey;
    return data;
}

bool isKnown(char kind)
{
    return kind >= char(BodyKind::Page) && kind <= char(BodyKind::Index);
}

} // namespace

QByteArray sealBody(BodyKind kind, QByteArrayView plaintext, const QByteArray &publicKey,
                    const Key &readKey)
{
    QByteArray body;
    body.reserve(plaintext.size() + BodyOverhead);
    body += Version;
    body += char(kind);
    sealTo(body, plaintext, associatedData(kind, publicKey), readKey);
    return body;
}

Result<QByteArray> openBody(BodyKind kind, QByteArrayView body, const QByteArray &publicKey,
                            const Key &readKey)
{
    if (body.size() < HeadSize)
        return Problem(Problem::Kind::Tampered, QStringLiteral("a block's body is too short"));
    if (body.at(0) != Version || !isKnown(body.at(1))) {
        return Problem(Problem::Kind::Unsupported,
                       QStringLiteral("a block's body has version %1 and kind %2")
                           .arg(int(uchar(body.at(0))))
                           .arg(int(uchar(body.at(1)))));
    }
    if (body.at(1) != char(kind))
        return Problem(Problem::Kind::Tampered, QStringLiteral("a block is of the wrong kind"));
    std::optional<QByteArray> plaintext =
        unseal(body.sliced(HeadSize), associatedData(kind, publicKey), readKey);
    if (!plaintext)
        return Problem(Problem::Kind::Tampered, QStringLiteral("a block's seal is broken"));
    return *std::move(plaintext);
}

} // namespace RemoteLog
