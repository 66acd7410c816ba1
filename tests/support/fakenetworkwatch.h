// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/networkwatch.h>

namespace RemoteLog::Testing {

// A network that the test switches.
class FakeNetworkWatch : public NetworkWatch
{
public:
    Reachability reachability() const override { return m_reachability; }
    bool isCaptivePortal() const override { return m_isCaptivePortal; }
    bool isMetered() const override { return m_isMetered; }

    void set(Reachability reachability, bool isCaptivePortal = false, bool isMetered = false)
    {
        m_reachability = reachability;
        m_isCaptivePortal = isCaptivePortal;
        m_isMetered = isMetered;
        Q_EMIT changed();
    }

private:
    Reachability m_reachability = Reachability::Connected;
    bool m_isCaptivePortal = false;
    bool m_isMetered = false;
};

} // namespace RemoteLog::Testing
