// SPDX-License-Identifier: MIT
#pragma once

#include "log/rangemap.h"

#include <optional>

namespace RemoteLog {

// What a reader who knows little of a log fetches first: one page with all that is below it, which
// is the rest of the log, and beside it what is above, which is not. Where a store gives nothing
// but the page, no round is lost: it is one that had to come before the others.
struct TreePlan
{
    PlannedFetch root;
    QList<PlannedFetch> beside;
};

// Of what can be fetched now to learn of entries from `first` on; null if that is nothing.
std::optional<TreePlan> planTree(QList<PlannedFetch> planned, quint64 first);

} // namespace RemoteLog
