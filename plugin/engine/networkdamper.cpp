// SPDX-License-Identifier: MIT
#include "networkdamper.h"

#include <utility>

namespace RemoteLog {

NetworkDamper::NetworkDamper(std::chrono::milliseconds quiet, QObject *parent)
    : QObject(parent)
    , m_quiet(quiet)
    , m_settles(this)
{
    m_settles.setSingleShot(true);
    connect(&m_settles, &QTimer::timeout, this, &NetworkDamper::act);
}

void NetworkDamper::change(bool isUp)
{
    const bool wasUp = std::exchange(m_isUp, isUp);
    if (!isUp) {
        // What runs may be what an up waits for, and be over too soon.
        if (wasUp || !m_settles.isActive())
            m_settles.start(m_quiet);
    } else if (m_until.hasExpired()) {
        act();
    } else {
        m_settles.start(int(m_until.remainingTime()) + 1);
    }
}

void NetworkDamper::act()
{
    m_settles.stop();
    if (m_isUp)
        m_until = QDeadlineTimer(m_quiet);
    Q_EMIT due();
}

} // namespace RemoteLog
