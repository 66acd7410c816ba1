// SPDX-License-Identifier: MIT
#include "missingpages.h"

#include "log/block.h"

#include <algorithm>
#include <utility>

namespace RemoteLog {

namespace {

// Where a range gives no size.
constexpr qint64 UnknownSize = 16 * 1024;

} // namespace

void MissingPages::learn(const Page &page, int depth, quint64 cursor)
{
    const auto add = [this, depth, cursor](const PageRange &range) {
        if (range.last() <= cursor || m_failed.contains(range.address))
            return;
        m_hasLearned = m_hasLearned || !m_ranges.contains(range.address);
        m_ranges.add(range, depth);
    };
    for (const PageRange &range : page.ranges)
        add(range);
    // What `tail` says of itself: the entry before this page is there. Logs without ranges are read
    // by this alone.
    if (!page.tail.isEmpty() && !m_ranges.contains(page.tail))
        add({page.first - 1, 1, page.tail, 0});
}

void MissingPages::setFailed(const PlannedFetch &fetch)
{
    m_ranges.remove(fetch.range.address);
    m_failed.insert(fetch.range.address, fetch);
}

void MissingPages::retryFailed()
{
    for (const PlannedFetch &failed : std::exchange(m_failed, {}))
        m_ranges.add(failed.range, failed.depth - 1);
}

void MissingPages::clear()
{
    m_ranges.clear();
    m_failed.clear();
}

QList<PlannedFetch> MissingPages::plan(quint64 first, quint64 last, const IsHeld &isHeld, int limit)
{
    m_ranges.removeBefore(first);
    m_hasLearned = false;
    return m_ranges.plan(first, last, isHeld, limit);
}

QList<PlannedFetch> MissingPages::planNext(quint64 first, quint64 last, const IsHeld &isHeld)
{
    const QList<PlannedFetch> next = plan(first, first, isHeld, 1);
    return next.isEmpty() ? plan(first, last, isHeld, 1) : next;
}

qint64 MissingPages::expectedSize(const PageRange &range)
{
    return range.size > 0 ? qint64(std::min<quint64>(range.size, MaxBlockSize)) : UnknownSize;
}

bool MissingPages::hasComeNearer(quint64 first, quint64 last)
{
    const quint64 gap = gapFrom(first);
    const auto nothing = [](const QByteArray &) { return false; };
    const QList<PlannedFetch> above = m_ranges.plan(gap, last, nothing, 1);
    const quint64 lowest = above.isEmpty() ? last : above.constFirst().range.first;
    const std::array<quint64, 3> now{first, gap, last - lowest};
    if (now <= m_nearest)
        return false;
    m_nearest = now;
    return true;
}

} // namespace RemoteLog
