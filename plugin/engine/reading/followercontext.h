// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/blockfetcher.h"
#include "helpers/helperset.h"
#include "store/inbox.h"

namespace RemoteLog {

// What every part of the reader's side works with; all of it outlives them.
struct FollowerContext
{
    Inbox &inbox;
    HelperSet &helpers;
    BlockFetcher &fetcher;
    qint64 maxPayload;
    Timing timing;
    TimeSource clock;
};

} // namespace RemoteLog
