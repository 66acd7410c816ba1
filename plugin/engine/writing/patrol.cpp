// SPDX-License-Identifier: MIT
#include "patrol.h"

#include "engine/logging.h"
#include "storewalk.h"

#include <QRandomGenerator>

#include <cstdlib>

namespace RemoteLog {

namespace {

constexpr int MostFailures = 3;

// It would be refused again.
bool isFinal(const Problem &problem)
{
    return problem.kind() == Problem::Kind::Rejected || problem.kind() == Problem::Kind::Unsupported
           || problem.kind() == Problem::Kind::TooLarge;
}

} // namespace

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
    connect(&m_timer, &QTimer::timeout, this, [this] {
        m_turn.reset();
        advance();
    });
    waitJittered(m_context.timing.patrolFirst);
}

Patrol::~Patrol() = default;

// ---- When

// All logs begin at the same time, and so do many who share a store.
void Patrol::waitJittered(std::chrono::milliseconds longest)
{
    const qint64 half = longest.count() / 2;
    m_rest = std::chrono::milliseconds(half + QRandomGenerator::global()->bounded(half + 1));
    m_since = m_context.clock();
    m_timer.start(m_rest);
}

bool Patrol::isDue() const
{
    if (!m_timer.isActive())
        return true;
    // The timer stands still while the computer sleeps. The clock may have been set, too: better a
    // round too many.
    return !m_walk && std::abs(m_since.msecsTo(m_context.clock())) >= m_rest.count();
}

bool Patrol::mayStep() const
{
    return m_helper && m_mayGo()
           && m_helper->isUsable(Helper::Role::Store, Helper::Direction::Write);
}

void Patrol::advance()
{
    if (!isDue() || m_isQueued || m_turn || (m_walk && m_walk->isStepping()) || !mayStep())
        return;
    m_isQueued = true;
    m_helper->waitToPatrol(this, [this](const Helper::PatrolTurn &turn) {
        m_isQueued = false;
        if (!isDue() || !mayStep())
            return;
        m_turn = turn;
        step();
    });
}

void Patrol::postpone()
{
    m_walk.reset();
    m_turn.reset();
    waitJittered(m_context.timing.patrolPause);
}

// ---- Go

void Patrol::step()
{
    if (!m_walk)
        begin();
    if (m_walk)
        m_walk->step();
}

void Patrol::begin()
{
    m_failures = 0;
    m_walk = std::make_unique<StoreWalk>(m_log, m_helper, m_context, nullptr);
    connect(m_walk.get(), &StoreWalk::stepped, this, &Patrol::stepped);
    connect(m_walk.get(), &StoreWalk::failed, this, &Patrol::failed);
    connect(m_walk.get(), &StoreWalk::finished, this, &Patrol::end);
    if (const Problem problem = m_walk->begin())
        end(problem);
}

void Patrol::stepped()
{
    m_failures = 0;
    m_timer.start(m_context.timing.patrolStep);
}

void Patrol::failed(const Problem &problem)
{
    m_failures += int(bool(problem));
    if (isFinal(problem) || m_failures >= MostFailures)
        end(problem);
    else
        m_timer.start(m_context.timing.patrolStep);
}

void Patrol::end(const Problem &problem)
{
    if (problem)
        qCWarning(engineLog) << "a store was not looked through" << problem;
    else if (m_walk->missing() > 0)
        qCInfo(engineLog) << m_walk->restored() << "blocks were put back to a store";
    m_walk.release()->deleteLater(); // it is what calls us
    m_turn.reset();
    waitJittered(m_context.timing.patrolPause);
}

} // namespace RemoteLog
