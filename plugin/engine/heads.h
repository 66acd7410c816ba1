// SPDX-License-Identifier: MIT
#pragma once

#include "log/namerecord.h"

#include <RemoteLog/head.h>

namespace RemoteLog {

// What a host is shown of a record. `last`: 0 while the page was not read.
Head headOf(const NameRecord &record, quint64 last, bool isExpired);

} // namespace RemoteLog
