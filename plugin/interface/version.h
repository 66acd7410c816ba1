// SPDX-License-Identifier: MIT
#pragma once

// Version of the interface between host and plugin: a host works with every plugin and every
// library of the same major version and the same minor version or a later one. The library is named
// after it (libRemoteLog.so.<major>.<minor>). Raising the major one also changes
// RemoteLogTransportPlugin_iid; minor ones only add.
#define REMOTELOG_API_MAJOR 1
#define REMOTELOG_API_MINOR 0
