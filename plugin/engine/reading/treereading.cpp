// SPDX-License-Identifier: MIT
#include "treereading.h"

#include <algorithm>

namespace RemoteLog {

namespace {

// With more than these beside it a tree would be no gain: ranges of our writer name up to 15
// neighbours.
constexpr qsizetype MostBeside = 16;

} // namespace

void TreeReading::begin()
{
    m_mayBegin = false;
    m_isUnderWay = true;
}

void TreeReading::answered(bool wasAsked)
{
    m_mayBegin = !wasAsked;
    m_isUnderWay = false;
}

QList<PlannedFetch> TreeReading::plan(QList<PlannedFetch> planned, quint64 first,
                                      const EmbeddedBlocks &embedded)
{
    QList<PlannedFetch> here;
    for (const PlannedFetch &fetch : std::as_const(planned)) {
        if (!embedded.find(fetch.range.address).isNull())
            here.append(fetch);
    }
    if (!here.isEmpty() || planned.isEmpty())
        return here;
    std::sort(planned.begin(), planned.end(), [](const PlannedFetch &a, const PlannedFetch &b) {
        return a.range.first > b.range.first;
    });
    // Down to the newest entries of which nothing is known: the page above them tells most.
    qsizetype root = 0;
    while (root + 1 < planned.size()
           && planned.at(root + 1).range.last() + 1 >= planned.at(root).range.first)
        ++root;
    // Everything is known: the newest page has the rest below it.
    if (planned.at(root).range.first <= first || root > MostBeside)
        root = 0;
    QList<PlannedFetch> fetches{planned.at(root)};
    fetches.append(planned.first(root));
    return fetches;
}

} // namespace RemoteLog
