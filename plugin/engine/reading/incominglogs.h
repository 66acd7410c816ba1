// SPDX-License-Identifier: MIT
#pragma once

#include "engine/pollplan.h"
#include "engine/reply.h"
#include "engine/statusreporter.h"
#include "follower.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>

#include <map>
#include <optional>

namespace RemoteLog {

// The logs that the profile follows, by name and read key. What the host asks before the profile is
// unlocked is kept until it is.
class IncomingLogs : public QObject
{
    Q_OBJECT

public:
    IncomingLogs(StatusReporter &reporter, const Timing &timing, QObject *parent);
    ~IncomingLogs() override;

    // The profile is open and waits for its key: shows what the database tells of wanted logs
    // without it. `inbox` outlives begin() or end().
    void beginLocked(Inbox &inbox, const TimeSource &clock);
    // The profile is unlocked: brings up the logs that the database knows, and what was asked for
    // meanwhile. After a Problem nothing has begun. What `context` names outlives end().
    // `damage`: what had to be left out.
    Problem begin(const FollowerContext &context, Problem *damage);
    void end();

    QList<QPair<LogLink, int>> linksAndGenerations() const;

    // A log is wanted; one that cannot be followed now is tried again with followWanted().
    void follow(const LogLink &link, int generation);
    // Answers when it is done, or why it is not; then the log is still followed.
    void unfollow(const IncomingKey &log, const Reply<Problem> &reply);
    void start(const IncomingKey &log);
    void commit(const IncomingKey &log, quint64 sequence);
    void check(const IncomingKey &log);

    // Asks for all of them, the most recently active first, and follows what could not be followed
    // before. What failed is not read again before its time.
    void check();
    // Asks those name systems that could not be asked, or did not answer, the last time; with
    // `asksFailing` also about names for which that happened more often.
    void checkMissed(bool asksFailing);
    // Follows what could not be followed before.
    void followWanted();
    // The host asks, or the network is another one: that time is now.
    void forgetFailures();
    // A name system noticed something.
    void nameChanged(const QString &logName);
    // A store has something new: whoever lacks something tries at once.
    void storeChanged();
    // A helper may be asked again: whoever lacks something goes on when its time has come.
    void goOn();
    void setMaxPayload(qint64 bytes);
    // The settings' helpers, or what may be taken from links, are others now.
    void helpersChanged();

    // Their part of the profile's status.
    void addTo(TransportStatus &status) const;
    bool isBusy() const;

Q_SIGNALS:
    // Something in status or isBusy() changed.
    void changed();
    // A name system answered about one of them.
    void checked();
    void entriesReceived(const RemoteLog::IncomingKey &log, const QList<RemoteLog::Entry> &entries);
    // Before the answer to unfollow(): it is followed no more, or the Problem says why it still is.
    void unfollowed(const RemoteLog::IncomingKey &log, const RemoteLog::Problem &problem);

private:
    struct Following
    {
        int generation = 0;
        std::unique_ptr<Follower> follower;
    };
    struct Wanted
    {
        LogLink link;
        int generation = 0;
        Problem problem; // why not yet
    };
    struct Unwanted
    {
        IncomingKey log;
        Reply<Problem> reply;
        QDeadlineTimer deadline;
    };

    struct Locked
    {
        Inbox &inbox;
        TimeSource clock;
    };

    void tellLocked(const Wanted &wanted);
    Follower *find(const IncomingKey &log) const;
    void add(const FollowedLog &log, int generation);
    void remove(const IncomingKey &log, const Reply<Problem> &reply);
    void giveUpLate();
    void checkFirst(Follower *follower);
    void poll();
    void planPoll();
    Place placeOf(const QString &identity) const;
    std::chrono::milliseconds now() const;

    StatusReporter &m_reporter;
    Timing m_timing;
    std::optional<Locked> m_locked; // while the key is missing
    std::optional<FollowerContext> m_context;
    std::map<QString, Following> m_followings; // by identity
    std::map<QString, Wanted> m_wanted; // by identity: not followed yet
    std::vector<Unwanted> m_unwanted; // before the profile is unlocked
    std::map<QString, int> m_started; // by identity: the generation that delivers
    QTimer m_late;
    PollPlan m_plan; // of m_followings
    QElapsedTimer m_clock; // of m_plan
    QTimer m_poll;
};

} // namespace RemoteLog
