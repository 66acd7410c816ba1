// SPDX-License-Identifier: MIT
#include "heldpages.h"

namespace RemoteLog {

namespace {

// What a page costs beside its block: a log of short messages has many small ones.
constexpr qint64 Overhead = 256;

qint64 costOf(const HeldPages::Held &page)
{
    return page.block.size() + Overhead;
}

} // namespace

void HeldPages::hold(const Held &page)
{
    const auto there = m_pages.find(page.first);
    if (there != m_pages.end()) {
        if (there->second.last >= page.last)
            return;
        drop(there);
    }
    m_pages.insert({page.first, page});
    m_addresses.insert(page.address);
    m_bytes += costOf(page);
}

const HeldPages::Held *HeldPages::with(quint64 sequence)
{
    const Held *best = nullptr;
    for (auto page = m_pages.begin(); page != m_pages.end() && page->first <= sequence;) {
        if (page->second.last < sequence) {
            page = drop(page);
            continue;
        }
        if (!best || page->second.last > best->last)
            best = &page->second;
        ++page;
    }
    return best;
}

QList<HeldPages::Held> HeldPages::shrink(qint64 bytes)
{
    QList<Held> gone;
    while (m_bytes > bytes && !m_pages.empty()) {
        const auto newest = std::prev(m_pages.end());
        gone.append(newest->second);
        drop(newest);
    }
    return gone;
}

void HeldPages::clear()
{
    m_pages.clear();
    m_addresses.clear();
    m_bytes = 0;
}

HeldPages::Pages::iterator HeldPages::drop(Pages::iterator page)
{
    m_bytes -= costOf(page->second);
    m_addresses.remove(page->second.address);
    return m_pages.erase(page);
}

} // namespace RemoteLog
