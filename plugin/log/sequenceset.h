// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <map>

namespace RemoteLog {

// A set of sequences, kept as intervals that neither overlap nor touch.
class SequenceSet
{
public:
    void add(quint64 first, quint64 last);
    void remove(quint64 first, quint64 last);
    void clear() { m_lastOf.clear(); }

    // True if all of first..last is in the set.
    bool contains(quint64 first, quint64 last) const;

    // The nearest sequence from `sequence` up, or down, that is not in the set. 0 is never in it,
    // so that looking down ends there.
    quint64 missingFrom(quint64 sequence) const;
    quint64 missingDownFrom(quint64 sequence) const;

    // Calls visit(first, last) for each interval's part inside first..last, ascending.
    template <class Visit>
    void visit(quint64 first, quint64 last, Visit visit) const
    {
        for (auto it = meeting(first); it != m_lastOf.end() && it->first <= last; ++it)
            visit(qMax(it->first, first), qMin(it->second, last));
    }

private:
    using Intervals = std::map<quint64, quint64>;

    // The first interval that ends at `sequence` or later.
    Intervals::const_iterator meeting(quint64 sequence) const;

    Intervals m_lastOf; // by first
};

} // namespace RemoteLog
