// SPDX-License-Identifier: MIT
#pragma once

namespace RemoteLog {
class TransportPlugin;
}

namespace RemoteLog::Testing {

// The plugin of this build, loaded as any host loads it. Ends the test program if it cannot be.
TransportPlugin &loadedPlugin();

} // namespace RemoteLog::Testing
