// SPDX-License-Identifier: MIT
#pragma once

// Version of the interface between host and plugin. The major one is also in
// RemoteLogTransportPlugin_iid; minor ones only add.
#define REMOTELOG_API_MAJOR 1
#define REMOTELOG_API_MINOR 0
