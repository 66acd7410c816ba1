// SPDX-License-Identifier: MIT
#include <RemoteLog/outgoinglog.h>

namespace RemoteLog {

OutgoingLog::OutgoingLog(QObject *parent)
    : QObject(parent)
{
}

OutgoingLog::~OutgoingLog() = default;

} // namespace RemoteLog
