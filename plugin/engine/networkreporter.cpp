// SPDX-License-Identifier: MIT
#include "networkreporter.h"

namespace RemoteLog {

namespace {

NetworkState stateOf(const NetworkWatch &watch)
{
    return {watch.reachability(), watch.isCaptivePortal(), watch.isMetered()};
}

} // namespace

NetworkReporter::NetworkReporter(NetworkWatch *watch, std::chrono::milliseconds interval,
                                 Report report)
    : m_watch(watch)
    , m_report(std::move(report))
    , m_slow(this)
{
    m_slow.setInterval(interval);
    connect(&m_slow, &QTimer::timeout, this, &NetworkReporter::lookNow);
    moveToThread(watch->thread());
    connect(watch, &NetworkWatch::changed, this, &NetworkReporter::changed);
    QMetaObject::invokeMethod(this, [this] {
        m_slow.start();
        lookNow();
    });
}

void NetworkReporter::look()
{
    QMetaObject::invokeMethod(this, &NetworkReporter::lookNow);
}

// Also if all is as before: it may be another network of the same kind.
void NetworkReporter::changed()
{
    if (!m_watch)
        return;
    m_last = stateOf(*m_watch);
    m_report(*m_last);
}

void NetworkReporter::lookNow()
{
    if (m_watch && m_last != stateOf(*m_watch))
        changed();
}

} // namespace RemoteLog
