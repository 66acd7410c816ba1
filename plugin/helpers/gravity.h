// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

namespace RemoteLog {

// The graver of two: what a person has to act on before what mends itself.
Problem graver(const Problem &a, const Problem &b);

// True for what a person has to act on.
bool needsAttention(const Problem &problem);

} // namespace RemoteLog
