// SPDX-License-Identifier: MIT
#include "helper.h"

#include "gravity.h"
#include "namelane.h"

#include <QRandomGenerator>

#include <algorithm>

namespace RemoteLog {

Helper::Helper(const QUrl &url, std::unique_ptr<ContentStore> store,
               std::unique_ptr<NameSystem> system, bool isHint, const Timing &timing,
               QObject *parent)
    : QObject(parent)
    , m_url(url)
    , m_store(std::move(store))
    , m_system(std::move(system))
    , m_isHint(isHint)
    , m_timing(timing)
{
    for (std::size_t i = 0; i < Healths; ++i) {
        m_health[i].rest.setSingleShot(true);
        m_health[i].rest.setTimerType(Qt::PreciseTimer); // others may fire early
        connect(&m_health[i].rest, &QTimer::timeout, this,
                [this, i] { tellUsable(roleOf(i), directionOf(i)); });
    }
    if (m_store)
        connect(m_store.get(), &ContentStore::changed, this, &Helper::storeChanged);
    if (m_system) {
        connect(m_system.get(), &NameSystem::changed, this, &Helper::nameChanged);
        m_names = std::make_unique<NameLane>(this, m_timing);
    }
}

Helper::~Helper() = default;

bool Helper::needsNetwork() const
{
    return (m_store && m_store->needsNetwork()) || (m_system && m_system->needsNetwork());
}

bool Helper::isWritable(Role role) const
{
    if (m_isHint)
        return false;
    return role == Role::Store ? m_store && !m_store->isReadOnly()
                               : m_system && !m_system->isReadOnly();
}

Helper::Health &Helper::health(Role role, Direction direction)
{
    return m_health[2 * std::size_t(role) + std::size_t(direction)];
}

const Helper::Health &Helper::health(Role role, Direction direction) const
{
    return m_health[2 * std::size_t(role) + std::size_t(direction)];
}

bool Helper::isUsable(Role role, Direction direction) const
{
    return has(role) && !m_isHeldBack && !isResting(role, direction);
}

bool Helper::isResting(Role role, Direction direction) const
{
    return health(role, direction).rest.isActive();
}

void Helper::tellUsable(Role role, Direction direction)
{
    if (isUsable(role, direction))
        Q_EMIT usable(role, direction);
}

void Helper::setHeldBack(bool heldBack)
{
    if (m_isHeldBack == heldBack)
        return;
    m_isHeldBack = heldBack;
    Q_EMIT statusChanged();
    for (std::size_t i = 0; i < Healths; ++i)
        tellUsable(roleOf(i), directionOf(i));
}

void Helper::succeeded(const Call &call)
{
    Health &state = health(call.role, call.direction);
    state.failures = 0;
    state.problem = Problem();
    m_lastSuccess = QDateTime::currentDateTimeUtc();
    Q_EMIT statusChanged();
}

void Helper::failed(const Call &call, const Problem &problem)
{
    Health &state = health(call.role, call.direction);
    const bool wasResting = state.rest.isActive();
    heed(problem);
    if (m_isHeldBack)
        return;
    if (call.epoch != m_epoch)
        return tellUsable(call.role, call.direction);
    if (call.direction == Direction::Read && problem.kind() == Problem::Kind::Tampered)
        return lied(problem);
    // Calls that were sent together fail together: that is one failure, not many.
    if (!wasResting) {
        const auto longest = m_timing.retryFirst.count() << std::min(state.failures, 16);
        const auto delay = std::min<qint64>(longest, m_timing.retryMost.count());
        ++state.failures;
        restFor(state, delay / 2 + QRandomGenerator::global()->bounded(delay / 2 + 1));
    }
    const Problem named =
        Problem(problem.kind(), problem.detail(), m_url).withRetryAfter(problem.retryAfter());
    if (state.problem == named)
        return;
    state.problem = named;
    Q_EMIT statusChanged();
}

// Jittered, too: all who were turned away at once would come back at once.
void Helper::heed(const Problem &problem)
{
    const std::chrono::milliseconds span = std::min(problem.retryAfter(), m_timing.retryAfterMost);
    if (span.count() <= 0 || m_asked.remainingTime() >= span.count())
        return;
    m_asked = QDeadlineTimer(span);
    const qint64 jitter =
        QRandomGenerator::global()->bounded(qint64(m_timing.retryFirst.count()) + 1);
    for (Health &state : m_health)
        restFor(state, span.count() + jitter);
}

void Helper::restFor(Health &state, qint64 span)
{
    if (state.rest.remainingTime() < span)
        state.rest.start(int(span));
}

void Helper::lied(const Problem &problem)
{
    m_lie = Problem(problem.kind(), problem.detail(), m_url);
    Q_EMIT statusChanged();
}

void Helper::reset(bool abortCalls)
{
    // First: what abort() answers does not count.
    ++m_epoch;
    if (abortCalls && m_store && m_store->needsNetwork())
        m_store->abort();
    if (abortCalls && m_system && m_system->needsNetwork())
        m_system->abort();
    if (std::exchange(m_lie, Problem()))
        Q_EMIT statusChanged();
    for (std::size_t i = 0; i < Healths; ++i) {
        m_health[i].failures = 0;
        const bool wasResting = m_health[i].rest.isActive();
        m_health[i].rest.stop();
        if (wasResting && !m_asked.hasExpired())
            m_health[i].rest.start(int(m_asked.remainingTime()) + 1);
        else if (wasResting)
            tellUsable(roleOf(i), directionOf(i));
    }
}

void Helper::abort(Role role)
{
    ++m_epoch;
    if (role == Role::Store && m_store)
        m_store->abort();
    if (role == Role::System && m_system)
        m_system->abort();
}

void Helper::waitToPatrol(QObject *context, std::function<void(const PatrolTurn &)> begin)
{
    m_waitingPatrols.push_back({context, std::move(begin)});
    beginPatrol();
}

void Helper::beginPatrol()
{
    while (!m_isPatrolled && !m_waitingPatrols.empty()) {
        const WaitingPatrol next = std::move(m_waitingPatrols.front());
        m_waitingPatrols.pop_front();
        if (!next.context)
            continue;
        m_isPatrolled = true;
        // It may end in somebody's destructor: whoever is next begins when that is over.
        next.begin(PatrolTurn(this, [helper = QPointer<Helper>(this)](const void *) {
            if (!helper)
                return;
            helper->m_isPatrolled = false;
            QMetaObject::invokeMethod(helper.data(), &Helper::beginPatrol, Qt::QueuedConnection);
        }));
    }
}

HelperStatus Helper::status() const
{
    Problem failure;
    for (const Health &each : m_health)
        failure = graver(failure, each.problem);
    HelperStatus status;
    status.setUrl(m_url);
    status.setLastSuccess(m_lastSuccess);
    status.setProblem(graver(failure, m_lie));
    status.setUsable((m_store || m_system) && !m_isHeldBack && !failure);
    return status;
}

} // namespace RemoteLog
