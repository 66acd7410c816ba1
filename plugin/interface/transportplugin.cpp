// SPDX-License-Identifier: MIT
#include <RemoteLog/transportplugin.h>

namespace RemoteLog {

// Here, so that the type information of the class stands in one library: casts work across the
// plugin's border.
TransportPlugin::~TransportPlugin() = default;

} // namespace RemoteLog
