// SPDX-License-Identifier: MIT
#include "networkdamper.h"

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
    m_isUp = isUp;
    if (!isUp) {
        if (!m_settles.isActive())
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
