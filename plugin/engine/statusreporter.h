// SPDX-License-Identifier: MIT
#pragma once

#include "status.h"

#include <QDeadlineTimer>
#include <QObject>
#include <QTimer>

#include <map>
#include <optional>

namespace RemoteLog {

// Tells the host's side what has changed. At once and once for each change, so that a signal about
// an event finds the properties that it implies; but counters, which change with every entry, at
// most once an interval, the last time with their exact value.
class StatusReporter : public QObject
{
    Q_OBJECT

public:
    StatusReporter(std::chrono::milliseconds interval, QObject *parent);

    void tell(const QString &label, const OutgoingStatus &status);
    void tell(const IncomingKey &log, const IncomingStatus &status);
    void tell(const TransportStatus &status);
    // Nothing more is told of this log.
    void forget(const IncomingKey &log);
    // Nor of anything.
    void stop();

Q_SIGNALS:
    // Counters are told next: those that others are the sum of are to be brought up to date.
    void countersDue();
    void outgoingChanged(const QString &label, const RemoteLog::OutgoingStatus &status);
    void incomingChanged(const RemoteLog::IncomingKey &log,
                         const RemoteLog::IncomingStatus &status);
    void transportChanged(const RemoteLog::TransportStatus &status);

private:
    template <class Status>
    struct Known
    {
        Status latest;
        Status told;
    };

    // What is to be told now, if anything.
    template <class Status>
    std::optional<Status> take(Known<Status> &known, const Status &status);
    void tellCounters();

    std::map<QString, Known<OutgoingStatus>> m_outgoing;
    std::map<IncomingKey, Known<IncomingStatus>> m_incoming;
    Known<TransportStatus> m_transport;
    std::chrono::milliseconds m_interval;
    QTimer m_counters;
    QDeadlineTimer m_quiet; // no counters before
    bool m_isStopped = false;
};

} // namespace RemoteLog
