// SPDX-License-Identifier: MIT
#include "status.h"

namespace RemoteLog {

void OutgoingStatus::copyCounters(const OutgoingStatus &from)
{
    pendingCount = from.pendingCount;
    pendingBytes = from.pendingBytes;
}

void IncomingStatus::copyCounters(const IncomingStatus &from)
{
    position = from.position;
}

void TransportStatus::copyCounters(const TransportStatus &from)
{
    pendingCount = from.pendingCount;
    pendingBytes = from.pendingBytes;
}

QString identityOf(const LogLink &link)
{
    return link.logName() + QLatin1Char('#') + link.toUrl().fragment();
}

} // namespace RemoteLog
