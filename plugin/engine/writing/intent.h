// SPDX-License-Identifier: MIT
#pragma once

#include "publishercontext.h"
#include "savedlog.h"

#include "security/keys.h"

namespace RemoteLog {

// Takes entries that wait out of the outbox, cuts pages, and stores them with the next record
// number as an intent: final from then on, even if nothing of it was uploaded. At most some MiB at
// a time, for the worker has other things to do, too. False if nothing waits. Conflict if there is
// no higher record number left: only somebody else can have used them up.
Result<bool> cutIntent(SavedLog &log, const LogKeys &keys, const PublisherContext &context);

} // namespace RemoteLog
