// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>
#include <RemoteLog/version.h>

#include <QtCore/QString>

namespace RemoteLog {

class TransportPlugin;

// Finds and loads the plugin.
namespace TransportLoader {

// The plugin's root object. Loaded once for each process and never unloaded. QCoreApplication's
// thread.
//
// `file`: absolute path of the plugin; empty to look for "remotelog/" in
// QCoreApplication::libraryPaths() and in the folder where this library's package installed it; the
// first that fits is taken. `apiMinor` is filled in by the host's compiler: the plugin must be at
// least as new. Before anything is loaded the metadata is checked; each way to fail has a message
// of its own: InvalidArgument (no application, wrong thread, relative path, another file is loaded
// already), ActionRequired (not found, not a plugin, damaged, or something that it needs is
// missing: all of it is bound at once), Unsupported (another major version, or an older minor one).
REMOTELOG_EXPORT Result<TransportPlugin *> load(const QString &file = QString(),
                                                int apiMinor = REMOTELOG_API_MINOR);

} // namespace TransportLoader
} // namespace RemoteLog
