// SPDX-License-Identifier: MIT
#include "patrol.h"

#include "engine/logging.h"
#include "storewalk.h"

#include <QRandomGenerator>

namespace RemoteLog {

Patrol::Patrol(const OwnLog &log, Helper *helper, const PublisherContext &context,
               std::function<bool()> mayGo, QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_helper(helper)
    , m_context(context)
    , m_mayGo(std::move(mayGo))
    , m_timer(this)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Patrol::advance);
    waitJittered(m_context.timing.patrolFirst);
}

Patrol::~Patrol() = default;

// All logs begin at the same time, and so do many who share a store.
void Patrol::waitJittered(std::chrono::milliseconds longest)
{
    const qint64 half = longest.count() / 2;
    m_timer.start(int(half + QRandomGenerator::global()->bounded(half + 1)));
}

void Patrol::advance()
{
    if (m_timer.isActive() || (m_walk && m_walk->isStepping()) || !m_helper || !m_mayGo())
        return;
    // Both: what is found missing again and again, and cannot be put back, is asked for in vain.
    for (const auto direction : {Helper::Direction::Read, Helper::Direction::Write}) {
        if (!m_helper->isUsable(Helper::Role::Store, direction))
            return;
    }
    if (!m_walk)
        begin();
    if (m_walk)
        m_walk->step();
}

void Patrol::begin()
{
    m_walk = std::make_unique<StoreWalk>(m_log, m_helper, m_context, nullptr);
    connect(m_walk.get(), &StoreWalk::stepped, this, &Patrol::pause);
    connect(m_walk.get(), &StoreWalk::failed, this, &Patrol::pause);
    connect(m_walk.get(), &StoreWalk::finished, this, &Patrol::end);
    if (const Problem problem = m_walk->begin())
        end(problem);
}

void Patrol::pause()
{
    m_timer.start(m_context.timing.patrolStep);
}

void Patrol::end(const Problem &problem)
{
    if (problem)
        qCWarning(engineLog) << "an own log is not looked after" << problem;
    else if (m_walk->missing() > 0)
        qCInfo(engineLog) << m_walk->restored() << "blocks were put back to a store";
    m_walk.release()->deleteLater(); // it is what calls us
    waitJittered(m_context.timing.patrolPause);
}

void Patrol::postpone()
{
    m_walk.reset();
    waitJittered(m_context.timing.patrolPause);
}

} // namespace RemoteLog
