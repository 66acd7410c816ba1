// SPDX-License-Identifier: MIT
#include "rangecover.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace RemoteLog {

namespace {

// The cheapest way to hold all that is missing up to `last`, ending with range `index`.
struct Step
{
    quint64 last = 0;
    quint64 cost = 0; // of all ranges up to this one
    qsizetype index = 0;
    qsizetype previous = -1; // step before
};

std::vector<qsizetype> orderedByLast(const QList<OfferedRange> &ranges)
{
    std::vector<qsizetype> order(std::size_t(ranges.size()));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&ranges](qsizetype a, qsizetype b) {
        return ranges.at(a).last < ranges.at(b).last;
    });
    return order;
}

// The steps that are worth going on from: later and dearer ones on top. Of those that reach far
// enough, the lowest is the cheapest.
class Frontier
{
public:
    explicit Frontier(const std::vector<Step> &steps)
        : m_steps(steps)
    {
    }

    void push(qsizetype step)
    {
        while (!m_kept.empty() && at(m_kept.back()).cost >= at(step).cost)
            m_kept.pop_back();
        m_kept.push_back(step);
    }

    // -1 if no step reaches `last`.
    qsizetype cheapestReaching(quint64 last) const
    {
        const auto found = std::lower_bound(
            m_kept.begin(), m_kept.end(), last,
            [this](qsizetype step, quint64 wanted) { return at(step).last < wanted; });
        return found == m_kept.end() ? -1 : *found;
    }

private:
    const Step &at(qsizetype step) const { return m_steps[std::size_t(step)]; }

    const std::vector<Step> &m_steps;
    std::vector<qsizetype> m_kept;
};

} // namespace

QList<qsizetype> cheapestCover(const QList<OfferedRange> &ranges,
                               const std::function<quint64(quint64)> &missingDownFrom)
{
    // What is missing below all of them is not theirs to hold.
    const auto neededBefore = [&](quint64 sequence) {
        const quint64 needed = missingDownFrom(sequence - 1);
        return needed < ranges.constFirst().first ? 0 : needed;
    };
    std::vector<Step> steps;
    Frontier frontier(steps);
    quint64 last = 0;
    for (const qsizetype index : orderedByLast(ranges)) {
        const OfferedRange &range = ranges.at(index);
        last = range.last;
        Step step{range.last, range.cost, index, -1};
        if (const quint64 needed = neededBefore(range.first)) {
            step.previous = frontier.cheapestReaching(needed);
            if (step.previous < 0)
                continue; // a longer range holds all of this one
            step.cost += steps[std::size_t(step.previous)].cost;
        }
        steps.push_back(step);
        frontier.push(qsizetype(steps.size()) - 1);
    }

    QList<qsizetype> chosen;
    if (const quint64 needed = neededBefore(last + 1)) {
        for (qsizetype step = frontier.cheapestReaching(needed); step >= 0;
             step = steps[std::size_t(step)].previous)
            chosen.prepend(steps[std::size_t(step)].index);
    }
    return chosen;
}

} // namespace RemoteLog
