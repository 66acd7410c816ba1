// SPDX-License-Identifier: MIT
#include <RemoteLog/transport.h>

namespace RemoteLog {

Transport::Transport(QObject *parent)
    : QObject(parent)
{
}

Transport::~Transport() = default;

} // namespace RemoteLog
