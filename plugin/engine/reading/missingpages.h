// SPDX-License-Identifier: MIT
#pragma once

#include "log/rangemap.h"

#include <QHash>

#include <array>
#include <functional>

namespace RemoteLog {

// Where the entries are that a reader of a log lacks, as far as the pages that he saw tell it, and
// which pages to fetch for them next.
class MissingPages
{
public:
    using IsHeld = std::function<bool(const QByteArray &address)>;

    // What the page at `depth` tells of entries after `cursor`.
    void learn(const Page &page, int depth, quint64 cursor);
    // A page that was fetched may be let go, and has to be found again then.
    void add(const PageRange &range) { m_ranges.add(range, 0); }
    // It is not planned, nor learned of, before retryFailed(): another range may tell the truth, or
    // name a block that can be had.
    void setFailed(const PlannedFetch &fetch);
    void retryFailed();
    void clear();

    // Since the last plan.
    bool hasLearned() const { return m_hasLearned; }
    // Of what is missing of first..last. What comes before is not wanted any more.
    QList<PlannedFetch> plan(quint64 first, quint64 last, const IsHeld &isHeld, int limit);
    // One page: the one with `first`, or what leads there.
    QList<PlannedFetch> planNext(quint64 first, quint64 last, const IsHeld &isHeld);
    // Of the block, as far as the range tells it.
    static qint64 expectedSize(const PageRange &range);

    // The oldest entry from `first` on of which nothing is known.
    quint64 gapFrom(quint64 first) const { return m_ranges.gapFrom(first); }
    // Whether more is known on the way from `last` down to `first` than at the last call. Where it
    // is not, fetching what was let go teaches nothing any more.
    bool hasComeNearer(quint64 first, quint64 last);
    void forgetNearness() { m_nearest = {}; }

private:
    RangeMap m_ranges;
    bool m_hasLearned = false;
    QHash<QByteArray, PlannedFetch> m_failed;
    // Where reading goes on, where nothing is known, and how far down something is again.
    std::array<quint64, 3> m_nearest{};
};

} // namespace RemoteLog
