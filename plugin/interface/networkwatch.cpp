// SPDX-License-Identifier: MIT
#include <RemoteLog/networkwatch.h>

namespace RemoteLog {

NetworkWatch::NetworkWatch(QObject *parent)
    : QObject(parent)
{
}

NetworkWatch::~NetworkWatch() = default;

} // namespace RemoteLog
