// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/head.h>
#include <RemoteLog/helperstatus.h>
#include <RemoteLog/loglink.h>
#include <RemoteLog/transport.h>

#include <QByteArray>
#include <QString>

#include <tuple>

namespace RemoteLog {

// What the facade shows of the worker's state; snapshots that cross the thread as values.
//
// Counters may be told late (StatusReporter); copyCounters() makes two states comparable in the
// rest.

struct OutgoingStatus
{
    bool isReady = false;
    LogLink link;
    Head head;
    int pendingCount = 0;
    qint64 pendingBytes = 0;
    Problem problem;
    void copyCounters(const OutgoingStatus &from);
    friend bool operator==(const OutgoingStatus &, const OutgoingStatus &) = default;
};

struct IncomingStatus
{
    Head head;
    quint64 position = 0;
    Problem problem;
    void copyCounters(const IncomingStatus &from);
    friend bool operator==(const IncomingStatus &, const IncomingStatus &) = default;
};

struct TransportStatus
{
    Transport::State state = Transport::State::Opening;
    int pendingCount = 0;
    qint64 pendingBytes = 0;
    QDateTime lastPublished;
    QDateTime lastChecked;
    Problem problem;
    QList<HelperStatus> helpers;
    void copyCounters(const TransportStatus &from);
    friend bool operator==(const TransportStatus &, const TransportStatus &) = default;
};

// How a followed log is told from others inside the plugin: its name and read key, as text. Secret.
QString identityOf(const LogLink &link);

// One following of a log. A log that the host stops following and follows again begins anew:
// `generation` counts how often it was told to stop, so that nothing of before reaches what came
// after.
struct IncomingKey
{
    QString identity;
    int generation = 0;
    friend bool operator==(const IncomingKey &, const IncomingKey &) = default;
    friend bool operator<(const IncomingKey &a, const IncomingKey &b)
    {
        return std::tie(a.identity, a.generation) < std::tie(b.identity, b.generation);
    }
};

} // namespace RemoteLog
