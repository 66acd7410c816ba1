// SPDX-License-Identifier: MIT
#include "loadedplugin.h"

#include <RemoteLog/transportloader.h>
#include <RemoteLog/transportplugin.h>

namespace RemoteLog::Testing {

TransportPlugin &loadedPlugin()
{
    static TransportPlugin *const plugin = [] {
        const Result<TransportPlugin *> loaded =
            TransportLoader::load(QStringLiteral(REMOTELOG_TEST_PLUGIN));
        if (!loaded.ok())
            qFatal("%s", qPrintable(loaded.problem().detail()));
        return loaded.value();
    }();
    return *plugin;
}

} // namespace RemoteLog::Testing
