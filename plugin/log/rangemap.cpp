// SPDX-License-Identifier: MIT
#include "rangemap.h"

#include "block.h"
#include "rangecover.h"

#include <algorithm>
#include <iterator>

namespace RemoteLog {

namespace {

// How many of the nearest known pages above a gap are asked where it is. The very nearest is not
// the best teacher: where pages name earlier ones in powers of 16, one of 16 neighbours reaches
// furthest.
constexpr int Teachers = 16;

// A gap behind more unread ranges than these is not urgent: its turn comes before they are read,
// and what is fetched early has to be kept.
constexpr int NearRanges = 256;

// What is forgotten at once for want of room.
constexpr int TrimmedAtOnce = 4096;

// Assumed where a range does not say: the size at which pages are closed.
constexpr quint64 UsualPageSize = 256 * 1024;

quint64 costOf(const PageRange &range)
{
    const quint64 size = range.size == 0 ? UsualPageSize : range.size;
    return RangeMap::BlockCost + std::min<quint64>(size, MaxBlockSize);
}

bool includes(const PageRange &outer, const PageRange &inner)
{
    return outer.first <= inner.first && outer.last() >= inner.last();
}

} // namespace

// Goes over the cheapest cover of what is missing of first..last, oldest first, one chain of
// overlapping ranges at a time.
class CoverWalk
{
public:
    using IsHeld = std::function<bool(const QByteArray &)>;

    CoverWalk(const RangeMap &map, quint64 first, quint64 last, const IsHeld &isHeld)
        : m_map(map)
        , m_first(first)
        , m_last(last)
        , m_isHeld(isHeld)
        , m_next(map.startOf(first))
    {
    }

    // Calls visit(known, isHeld) for the chosen ranges of the next chain; false at the end, which
    // is also where a chain is too long: the rest would be chosen without what overlaps it.
    template <class Visit>
    bool visitChain(Visit visit)
    {
        readChain();
        if (m_chain.size() == 1) {
            const RangeMap::Known &known = *m_chain.constFirst();
            if (missingDownFrom(known.range.last()) >= known.range.first)
                visit(known, m_isHeld(known.range.address));
        } else if (m_chain.size() > 1) {
            visitCheapest(visit);
        }
        return !m_chain.isEmpty() && m_chain.size() < RangeMap::MaxChain;
    }

private:
    template <class Visit>
    void visitCheapest(Visit visit)
    {
        QList<OfferedRange> offers;
        for (const RangeMap::Known *known : std::as_const(m_chain)) {
            const PageRange &range = known->range;
            const quint64 cost = m_isHeld(range.address) ? 0 : costOf(range);
            offers.append({range.first, range.last(), cost});
        }
        const auto chosen =
            cheapestCover(offers, [this](quint64 sequence) { return missingDownFrom(sequence); });
        for (const qsizetype index : chosen)
            visit(*m_chain.at(index), offers.at(index).cost == 0);
    }

    void readChain()
    {
        m_chain.clear();
        quint64 reach = 0;
        for (; m_next != m_map.m_unread.end() && m_chain.size() < RangeMap::MaxChain; ++m_next) {
            const PageRange &range = m_next->second.range;
            if (range.first > m_last || (!m_chain.isEmpty() && range.first > reach))
                break;
            ++m_map.m_steps;
            if (range.last() < m_first)
                continue;
            m_chain.append(&m_next->second);
            reach = std::max(reach, range.last());
        }
    }

    quint64 missingDownFrom(quint64 sequence) const
    {
        const quint64 missing = m_map.m_held.missingDownFrom(std::min(sequence, m_last));
        return missing < m_first ? 0 : missing;
    }

