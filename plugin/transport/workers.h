// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

namespace RemoteLog {

class Engine;

// The threads that engines live in. A thread ends when its engine is closed; at the end of the
// application all are closed and joined, for a bounded time: a worker that is stuck in a dead disk
// is left behind rather than ended by force.
namespace Workers {

// Starts `engine`, which belongs to its thread from now on, and opens it there.
void start(std::unique_ptr<Engine> engine);

} // namespace Workers
} // namespace RemoteLog
