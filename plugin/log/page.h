// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QList>
#include <QString>

namespace RemoteLog {

inline constexpr quint64 MaxSequence = 0x7fffffffffffffffULL;
inline constexpr int MaxPairs = 16384;
inline constexpr int MaxRanges = 1024;
inline constexpr int MaxHelpers = 8;
inline constexpr int MaxHelperSize = 1024;
inline constexpr int MaxIdSize = 64;

// One entry in a page (proto `Pair`).
struct Pair
{
    QByteArray address; // remoteHash: where the content is, if mapped
    QByteArray id; // localHash: empty if it is computed
    QByteArray data; // the payload, if embedded
    QByteArray sha256; // of the payload, if mapped
    quint64 size = 0; // of the payload, if mapped

    bool isMapped() const { return !address.isEmpty(); }
};

// "Entries first..last() are in the block at this address."
struct PageRange
{
    quint64 first = 0;
    quint64 count = 0;
    QByteArray address;
    quint64 size = 0; // of the block in bytes; a hint, 0 if unknown

    quint64 last() const { return first + count - 1; }
    friend bool operator==(const PageRange &, const PageRange &) = default;
};

enum class IdScheme : quint8 { Explicit = 0, Sha256 = 1 };

// One `RemoteLog` message of a sealed page (wire format, "Page").
struct Page
{
    QList<Pair> pairs; // newest first
    QByteArray tail; // address of the page with the next older entries; empty in the first page
    quint64 first = 0; // sequence of the oldest pair
    QList<PageRange> ranges; // older pages
    IdScheme idScheme = IdScheme::Explicit;
    QByteArray history; // after first - 1; 32 bytes
    QList<QByteArray> helpers; // URLs where the log lives now
    QList<quint64> withdrawn; // ascending

    quint64 last() const { return first + quint64(pairs.size()) - 1; }
    // The pair of a sequence in first..last().
    const Pair &pair(quint64 sequence) const { return pairs.at(qsizetype(last() - sequence)); }
    bool isWithdrawn(quint64 sequence) const;
};

QByteArray encodePage(const Page &page);

// Bytes that encodePage() writes for one pair.
qsizetype encodedSize(const Pair &pair);

// Refuses what the format refuses, as Tampered; an id scheme that this code does not know is
// Unsupported.
Result<Page> decodePage(QByteArrayView bytes);

} // namespace RemoteLog
