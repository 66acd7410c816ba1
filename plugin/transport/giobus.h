// SPDX-License-Identifier: MIT
#pragma once

namespace RemoteLog {

// Before libsecret is used, each time: GIO ends the process when the session bus ends, and a guest
// must not end its host. Connects to the bus, a local socket, before it returns; where there is no
// bus yet, the next call tries again.
void outliveSessionBus();

} // namespace RemoteLog
