// SPDX-License-Identifier: MIT
#pragma once

#include "timing.h"

#include <RemoteLog/contentstore.h>
#include <RemoteLog/helperstatus.h>
#include <RemoteLog/namesystem.h>

#include <QDeadlineTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <array>
#include <deque>
#include <functional>
#include <memory>

namespace RemoteLog {

class NameLane;

// One helper at work: its two roles, whether it may be used now, and how it is doing. Failures make
// it rest for a jittered, growing while, each role and direction for itself: a folder that may only
// be read fails every put and serves every get. A change of network ends that. When the helper
// itself asks for a rest (Problem::retryAfter()), it is left alone altogether, whatever changes.
class Helper : public QObject
{
    Q_OBJECT

public:
    enum class Role { Store, System };
    enum class Direction { Read, Write };

    // What was asked of it and when, as begin() gives it: its outcome is told with it.
    struct Call
    {
        Role role = Role::Store;
        Direction direction = Direction::Read;
        quint64 epoch = 0;
    };

    // `isHint`: only a link names it; it is read from, never written to.
    Helper(const QUrl &url, std::unique_ptr<ContentStore> store, std::unique_ptr<NameSystem> system,
           bool isHint, const Timing &timing, QObject *parent = nullptr);
    ~Helper() override;

    QUrl url() const { return m_url; }
    bool isHint() const { return m_isHint; }
    ContentStore *store() const { return m_store.get(); }
    NameSystem *system() const { return m_system.get(); }
    // Where questions for records are put; null if it is no name system. Dies with the helper.
    NameLane *names() const { return m_names.get(); }
    bool has(Role role) const { return role == Role::Store ? bool(m_store) : bool(m_system); }
    bool needsNetwork() const;
    // It is the settings' own, and more than read from.
    bool isWritable(Role role) const;

    // Held back: no network, or paused. Nothing is attempted and nothing counts as a failure.
    void setHeldBack(bool heldBack);
    bool isHeldBack() const { return m_isHeldBack; }

    // Neither held back nor resting.
    bool isUsable(Role role, Direction direction) const;
    bool isResting(Role role, Direction direction) const;
    // Why it rests, or rested last; null after a success.
    Problem problem(Role role, Direction direction) const
    {
        return health(role, direction).problem;
    }
    // It gave bytes that were not what was asked for, since the last reset(): others go first.
    bool hasLied() const { return bool(m_lie); }

    Call begin(Role role, Direction direction) const { return {role, direction, m_epoch}; }
    // It never cuts a rest short: what succeeds while it rests was asked before it failed.
    void succeeded(const Call &call);
    // Tampered in what was read is a lie about one thing and no reason to rest. A call of before
    // the last reset() or abort() does not count, only its retryAfter() does: it is said that it
    // may be made again.
    void failed(const Call &call, const Problem &problem);
    void lied(const Problem &problem);
    // It asks for a rest in an answer that is no failure otherwise; failed() does this, too.
    void heed(const Problem &problem);

    // The network changed or the host asks: abort what is under way (if it needs the network),
    // forget failures. Rests that the helper asked for go on.
    void reset(bool abortCalls);
    // A call of this role hangs: ends all of them.
    void abort(Role role);

    // Of a question that nobody waits for, and of the pause after it, until its last copy dies. One
    // at a time, however many logs are looked after here.
    using PatrolTurn = std::shared_ptr<const void>;
    // `begin` is called once, perhaps before this returns, in the order of these calls; not if
    // `context` dies first.
    void waitToPatrol(QObject *context, std::function<void(const PatrolTurn &)> begin);

    HelperStatus status() const;

Q_SIGNALS:
    void statusChanged();
    // It may be used for this again.
    void usable(RemoteLog::Helper::Role role, RemoteLog::Helper::Direction direction);
    void storeChanged();
    void nameChanged(const QString &logName);

private:
    struct Health
    {
        int failures = 0;
        Problem problem;
        QTimer rest;
    };
    struct WaitingPatrol
    {
        QPointer<QObject> context;
        std::function<void(const PatrolTurn &)> begin;
    };
    static constexpr std::size_t Healths = 4; // two roles, two directions
    static Role roleOf(std::size_t index) { return Role(index / 2); }
    static Direction directionOf(std::size_t index) { return Direction(index % 2); }
    Health &health(Role role, Direction direction);
    const Health &health(Role role, Direction direction) const;
    static void restFor(Health &state, qint64 span); // at least, in milliseconds
    void tellUsable(Role role, Direction direction);
    void beginPatrol();

    QUrl m_url;
    std::unique_ptr<ContentStore> m_store;
    std::unique_ptr<NameSystem> m_system;
    bool m_isHint;
    bool m_isHeldBack = false;
    Timing m_timing;
    std::array<Health, Healths> m_health;
    QDeadlineTimer m_asked{0}; // until then the helper asked for a rest
    Problem m_lie;
    quint64 m_epoch = 0; // of calls: resets and aborts so far
    QDateTime m_lastSuccess;
    std::deque<WaitingPatrol> m_waitingPatrols;
    bool m_isPatrolled = false;
    std::unique_ptr<NameLane> m_names; // asks m_system: dies first
};

} // namespace RemoteLog