    const RangeMap &m_map;
    const quint64 m_first;
    const quint64 m_last;
    const IsHeld &m_isHeld;
    RangeMap::Ranges::const_iterator m_next;
    QList<const RangeMap::Known *> m_chain; // ranges that overlap, in order
};

// Ranges before this key do not reach `sequence`.
RangeMap::Key RangeMap::startKey(quint64 sequence) const
{
    const quint64 longest = m_lengths.empty() ? 0 : m_lengths.rbegin()->first;
    return Key(sequence > longest ? sequence - longest : 0, QByteArray());
}

RangeMap::Ranges::const_iterator RangeMap::startOf(quint64 sequence) const
{
    return m_unread.lower_bound(startKey(sequence));
}

void RangeMap::insert(const Known &known)
{
    const PageRange &range = known.range;
    m_unread.emplace(Key(range.first, range.address), known);
    m_firstOf.insert(range.address, range.first);
    ++m_lengths[range.count];
    m_covered.add(range.first, range.last());
}

// Takes a range out of every index but m_covered; gives back the one behind it.
RangeMap::Ranges::iterator RangeMap::forget(Ranges::iterator known)
{
    const PageRange &range = known->second.range;
    m_firstOf.remove(range.address);
    const auto length = m_lengths.find(range.count);
    if (--length->second == 0)
        m_lengths.erase(length);
    return m_unread.erase(known);
}

// Ranges that were forgotten had first..last; what is in hand or in other ranges stays covered.
void RangeMap::uncover(quint64 first, quint64 last)
{
    m_covered.remove(first, last);
    m_held.visit(first, last, [this](quint64 from, quint64 to) { m_covered.add(from, to); });
    quint64 reach = first - 1;
    for (auto it = startOf(first); it != m_unread.end() && it->first.first <= last && reach < last;
         ++it) {
        ++m_steps;
        const PageRange &range = it->second.range;
        if (range.last() <= reach)
            continue;
        const quint64 from = std::max(range.first, reach + 1);
        reach = std::min(range.last(), last);
        m_covered.add(from, reach);
    }
}

// Makes room for many: each time it may have to look at all that stays.
void RangeMap::trim()
{
    quint64 first = 0;
    quint64 last = 0;
    for (int i = 0; i < TrimmedAtOnce; ++i) {
        ++m_steps;
        const auto newest = std::prev(m_unread.end());
        first = newest->second.range.first;
        last = std::max(last, newest->second.range.last());
        forget(newest);
    }
    uncover(first, last);
}

void RangeMap::add(const PageRange &range, int depth)
{
    if (range.first == 0 || range.count == 0 || range.first > MaxSequence
        || range.count > MaxSequence - range.first + 1)
        return;
    if (m_held.contains(range.first, range.last()))
        return;
    Known known{range, depth};
    const auto first = m_firstOf.constFind(range.address);
    if (first != m_firstOf.cend()) {
        const auto there = m_unread.find(Key(*first, range.address));
        Known &before = there->second;
        before.depth = std::min(before.depth, depth);
        if (before.range == range || !includes(range, before.range))
            return;
        known.depth = before.depth;
        forget(there); // what it covered the new claim covers, too
    } else if (m_unread.size() == MaxUnread) {
        if (m_unread.rbegin()->first < Key(range.first, range.address))
            return;
        trim();
    }
    insert(known);
}

void RangeMap::addPage(const Page &page, int depth)
{
    setHeld(page.first, page.last());
    for (const PageRange &range : page.ranges)
        add(range, depth);
    if (!page.tail.isEmpty())
        add({page.first - 1, 1, page.tail, 0}, depth);
}

void RangeMap::setHeld(quint64 first, quint64 last)
{
    if (first == 0 || first > last || last > MaxSequence)
        return;
    m_held.add(first, last);
    m_covered.add(first, last);
    for (auto it = m_unread.lower_bound(startKey(first));
         it != m_unread.end() && it->first.first <= last;) {
        ++m_steps;
        const Known &known = it->second;
        if (m_held.contains(known.range.first, known.range.last())) {
            it = forget(it);
        } else {
            ++it;
        }
    }
}

void RangeMap::remove(const QByteArray &address)
{
    const auto first = m_firstOf.constFind(address);
    if (first == m_firstOf.cend())
        return;
    const auto known = m_unread.find(Key(*first, address));
    const PageRange range = known->second.range;
    forget(known);
    uncover(range.first, range.last());
}

void RangeMap::removeBefore(quint64 first)
{
    if (first > 1)
        setHeld(1, std::min(first - 1, MaxSequence));
}

bool RangeMap::contains(const QByteArray &address) const
{
    return m_firstOf.contains(address);
}

int RangeMap::size() const
{
    return int(m_unread.size());
}

void RangeMap::clear()
{
    *this = RangeMap();
}

quint64 RangeMap::gapFrom(quint64 first) const
{
    return m_covered.missingFrom(first);
}

bool RangeMap::isNear(quint64 gap, quint64 first) const
{
    int before = 0;
    for (auto it = startOf(first); it != m_unread.end() && it->first.first < gap; ++it) {
        ++m_steps;
        if (it->second.range.last() >= first && ++before > NearRanges)
            return false;
    }
    return true;
}

QList<PlannedFetch> RangeMap::plan(quint64 first, quint64 last,
                                   const std::function<bool(const QByteArray &)> &isHeld,
                                   int limit) const
{
    QList<PlannedFetch> fetches;
    if (limit <= 0 || first == 0 || first > last)
        return fetches;
    const auto want = [&fetches, limit](const Known &known, bool held) {
        if (!held && fetches.size() < limit)
            fetches.append({known.range, known.depth + 1});
    };

    const quint64 gap = gapFrom(first);
    if (gap <= last && isNear(gap, first)) {
        CoverWalk above(*this, gap, last, isHeld);
        int teachers = 0;
        while (teachers < Teachers && fetches.size() < limit
               && above.visitChain([&](const Known &known, bool held) {
                      if (teachers++ < Teachers)
                          want(known, held);
                  })) {}
    }

    const qsizetype taught = fetches.size();
    const auto isTaught = [&fetches, taught](const QByteArray &address) {
        return std::any_of(
            fetches.cbegin(), fetches.cbegin() + taught,
            [&address](const PlannedFetch &fetch) { return fetch.range.address == address; });
    };
    CoverWalk oldest(*this, first, last, isHeld);
    while (fetches.size() < limit && oldest.visitChain([&](const Known &known, bool held) {
        want(known, held || isTaught(known.range.address));
    })) {}
    return fetches;
}

} // namespace RemoteLog
