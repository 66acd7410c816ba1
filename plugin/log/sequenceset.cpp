// SPDX-License-Identifier: MIT
#include "sequenceset.h"

#include <algorithm>
#include <iterator>

namespace RemoteLog {

SequenceSet::Intervals::const_iterator SequenceSet::meeting(quint64 sequence) const
{
    auto it = m_lastOf.upper_bound(sequence);
    if (it != m_lastOf.begin() && std::prev(it)->second >= sequence)
        --it;
    return it;
}

void SequenceSet::add(quint64 first, quint64 last)
{
    Q_ASSERT(first >= 1 && first <= last);
    // From one before: what only touches is joined too.
    auto it = meeting(first - 1);
    while (it != m_lastOf.end() && it->first <= last + 1) {
        first = std::min(first, it->first);
        last = std::max(last, it->second);
        it = m_lastOf.erase(it);
    }
    m_lastOf.emplace_hint(it, first, last);
}

void SequenceSet::remove(quint64 first, quint64 last)
{
    Q_ASSERT(first >= 1 && first <= last);
    auto it = meeting(first);
    while (it != m_lastOf.end() && it->first <= last) {
        const auto [start, end] = *it;
        it = m_lastOf.erase(it);
        if (start < first)
            m_lastOf.emplace_hint(it, start, first - 1);
        if (end > last)
            it = m_lastOf.emplace_hint(it, last + 1, end);
    }
}

bool SequenceSet::contains(quint64 first, quint64 last) const
{
    const auto it = meeting(first);
    return it != m_lastOf.end() && it->first <= first && it->second >= last;
}

quint64 SequenceSet::missingFrom(quint64 sequence) const
{
    const auto it = meeting(sequence);
    return it != m_lastOf.end() && it->first <= sequence ? it->second + 1 : sequence;
}

quint64 SequenceSet::missingDownFrom(quint64 sequence) const
{
    const auto it = meeting(sequence);
    return it != m_lastOf.end() && it->first <= sequence ? it->first - 1 : sequence;
}

} // namespace RemoteLog
