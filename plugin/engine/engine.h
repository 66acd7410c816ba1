// SPDX-License-Identifier: MIT
#pragma once

#include "appender.h"
#include "engineport.h"
#include "follower.h"
#include "profileopener.h"
#include "publisher.h"

#include <QHash>
#include <QSet>

#include <map>

namespace RemoteLog {

// One profile at work: opens it, owns its logs and helpers, and decides when what is tried. Lives
// in the worker thread; made in the host's, called through the port, heard through its signals.
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

    void openLog(const QString &label);
    void append() { m_appender->drain(); }
    void withdraw(const QString &label, quint64 sequence, const Reply<Problem> &reply);
    void acknowledge(const QString &label, const QList<quint64> &sequences,
                     const Reply<Problem> &reply);
    void read(const QString &label, quint64 first, int limit,
              const Reply<Result<QList<Entry>>> &reply);
    void audit(const QString &label, const Reply<Result<Audit>> &reply);

    void follow(const LogLink &link);
    void unfollow(const QString &identity, const Reply<Problem> &reply);
    void start(const QString &identity);
    void commit(const QString &identity, quint64 sequence);
    void check(const QString &identity);

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
    void logsKnown(const QStringList &labels, const QList<RemoteLog::LogLink> &links);
    void statusChanged(const RemoteLog::TransportStatus &status);
    void outgoingChanged(const QString &label, const RemoteLog::OutgoingStatus &status);
    void incomingChanged(const QString &identity, const RemoteLog::IncomingStatus &status);
    void headPublished(const QString &label, const RemoteLog::Head &head);
    void entryStatesChanged(const QString &label, quint64 first, quint64 last,
                            RemoteLog::Entry::State state);
    void entriesReceived(const QString &identity, const QList<RemoteLog::Entry> &entries);
    // The database is closed and the profile free; nothing comes any more.
    void closed();

private:
    void askForKey();
    Problem loadLogs();
    Result<Publisher *> publisher(const QString &label);
    Publisher *addPublisher(const OwnLog &log);
    Result<Follower *> addFollower(const FollowedLog &log);
    void goOn();
    void checkAll();
    void reportSoon();
    void report();
    TransportStatus status() const;

    Settings m_settings;
    std::shared_ptr<const HelperRegistry> m_registry;
    Timing m_timing;
    TimeSource m_clock;
    std::shared_ptr<EnginePort> m_port;
    std::unique_ptr<Appender> m_appender;

    std::unique_ptr<ProfileOpener> m_opener; // holds the lock: dies last
    std::unique_ptr<Database> m_database;
    std::unique_ptr<Outbox> m_outbox;
    std::unique_ptr<OwnPages> m_pages;
    std::unique_ptr<Inbox> m_inbox;
    std::unique_ptr<HelperSet> m_helpers;
    std::unique_ptr<BlockFetcher> m_fetcher;
    std::optional<MasterSecret> m_master;
    std::map<QString, std::unique_ptr<Publisher>> m_publishers; // by label
    std::map<QString, std::unique_ptr<Follower>> m_followers; // by identity
    QList<LogLink> m_toFollow; // wanted before the profile was unlocked
    QMultiHash<QString, Reply<Problem>> m_toUnfollow; // the same, and before m_toFollow
    QStringList m_toOpen;
    QSet<QString> m_started;

    QTimer m_poll;
    QTimer m_goOn;
    QTimer m_report;
    QTimer m_lockedRetry;
    QDeadlineTimer m_quiet; // no report before
    TransportStatus m_reported;
    QHash<QString, OutgoingStatus> m_reportedOutgoing;
    QHash<QString, IncomingStatus> m_reportedIncoming;
    QDateTime m_lastPublished;
    QDateTime m_lastChecked;
    Problem m_problem; // of opening and unlocking
    Problem m_notice; // a database was set aside
    NetworkState m_network;
    bool m_isPaused = false;
    bool m_isClosed = false;
};

} // namespace RemoteLog
