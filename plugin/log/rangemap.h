// SPDX-License-Identifier: MIT
#pragma once

#include "page.h"

#include <QHash>
#include <QList>

#include <functional>
#include <map>

namespace RemoteLog {

// A block to fetch next.
struct PlannedFetch
{
    PageRange range;
    int depth = 0; // dependent fetches up to and with this one, counted from the head
};

// What a reader knows of where a log's pages are, and which to fetch next. Knows nothing of how the writer chose ranges.
// Ranges may overlap (a later compaction) and may lie (the fetched page decides).
class RangeMap
{
public:
    static constexpr int MaxUnread = 65536;

    // Learns a range from a page at `depth` (0: the head record itself). One already known keeps the smaller depth.
    // Over MaxUnread the newest are forgotten: what matters first is the oldest.
    void add(const PageRange &range, int depth);

    // Forgets an address: its page was read, or it lied.
    void remove(const QByteArray &address);

    // Forgets every range that ends before `first`.
    void removeBefore(quint64 first);

    bool contains(const QByteArray &address) const;
    int size() const;
    void clear();

    // Of the ranges known, the cheapest cover of first..last (bytes + a fixed cost a block), without what `isHeld` says
    // is in hand or under way; in the order in which to fetch: first those next to the oldest part that nothing known
    // covers (they tell where it is), then oldest first. At most `limit`.
    QList<PlannedFetch> plan(quint64 first, quint64 last, const std::function<bool(const QByteArray &)> &isHeld,
                             int limit) const;

private:
    struct Known
    {
        PageRange range;
        int depth = 0;
    };
    std::multimap<quint64, Known> m_byFirst;
    QHash<QByteArray, quint64> m_firstOf;
};

} // namespace RemoteLog
