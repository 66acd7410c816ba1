// SPDX-License-Identifier: MIT
#include "incominglogs.h"

#include "engine/heads.h"
#include "engine/logging.h"

#include "helpers/gravity.h"
#include "log/link.h"

#include <QRandomGenerator>

namespace RemoteLog {

IncomingLogs::IncomingLogs(StatusReporter &reporter, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_reporter(reporter)
    , m_timing(timing)
    , m_late(this)
    , m_plan(timing.poll, timing.pollMost, timing.pollsAlways,
             [](qint64 bound) { return QRandomGenerator::global()->bounded(bound); })
    , m_poll(this)
{
    m_clock.start();
    m_poll.setSingleShot(true);
    connect(&m_poll, &QTimer::timeout, this, &IncomingLogs::poll);
    m_late.setSingleShot(true);
    connect(&m_late, &QTimer::timeout, this, &IncomingLogs::giveUpLate);
}

IncomingLogs::~IncomingLogs() = default;

// ---- Begin and end

void IncomingLogs::beginLocked(Inbox &inbox, const TimeSource &clock)
{
    m_locked.emplace(Locked{inbox, clock});
    for (const auto &[identity, wanted] : m_wanted)
        tellLocked(wanted);
}

void IncomingLogs::tellLocked(const Wanted &wanted)
{
    const Result<std::optional<FollowedLog>> log = m_locked->inbox.unsealedLog(wanted.link);
    if (!log.ok() || !log.value())
        return;
    const Result<NameRecord> record =
        parseNameRecord(log.value()->record, publicKeyOf(wanted.link));
    if (!record.ok())
        return;
    IncomingStatus status;
    status.head = headOf(record.value(), log.value()->lastSequence,
                         isExpired(record.value(), m_locked->clock()));
    status.position = log.value()->position;
    m_reporter.tell({identityOf(wanted.link), wanted.generation}, status);
}

Problem IncomingLogs::begin(const FollowerContext &context, Problem *damage)
{
    const Result<Readable<FollowedLog>> logs = context.inbox.logs();
    if (!logs.ok())
        return logs.problem();
    m_locked.reset();
    m_context.emplace(context);
    *damage = logs.value().damage;
    for (const FollowedLog &log : logs.value().rows)
        add(log, 0);
    for (const Unwanted &each : std::exchange(m_unwanted, {}))
        remove(each.log, each.reply);
    for (const auto &[identity, wanted] : std::exchange(m_wanted, {}))
        follow(wanted.link, wanted.generation);
    return {};
}

void IncomingLogs::end()
{
    m_poll.stop();
    m_unwanted.clear(); // their replies say Closed
    for (const auto &[identity, following] : m_followings)
        following.follower->flush();
    // Reports of what is being torn down are nobody's business.
    for (const auto &[identity, following] : m_followings)
        following.follower->disconnect(this);
    m_followings.clear();
    m_plan.clear();
    m_locked.reset();
    m_context.reset();
}

void IncomingLogs::add(const FollowedLog &log, int generation)
{
    const IncomingKey key{identityOf(log.link), generation};
    auto owned = std::make_unique<Follower>(log, *m_context, nullptr);
    Follower *follower = owned.get();
    connect(follower, &Follower::statusChanged, this, [this, key, follower] {
        m_reporter.tell(key, follower->status());
        Q_EMIT changed();
    });
    connect(follower, &Follower::checked, this, &IncomingLogs::checked);
    connect(follower, &Follower::headFound, this, [this, key] {
        m_plan.active(key.identity, now());
        planPoll();
    });
    connect(follower, &Follower::entriesReceived, this,
            [this, key](const QList<Entry> &entries) { Q_EMIT entriesReceived(key, entries); });
    m_followings.insert_or_assign(key.identity, Following{generation, std::move(owned)});
    // What its writer says is the best guess before anything was seen of it in this run.
    const QDateTime signedAt = follower->status().head.signedAt();
    const std::chrono::milliseconds age =
        signedAt.isValid() ? std::chrono::milliseconds(signedAt.msecsTo(m_context->clock()))
                           : m_timing.pollMost;
    m_plan.add(key.identity, now() - age, now());
    m_reporter.tell(key, follower->status());
    const auto started = m_started.find(key.identity);
    if (started != m_started.end() && started->second == generation)
        follower->start();
    Q_EMIT changed();
}

// ---- One log

QList<QPair<LogLink, int>> IncomingLogs::linksAndGenerations() const
{
    QList<QPair<LogLink, int>> found;
    for (const auto &[identity, following] : m_followings)
        found.append({following.follower->log().link, following.generation});
    return found;
}

Follower *IncomingLogs::find(const IncomingKey &log) const
{
    const auto known = m_followings.find(log.identity);
    return known != m_followings.end() && known->second.generation == log.generation
               ? known->second.follower.get()
               : nullptr;
}

void IncomingLogs::follow(const LogLink &link, int generation)
{
    const IncomingKey key{identityOf(link), generation};
    if (!m_context) {
        const auto wanted =
            m_wanted.insert_or_assign(key.identity, Wanted{link, generation, {}}).first;
        if (m_locked)
            tellLocked(wanted->second);
        return;
    }
    Problem problem;
    if (Follower *follower = find(key)) {
        const QList<QUrl> before = follower->log().link.hints();
        problem = follower->addHints(link.hints());
        if (problem || follower->log().link.hints() != before)
            checkFirst(follower); // those are to be asked, too
    } else if (const auto known = m_followings.find(key.identity); known != m_followings.end()) {
        // Known from an earlier run, or it could not be unfollowed: this following begins anew.
        known->second.follower->flush();
        const FollowedLog log = known->second.follower->log();
        m_reporter.forget({key.identity, known->second.generation});
        m_followings.erase(known);
        add(log, generation);
        find(key)->addHints(link.hints());
        planPoll();
    } else {
        const Result<FollowedLog> log = m_context->inbox.createLog(link);
        problem = log.problem();
        if (log.ok()) {
            add(log.value(), generation);
            m_plan.active(key.identity, now());
            checkFirst(find(key));
        } else {
            IncomingStatus status;
            status.problem = problem;
            m_reporter.tell(key, status);
        }
    }
    if (problem)
        m_wanted.insert_or_assign(key.identity, Wanted{link, generation, problem});
    Q_EMIT changed();
}

void IncomingLogs::unfollow(const IncomingKey &log, const Reply<Problem> &reply)
{
    if (m_context)
        return remove(log, reply);
    // What the profile follows is not known yet.
    const auto wanted = m_wanted.find(log.identity);
    if (wanted != m_wanted.end() && wanted->second.generation == log.generation)
        m_wanted.erase(wanted);
    m_unwanted.push_back({log, reply, QDeadlineTimer(m_timing.keyWait)});
    if (!m_late.isActive())
        m_late.start(m_timing.keyWait);
}

void IncomingLogs::remove(const IncomingKey &log, const Reply<Problem> &reply)
{
    const auto wanted = m_wanted.find(log.identity);
    if (wanted != m_wanted.end() && wanted->second.generation == log.generation)
        m_wanted.erase(wanted);
    Problem problem;
    if (const Follower *follower = find(log)) {
        problem = m_context->inbox.removeLog(follower->log());
        if (!problem) {
            m_followings.erase(log.identity);
            m_plan.remove(log.identity);
        }
    }
    if (!problem) {
        const auto started = m_started.find(log.identity);
        if (started != m_started.end() && started->second == log.generation)
            m_started.erase(started);
        m_reporter.forget(log);
    }
    Q_EMIT unfollowed(log, problem);
    reply.answer(problem);
    Q_EMIT changed();
}

void IncomingLogs::giveUpLate()
{
    const Problem late(Problem::Kind::WillRetry,
                       QStringLiteral("the profile was not unlocked in time"));
    for (const Unwanted &each : std::exchange(m_unwanted, {})) {
        if (!each.deadline.hasExpired()) {
            m_unwanted.push_back(each);
            continue;
        }
        Q_EMIT unfollowed(each.log, late);
        each.reply.answer(late);
    }
    if (!m_unwanted.empty())
        m_late.start(int(m_unwanted.front().deadline.remainingTime()) + 1);
}

void IncomingLogs::start(const IncomingKey &log)
{
    m_started[log.identity] = log.generation;
    if (Follower *follower = find(log))
        follower->start();
}

void IncomingLogs::commit(const IncomingKey &log, quint64 sequence)
{
    if (Follower *follower = find(log))
        follower->commit(sequence);
}

void IncomingLogs::check(const IncomingKey &log)
{
    Follower *follower = find(log);
    if (!follower)
        return;
    follower->forgetFailures();
    checkFirst(follower);
}

void IncomingLogs::checkFirst(Follower *follower)
{
    follower->check(Place::urgent());
    m_plan.asked(identityOf(follower->log().link), now());
    planPoll();
}

// ---- All of them

void IncomingLogs::check()
{
    followWanted();
    m_plan.makeAllDue(now());
    poll();
}

void IncomingLogs::checkMissed(bool asksFailing)
{
    for (const QString &identity : m_plan.all())
        m_followings.at(identity).follower->checkMissed(placeOf(identity), asksFailing);
}

void IncomingLogs::followWanted()
{
    for (const auto &[identity, wanted] : std::exchange(m_wanted, {}))
        follow(wanted.link, wanted.generation);
}

// While paused nothing is taken from the plan: all of it is due when the pause is over.
void IncomingLogs::poll()
{
    if (!m_context || m_context->helpers.isPaused())
        return;
    for (const QString &identity : m_plan.takeDue(now()))
        m_followings.at(identity).follower->check(placeOf(identity));
    planPoll();
}

void IncomingLogs::planPoll()
{
    if (const auto next = m_plan.next())
        m_poll.start(std::max(*next - now(), std::chrono::milliseconds(0)));
}

Place IncomingLogs::placeOf(const QString &identity) const
{
    return Place::patient(m_plan.patience(identity, now()));
}

std::chrono::milliseconds IncomingLogs::now() const
{
    return std::chrono::milliseconds(m_clock.elapsed());
}

void IncomingLogs::forgetFailures()
{
    for (const auto &[identity, following] : m_followings)
        following.follower->forgetFailures();
}

void IncomingLogs::nameChanged(const QString &logName)
{
    for (const auto &[identity, following] : m_followings) {
        if (following.follower->log().link.logName() == logName)
            checkFirst(following.follower.get());
    }
}

void IncomingLogs::storeChanged()
{
    for (const auto &[identity, following] : m_followings)
        following.follower->storeChanged();
}

void IncomingLogs::goOn()
{
    for (const auto &[identity, following] : m_followings)
        following.follower->goOn();
}

void IncomingLogs::setMaxPayload(qint64 bytes)
{
    if (m_context)
        m_context->maxPayload = bytes;
    for (const auto &[identity, following] : m_followings)
        following.follower->setMaxPayload(bytes);
}

void IncomingLogs::helpersChanged()
{
    for (const auto &[identity, following] : m_followings)
        following.follower->helpersChanged();
}

void IncomingLogs::addTo(TransportStatus &status) const
{
    for (const auto &[identity, following] : m_followings)
        status.problem = graver(status.problem, following.follower->status().problem);
    for (const auto &[identity, wanted] : m_wanted)
        status.problem = graver(status.problem, wanted.problem);
}

bool IncomingLogs::isBusy() const
{
    return std::any_of(m_followings.begin(), m_followings.end(),
                       [](const auto &each) { return each.second.follower->isBusy(); });
}

} // namespace RemoteLog
