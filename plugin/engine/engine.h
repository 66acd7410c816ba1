// SPDX-License-Identifier: MIT
#pragma once

#include "engine/reading/incominglogs.h"
#include "engine/writing/appender.h"
#include "engine/writing/outgoinglogs.h"
#include "engineport.h"
#include "networkdamper.h"
#include "profileopener.h"
#include "statusreporter.h"
#include "waker.h"

#include <RemoteLog/settings.h>

namespace RemoteLog {

// One profile at work: opens and unlocks it, owns what works in it, and tells it what the host
// says. Lives in the worker thread; made in the host's, called through the port, heard through its
// signals.
class Engine : public QObject
{
    Q_OBJECT

public:
    Engine(const Settings &settings, std::shared_ptr<const HelperRegistry> registry,
           std::shared_ptr<AppendQueue> appends, const Timing &timing, const TimeSource &clock);
    ~Engine() override;

    std::shared_ptr<EnginePort> port() const { return m_port; }

    void open();
    // The answer to opened(): the profile's master secret. `isNew`: it was made just now.
    void unlock(const QByteArray &master, bool isNew);
    // There is none to be had (for now).
    void refuse(const Problem &problem);
    // Emits opened() once more if the profile is locked.
    void askForKey();

    // Of the settings' helpers, by URL: what goes into the header Authorization.
    void setCredentials(const QHash<QUrl, QByteArray> &credentials);
    // They could not be had (for now); told until they can.
    void refuseCredentials(const Problem &problem);

    void append() { m_appender.drain(); }
    OutgoingLogs &outgoing() { return m_outgoing; }
    IncomingLogs &incoming() { return m_incoming; }

    // Holds back at once; what else a change means is done at most once in a while.
    void setNetwork(const NetworkState &network);
    void setPaused(bool paused);
    void syncNow();
    void applySettings(const Settings &settings, const Reply<Problem> &reply);
    // `reply` says when the profile is free.
    void close(const Reply<Problem> &reply);

Q_SIGNALS:
    // The database is open and needs its key.
    void opened(const QString &profileId, bool hasCheckValue);
    // All logs of the profile, after it was unlocked.
    void logsKnown(const QStringList &labels,
                   const QList<QPair<RemoteLog::LogLink, int>> &linksAndGenerations);
    void statusChanged(const RemoteLog::TransportStatus &status);
    void outgoingChanged(const QString &label, const RemoteLog::OutgoingStatus &status);
    void incomingChanged(const RemoteLog::IncomingKey &log,
                         const RemoteLog::IncomingStatus &status);
    void entryStatesChanged(const QString &label, quint64 first, quint64 last,
                            RemoteLog::Entry::State state);
    void entriesReceived(const RemoteLog::IncomingKey &log, const QList<RemoteLog::Entry> &entries);
    void unfollowed(const RemoteLog::IncomingKey &log, const RemoteLog::Problem &problem);
    // The database is closed and the profile free; nothing comes any more.
    void closed();

private:
    void profileOpened(const Problem &notice);
    Problem begin();
    void diskProblemChanged();
    void takeNetwork();
    void reportSoon();
    void report();
    TransportStatus status() const;

    Settings m_settings;
    std::shared_ptr<const HelperRegistry> m_registry;
    Timing m_timing;
    TimeSource m_clock;
    std::shared_ptr<EnginePort> m_port;
    StatusReporter m_reporter;
    Appender m_appender;

    std::unique_ptr<ProfileOpener> m_opener; // holds the lock: dies last
    std::unique_ptr<Database> m_database;
    std::unique_ptr<Outbox> m_outbox;
    std::unique_ptr<OwnPages> m_pages;
    std::unique_ptr<Inbox> m_inbox;
    std::unique_ptr<HelperSet> m_helpers;
    std::unique_ptr<BlockFetcher> m_fetcher;
    std::optional<MasterSecret> m_master; // while the profile is unlocked
    std::optional<PendingTotals> m_lockedTotals; // while it is not
    OutgoingLogs m_outgoing;
    IncomingLogs m_incoming;

    Waker m_waker;
    QTimer m_report;
    QTimer m_lockedRetry;
    QDateTime m_lastPublished;
    QDateTime m_lastChecked;
    Problem m_problem; // of opening and unlocking
    Problem m_credentialProblem;
    Problem m_notice; // what was lost or set aside
    NetworkState m_network;
    NetworkDamper m_damper;
    QTimer m_diskRetry; // while the disk does not take what is written
    bool m_isPaused = false;
    bool m_isClosed = false;
};

} // namespace RemoteLog
