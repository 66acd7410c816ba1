// SPDX-License-Identifier: MIT
#include "helper.h"

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
    for (Health &role : m_health) {
        role.rest.setSingleShot(true);
        connect(&role.rest, &QTimer::timeout, this, &Helper::usable);
    }
    if (m_store)
        connect(m_store.get(), &ContentStore::changed, this, &Helper::storeChanged);
    if (m_system)
        connect(m_system.get(), &NameSystem::changed, this, &Helper::nameChanged);
}

Helper::~Helper() = default;

bool Helper::needsNetwork() const
{
    return (m_store && m_store->needsNetwork()) || (m_system && m_system->needsNetwork());
}

void Helper::setHeldBack(bool heldBack)
{
    if (m_isHeldBack == heldBack)
        return;
    m_isHeldBack = heldBack;
    Q_EMIT statusChanged();
    if (!heldBack)
        Q_EMIT usable();
}

bool Helper::isUsable(Role role) const
{
    return has(role) && !m_isHeldBack && !isResting(role);
}

bool Helper::isResting(Role role) const
{
    return health(role).rest.isActive();
}

void Helper::succeeded(Role role)
{
    Health &state = health(role);
    const bool wasFailing = state.failures > 0;
    state.failures = 0;
    state.problem = Problem();
    state.rest.stop();
    m_lastSuccess = QDateTime::currentDateTimeUtc();
    Q_EMIT statusChanged();
    if (wasFailing)
        Q_EMIT usable();
}

void Helper::failed(Role role, const Problem &problem)
{
    if (m_isHeldBack)
        return;
    Health &state = health(role);
    // Calls that were sent together fail together: that is one failure, not many.
    if (!state.rest.isActive()) {
        const auto longest = m_timing.retryFirst.count() << std::min(state.failures, 16);
        const auto delay = std::min<qint64>(longest, m_timing.retryMost.count());
        ++state.failures;
        state.rest.start(int(delay / 2 + QRandomGenerator::global()->bounded(delay / 2 + 1)));
    }
    const Problem named(problem.kind(), problem.detail(), m_url);
    if (state.problem == named)
        return;
    state.problem = named;
    Q_EMIT statusChanged();
}

void Helper::reset(bool abortCalls)
{
    if (abortCalls && m_store && m_store->needsNetwork())
        m_store->abort();
    if (abortCalls && m_system && m_system->needsNetwork())
        m_system->abort();
    bool wasResting = false;
    for (Health &role : m_health) {
        wasResting = wasResting || role.rest.isActive();
        role.failures = 0;
        role.rest.stop();
    }
    if (wasResting)
        Q_EMIT usable();
}

HelperStatus Helper::status() const
{
    HelperStatus status;
    status.setUrl(m_url);
    status.setLastSuccess(m_lastSuccess);
    const Problem problem = m_health[0].problem ? m_health[0].problem : m_health[1].problem;
    status.setProblem(problem);
    status.setUsable((m_store || m_system) && !m_isHeldBack && !problem);
    return status;
}

} // namespace RemoteLog
