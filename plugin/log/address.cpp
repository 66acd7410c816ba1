// SPDX-License-Identifier: MIT
#include "address.h"

#include "interface/multibase.h"
#include "security/hash.h"

namespace RemoteLog {

namespace {

// CID version 1, codec dag-cbor, multihash sha2-256 of 32 bytes.
constexpr QByteArrayView AddressPrefix("\x01\x71\x12\x20", 4);

} // namespace

QByteArray blockAddress(QByteArrayView blockBytes)
{
    return AddressPrefix.toByteArray() + sha256(blockBytes);
}

bool isBlockAddress(QByteArrayView bytes)
{
    return bytes.size() == AddressSize && bytes.startsWith(AddressPrefix);
}

QString addressToText(const QByteArray &address)
{
    return Multibase::encodeBase32(address);
}

std::optional<QByteArray> addressFromText(QStringView text)
{
    std::optional<QByteArray> bytes = Multibase::decode(text);
    if (bytes && !isBlockAddress(*bytes))
        bytes.reset();
    return bytes;
}

} // namespace RemoteLog
