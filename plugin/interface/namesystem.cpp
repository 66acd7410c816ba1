// SPDX-License-Identifier: MIT
#include <RemoteLog/namesystem.h>

namespace RemoteLog {

NameSystem::NameSystem(QObject *parent)
    : QObject(parent)
{
}

NameSystem::~NameSystem() = default;

bool NameSystem::isReadOnly() const
{
    return false;
}

} // namespace RemoteLog
