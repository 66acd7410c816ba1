// SPDX-License-Identifier: MIT
#pragma once

// The choice among overlapping ranges; only for this room's .cpp files.

#include <QList>

#include <functional>

namespace RemoteLog {

// A range on offer: entries first..last for this price.
struct OfferedRange
{
    quint64 first = 0;
    quint64 last = 0;
    quint64 cost = 0;
};

// Of ranges that overlap in one chain, in order of `first`, the cheapest that together hold every
// missing entry that any of them holds: their indices, in order. `missingDownFrom` gives the
// nearest missing entry from a sequence down, 0 if there is none. Takes n log n.
QList<qsizetype> cheapestCover(const QList<OfferedRange> &ranges,
                               const std::function<quint64(quint64)> &missingDownFrom);

} // namespace RemoteLog
