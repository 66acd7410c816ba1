// SPDX-License-Identifier: MIT
#include <RemoteLog/namesystem.h>

namespace RemoteLog {

NameSystem::NameSystem(QObject *parent)
    : QObject(parent)
{
}

NameSystem::~NameSystem() = default;

} // namespace RemoteLog
