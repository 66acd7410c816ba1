// SPDX-License-Identifier: MIT
#include "interface/multibase.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace RemoteLog::Multibase {

namespace {

// Longest text that is read. Also bounds the number conversions below, whose cost is quadratic.
constexpr qsizetype textLimit = 128;

constexpr std::string_view base32Digits = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view base36Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view base58Digits =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// What stands before the 32 bytes of an Ed25519 public key in a peer id: identity multihash (0x00,
// length 0x24) of the protobuf PublicKey{Type: 1, Data: 32 bytes} (libp2p specification
// "peer-ids").
constexpr char peerIdPrefix[] = "\x00\x24\x08\x01\x12\x20";
// And in a CID: version 1, codec libp2p-key, then the peer id (IPNS specification, "IPNS Name").
constexpr char namePrefix[] = "\x01\x72\x00\x24\x08\x01\x12\x20";
constexpr qsizetype publicKeySize = 32;

QByteArray literal(const char *bytes, qsizetype sizeWithNull)
{
    return QByteArray::fromRawData(bytes, sizeWithNull - 1);
}

enum class Case { AsIs, Upper };

// Values of the digits of `text`; nullopt if one is outside the alphabet.
std::optional<QByteArray> digitValues(QStringView text, std::string_view digits, Case letters)
{
    std::array<qint8, 128> values;
    values.fill(-1);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        char digit = digits[i];
        if (letters == Case::Upper && digit >= 'a' && digit <= 'z')
            digit = char(digit - 'a' + 'A');
        values[uchar(digit)] = qint8(i);
    }

    QByteArray result;
    result.reserve(text.size());
    for (const QChar character : text) {
        const char16_t code = character.unicode();
        if (code >= values.size() || values[code] < 0)
            return std::nullopt;
        result.append(char(values[code]));
    }
    return result;
}

std::optional<QByteArray> fromBase32(QStringView text, Case letters)
{
    const std::optional<QByteArray> values = digitValues(text, base32Digits, letters);
    if (!values)
        return std::nullopt;

    QByteArray bytes;
    bytes.reserve(text.size() * 5 / 8);
    quint32 buffer = 0;
    int bits = 0;
    for (const char value : *values) {
        buffer = (buffer << 5 | quint32(value)) & 0xfff; // never more than 7 + 5 bits are open
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.append(char(buffer >> bits & 0xff));
        }
    }
    // A whole digit left over, or bits that say something, would be a second spelling of the same
    // bytes.
    if (bits >= 5 || (buffer & ((1U << bits) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

// Big-endian number in the digits `from` to the digits `to`; leading zeros stay, digit for digit.
QByteArray convertNumber(const QByteArray &number, int from, int to)
{
    qsizetype zeros = 0;
    while (zeros < number.size() && number[zeros] == 0)
        ++zeros;

    QByteArray reversed;
    for (qsizetype i = zeros; i < number.size(); ++i) {
        int carry = uchar(number[i]);
        for (char &digit : reversed) {
            carry += uchar(digit) * from;
            digit = char(carry % to);
            carry /= to;
        }
        for (; carry > 0; carry /= to)
            reversed.append(char(carry % to));
    }
    reversed.append(zeros, '\0');
    std::reverse(reversed.begin(), reversed.end());
    return reversed;
}

std::optional<QByteArray> fromNumber(QStringView text, std::string_view digits, Case letters)
{
    const std::optional<QByteArray> values = digitValues(text, digits, letters);
    if (!values)
        return std::nullopt;
    return convertNumber(*values, int(digits.size()), 256);
}

std::optional<QByteArray> withoutPrefix(const QByteArray &bytes, const QByteArray &prefix)
{
    if (bytes.size() != prefix.size() + publicKeySize || !bytes.startsWith(prefix))
        return std::nullopt;
    return bytes.sliced(prefix.size());
}

} // namespace

QString toBase32(const QByteArray &bytes)
{
    QString text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    quint32 buffer = 0;
    int bits = 0;
    for (const char byte : bytes) {
        buffer = (buffer << 8 | uchar(byte)) & 0xfff; // never more than 4 + 8 bits are open
        for (bits += 8; bits >= 5; bits -= 5)
            text.append(QLatin1Char(base32Digits[buffer >> (bits - 5) & 31]));
    }
    if (bits > 0)
        text.append(QLatin1Char(base32Digits[buffer << (5 - bits) & 31]));
    return text;
}

QString encodeBase32(const QByteArray &bytes)
{
    return QLatin1Char('b') + toBase32(bytes);
}

QString encodeBase36(const QByteArray &bytes)
{
    const QByteArray values = convertNumber(bytes, 256, int(base36Digits.size()));
    QString text;
    text.reserve(values.size() + 1);
    text.append(QLatin1Char('k'));
    for (const char value : values)
        text.append(QLatin1Char(base36Digits[std::size_t(value)]));
    return text;
}

std::optional<QByteArray> decode(QStringView text)
{
    if (text.isEmpty() || text.size() > textLimit)
        return std::nullopt;
    const QStringView digits = text.sliced(1);
    switch (text.front().unicode()) {
    case u'b':
        return fromBase32(digits, Case::AsIs);
    case u'B':
        return fromBase32(digits, Case::Upper);
    case u'k':
        return fromNumber(digits, base36Digits, Case::AsIs);
    case u'K':
        return fromNumber(digits, base36Digits, Case::Upper);
    case u'z':
        return fromNumber(digits, base58Digits, Case::AsIs);
    default:
        return std::nullopt;
    }
}

std::optional<QByteArray> publicKeyFromName(QStringView name)
{
    // A bare peer id begins with the digit of its zero byte; no multibase prefix in use here looks
    // like that.
    if (name.startsWith(u'1')) {
        if (name.size() > textLimit)
            return std::nullopt;
        const std::optional<QByteArray> peerId = fromNumber(name, base58Digits, Case::AsIs);
        return peerId ? withoutPrefix(*peerId, literal(peerIdPrefix, sizeof peerIdPrefix))
                      : std::nullopt;
    }
    const std::optional<QByteArray> cid = decode(name);
    return cid ? withoutPrefix(*cid, literal(namePrefix, sizeof namePrefix)) : std::nullopt;
}

QString nameFromPublicKey(const QByteArray &publicKey)
{
    Q_ASSERT(publicKey.size() == publicKeySize);
    return encodeBase36(literal(namePrefix, sizeof namePrefix) + publicKey);
}

} // namespace RemoteLog::Multibase
