// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/networkwatch.h>

// A network that comes and goes by command. A messenger brings a NetworkWatch only where it knows
// more than the system does.
class ManualNetworkWatch : public RemoteLog::NetworkWatch
{
    Q_OBJECT

public:
    using NetworkWatch::NetworkWatch;

    Reachability reachability() const override { return m_reachability; }
    bool isCaptivePortal() const override { return false; }
    bool isMetered() const override { return false; }

    void setReachability(Reachability reachability)
    {
        if (m_reachability == reachability)
            return;
        m_reachability = reachability;
        Q_EMIT changed();
    }

private:
    // In doubt the transport tries.
    Reachability m_reachability = Reachability::Unknown;
};
