// SPDX-License-Identifier: MIT
#include "loopback.h"

#include <sched.h>

namespace RemoteLog::Testing {

bool enterLoopbackOnly()
{
    // The superuser may; others may in a world where they are it.
    return ::unshare(CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

} // namespace RemoteLog::Testing
