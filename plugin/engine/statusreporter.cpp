// SPDX-License-Identifier: MIT
#include "statusreporter.h"

#include <algorithm>

namespace RemoteLog {

StatusReporter::StatusReporter(std::chrono::milliseconds interval, QObject *parent)
    : QObject(parent)
    , m_interval(interval)
    , m_counters(this)
{
    m_counters.setSingleShot(true);
    connect(&m_counters, &QTimer::timeout, this, &StatusReporter::tellCounters);
}

template <class Status>
std::optional<Status> StatusReporter::take(Known<Status> &known, const Status &status)
{
    known.latest = status;
    Status now = status;
    now.copyCounters(known.told);
    const bool isMore = now != known.told;
    known.told = now;
    if (known.latest != known.told && !m_counters.isActive() && !m_isStopped)
        m_counters.start(int(std::max<qint64>(m_quiet.remainingTime(), 0)));
    return isMore && !m_isStopped ? std::optional(now) : std::nullopt;
}

void StatusReporter::tell(const QString &label, const OutgoingStatus &status)
{
    if (const auto now = take(m_outgoing[label], status))
        Q_EMIT outgoingChanged(label, *now);
}

void StatusReporter::tell(const IncomingKey &log, const IncomingStatus &status)
{
    if (const auto now = take(m_incoming[log], status))
        Q_EMIT incomingChanged(log, *now);
}

void StatusReporter::tell(const TransportStatus &status)
{
    if (const auto now = take(m_transport, status))
        Q_EMIT transportChanged(*now);
}

void StatusReporter::forget(const IncomingKey &log)
{
    m_incoming.erase(log);
}

void StatusReporter::stop()
{
    m_isStopped = true;
    m_counters.stop();
}

void StatusReporter::tellCounters()
{
    Q_EMIT countersDue();
    m_counters.stop();
    m_quiet = QDeadlineTimer(m_interval);
    const auto isNews = [](auto &known) {
        const bool isNew = known.told != known.latest;
        known.told = known.latest;
        return isNew;
    };
    for (auto &[label, known] : m_outgoing) {
        if (isNews(known))
            Q_EMIT outgoingChanged(label, known.told);
    }
    for (auto &[log, known] : m_incoming) {
        if (isNews(known))
            Q_EMIT incomingChanged(log, known.told);
    }
    if (isNews(m_transport))
        Q_EMIT transportChanged(m_transport.told);
}

} // namespace RemoteLog
