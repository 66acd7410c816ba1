// SPDX-License-Identifier: MIT
#pragma once

#include "page.h"
#include "sequenceset.h"

#include <QHash>
#include <QList>

#include <functional>
#include <map>
#include <utility>

namespace RemoteLog {

// A block to fetch next.
struct PlannedFetch
{
    PageRange range;
    int depth = 0; // dependent fetches up to and with this one, counted from the head page
};

// What a reader knows of where a log's pages are, and which to fetch next. Knows nothing of how the
// writer chose ranges. Ranges may overlap (a later compaction) and may lie (the fetched page
// decides).
//
// The flow: addPage() for the head page and every page that was fetched, plan() when there is room
// for more fetches, removeBefore() when the cursor moves. Each call takes a time that hardly grows
// with the log, so that plan() may be called after every page. Where a hostile writer lets all
// ranges overlap, learning one still costs a few steps, and a call for a page at most a walk over
// what is kept.
//
// If plan() has nothing although something is missing and no fetch is under way, the knowledge was
// forgotten for want of room (MaxUnread): clear(), and begin again at the head.
class RangeMap
{
public:
    static constexpr int MaxUnread = 65536;

    // Far more ranges than overlap in one chain in any log that is not made to be slow.
    static constexpr int MaxChain = 4096;

    // What a block costs beside its bytes, in bytes.
    static constexpr quint64 BlockCost = 4096;

    // Learns a range from a page at `depth` (0: the head page). One already known keeps the smaller
    // depth, and the longer of two claims of which one includes the other. What is in hand is not
    // learned again. Over MaxUnread the newest are forgotten, a few thousand at once: what matters
    // first is the oldest.
    void add(const PageRange &range, int depth);

    // Learns from a page that was fetched at `depth` (as planned; the head page: 0): its entries
    // are in hand; its ranges, and its tail as the range of one entry that it is at least.
    void addPage(const Page &page, int depth);

    // Entries first..last are in hand and missing no more. Ranges of nothing else are forgotten.
    void setHeld(quint64 first, quint64 last);

    // Forgets an address that lied or cannot be had: its entries are missing still. It can be
    // learned again.
    void remove(const QByteArray &address);

    // Everything before `first` was delivered or is not wanted: like setHeld(1, first - 1).
    void removeBefore(quint64 first);

    bool contains(const QByteArray &address) const;
    int size() const;

    // The oldest entry from `first` on that is neither in hand nor in a range known.
    quint64 gapFrom(quint64 first) const;

    void clear();

    // Of the ranges known, the cheapest cover of what is missing of first..last (bytes + BlockCost
    // a block), without what `isHeld` says is in hand or under way; in the order in which to fetch:
    // first the nearest above the oldest part that nothing known covers (they tell where it is),
    // unless that part is far off; then oldest first. At most `limit`. Of a chain of more than
    // MaxChain ranges that overlap only the oldest are planned now.
    QList<PlannedFetch> plan(quint64 first, quint64 last,
                             const std::function<bool(const QByteArray &)> &isHeld,
                             int limit) const;

    // How many ranges all calls so far have looked at: what planning costs, for tests.
    quint64 steps() const { return m_steps; }

private:
    friend class CoverWalk;

    struct Known
    {
        PageRange range;
        int depth = 0;
    };
    using Key = std::pair<quint64, QByteArray>; // first sequence, address
    using Ranges = std::map<Key, Known>;

    Key startKey(quint64 sequence) const;
    Ranges::const_iterator startOf(quint64 sequence) const;
    void insert(const Known &known);
    Ranges::iterator forget(Ranges::iterator known);
    void uncover(quint64 first, quint64 last);
    void trim();
    bool isNear(quint64 gap, quint64 first) const;

    Ranges m_unread;
    QHash<QByteArray, quint64> m_firstOf;
    SequenceSet m_held; // entries in hand
    SequenceSet m_covered; // entries in hand or in a range of m_unread
    std::map<quint64, int> m_lengths; // how many ranges of m_unread have as many entries
    mutable quint64 m_steps = 0;
};

} // namespace RemoteLog
