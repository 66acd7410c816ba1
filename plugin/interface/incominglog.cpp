// SPDX-License-Identifier: MIT
#include <RemoteLog/incominglog.h>

namespace RemoteLog {

IncomingLog::IncomingLog(QObject *parent)
    : QObject(parent)
{
}

IncomingLog::~IncomingLog() = default;

} // namespace RemoteLog
