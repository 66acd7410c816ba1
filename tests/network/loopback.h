// SPDX-License-Identifier: MIT
#pragma once

namespace RemoteLog::Testing {

// A world for this thread with no network but loopback. False where the system refuses, as it does
// in many containers. Passed on to threads that this one starts; who is not the superuser has to be
// alone in the process.
bool enterLoopbackOnly();

} // namespace RemoteLog::Testing
