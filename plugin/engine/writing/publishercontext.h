// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/blockfetcher.h"
#include "helpers/helperset.h"
#include "store/ownpages.h"

namespace RemoteLog {

// What every part of the writer's side works with; all of it outlives them.
struct PublisherContext
{
    Outbox &outbox;
    OwnPages &pages;
    Database &database;
    HelperSet &helpers;
    BlockFetcher &fetcher;
    Timing timing;
    TimeSource clock;
};

} // namespace RemoteLog
