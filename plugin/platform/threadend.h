// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace RemoteLog {

// The system's number of the calling thread.
int threadNumber();

// Waits, for a bounded time, until a thread is really gone. QThread::wait() returns before the
// thread has freed what Qt keeps for it; a process that ends in between leaves that behind.
void waitForThreadEnd(int number, std::chrono::milliseconds limit);

} // namespace RemoteLog
