// SPDX-License-Identifier: MIT
#include <RemoteLog/transportloader.h>

#include <RemoteLog/transportplugin.h>

namespace RemoteLog {

Result<TransportPlugin *> TransportLoader::load(const QString &, int)
{
    return Problem(Problem::Kind::ActionRequired, QStringLiteral("not found"));
}

} // namespace RemoteLog
