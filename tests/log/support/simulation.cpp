// SPDX-License-Identifier: MIT
#include "simulation.h"

#include "log/address.h"
#include "log/skiplist.h"

#include <algorithm>

using namespace RemoteLog;

QByteArray SimulatedLog::addressOf(quint64 number)
{
    return blockAddress(QByteArray::number(number));
}

SimulatedLog::SimulatedLog(quint64 pages, quint64 entries)
    : m_head(addressOf(pages - 1))
    , m_entries(entries)
{
    for (quint64 number = 0; number < pages; ++number) {
        Page page;
        page.first = number * entries + 1;
        page.pairs.resize(qsizetype(entries));
        if (number > 0)
            page.tail = addressOf(number - 1);
        const QList<quint64> targets = skipTargets(number);
        for (const quint64 target : targets)
            page.ranges.append(rangeOf(target));
        m_pages.insert(addressOf(number), page);
    }
}

PageRange SimulatedLog::rangeOf(quint64 number) const
{
    return {number * m_entries + 1, m_entries, addressOf(number), 1000};
}

PageRange SimulatedLog::addCompacted(quint64 firstPage, quint64 lastPage, quint64 size)
{
    Page page;
    page.first = firstPage * m_entries + 1;
    page.pairs.resize(qsizetype((lastPage - firstPage + 1) * m_entries));
    if (firstPage > 0)
        page.tail = addressOf(firstPage - 1);
    const QByteArray address = blockAddress("compacted" + QByteArray::number(m_pages.size()));
    m_pages.insert(address, page);
    const PageRange range{page.first, quint64(page.pairs.size()), address, size};
    m_pages[m_head].ranges.append(range);
    return range;
}

void SimulatedReader::fetchMore()
{
    const auto isUnderWay = [this](const QByteArray &address) {
        return m_isUnderWay.contains(address);
    };
    const int room = m_window - int(m_underWay.size());
    const QList<PlannedFetch> fetches = map.plan(m_cursor, m_log.lastSequence(), isUnderWay, room);
    ++plans;
    m_underWay += fetches;
    fetched += fetches;
    for (const PlannedFetch &fetch : fetches) {
        m_isUnderWay.insert(fetch.range.address);
        maxDepth = std::max(maxDepth, fetch.depth);
    }
}

void SimulatedReader::learn(const Page &page, int depth)
{
    if (m_inHand == InHand::InTheMap) {
        map.addPage(page, depth);
        return;
    }
    for (const PageRange &range : page.ranges)
        map.add(range, depth);
    if (!page.tail.isEmpty())
        map.add({page.first - 1, 1, page.tail, 0}, depth);
}

void SimulatedReader::take(const Page &page, int depth)
{
    learn(page, depth);
    m_read.add(page.first, page.last());
    m_early.insert(page.first);
    m_cursor = m_read.missingFrom(m_cursor);
    map.removeBefore(m_cursor);
    m_early.erase(m_early.begin(), m_early.lower_bound(m_cursor));
    mostEarly = std::max(mostEarly, int(m_early.size()));
}

void SimulatedReader::receive(qsizetype index)
{
    const PlannedFetch fetch = m_underWay.takeAt(index);
    const PageRange &claim = fetch.range;
    if (m_inHand == InHand::InTheMap)
        m_isUnderWay.remove(claim.address);
    const Page *const page = m_log.find(claim.address);
    if (page && page->first <= claim.first && page->last() >= claim.last())
        take(*page, fetch.depth);
    else
        map.remove(claim.address);
}

bool SimulatedReader::read(quint64 first)
{
    m_cursor = first;
    map.removeBefore(first);
    take(m_log.head(), 0);
    fetchMore();
    while (!m_underWay.isEmpty()) {
        switch (m_arrival) {
        case Arrival::InRounds:
            while (!m_underWay.isEmpty())
                receive(0);
            break;
        case Arrival::InOrder:
            receive(0);
            break;
        case Arrival::Shuffled:
            m_random = m_random * 1664525 + 1013904223; // Numerical Recipes' generator
            receive(qsizetype((m_random >> 8) % quint32(m_underWay.size())));
            break;
        }
        fetchMore();
    }
    return m_cursor > m_log.lastSequence();
}
