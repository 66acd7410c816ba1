// SPDX-License-Identifier: MIT
#pragma once

namespace RemoteLog {

// Before libsecret is used: GIO ends the process when the session bus ends, and a guest must not
// end its host.
void outliveSessionBus();

} // namespace RemoteLog
