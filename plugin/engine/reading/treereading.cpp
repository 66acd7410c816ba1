// SPDX-License-Identifier: MIT
#include "treeplan.h"

#include <algorithm>

namespace RemoteLog {

namespace {

// With more than these beside it a tree would be no gain: ranges of our writer name up to 15
// neighbours.
constexpr qsizetype MostBeside = 16;

} // namespace

std::optional<TreePlan> planTree(QList<PlannedFetch> planned, quint64 first)
{
    if (planned.isEmpty())
        return {};
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
    return TreePlan{planned.at(root), planned.first(root)};
}

} // namespace RemoteLog
