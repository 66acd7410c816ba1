// SPDX-License-Identifier: MIT
#include "namelane.h"

#include "call.h"

#include "log/namerecord.h"

#include <algorithm>
#include <utility>

namespace RemoteLog {

namespace {

// More bytes than so many records have are not wanted from anyone.
constexpr qint64 AnswerLimit = MaxNameRecords * MaxNameRecordSize;

constexpr Helper::Role System = Helper::Role::System;
constexpr Helper::Direction Read = Helper::Direction::Read;

} // namespace

NameLane::NameLane(Helper *helper, const Timing &timing)
    : m_helper(helper)
    , m_timing(timing)
    , m_hasRate(helper->system()->needsNetwork())
    , m_atOnce(m_hasRate ? timing.namesAtOnce : timing.namesAtOnceHere)
    , m_rate(timing.namesRate, timing.namesBurst)
    , m_next(this)
{
    m_clock.start();
    m_next.setSingleShot(true);
    m_next.setTimerType(Qt::PreciseTimer);
    connect(&m_next, &QTimer::timeout, this, &NameLane::advance);
    // When it is held back, who waits is told so; not now, for whoever does that is in the middle
    // of it.
    connect(helper, &Helper::statusChanged, this, [this] {
        if (!m_waiting.empty() && !m_helper->isUsable(System, Read))
            m_next.start(0);
    });
}

std::chrono::microseconds NameLane::now() const
{
    return std::chrono::microseconds(m_clock.nsecsElapsed() / 1000);
}

// ---- Wait

void NameLane::ask(const Question &question)
{
    const auto waiting = m_waiting.insert({now() + question.patience, question});
    m_waitingOf.insert_or_assign(question.asker, waiting);
    pump();
}

void NameLane::askAtOnce(const Question &question)
{
    call(question, false);
}

bool NameLane::hurry(const QObject *asker, std::chrono::milliseconds patience)
{
    const auto known = m_waitingOf.find(asker);
    if (known == m_waitingOf.end())
        return false;
    if (known->second->first > now() + patience) {
        auto node = m_waiting.extract(known->second);
        node.key() = now() + patience;
        known->second = m_waiting.insert(std::move(node));
    }
    return true;
}

void NameLane::forget(const QObject *asker)
{
    const auto known = m_waitingOf.find(asker);
    if (known != m_waitingOf.end())
        take(known->second);
    for (Open &open : m_open) {
        if (open.question.asker == asker)
            open.question.answer = nullptr;
    }
}

NameLane::Question NameLane::take(Waiting::iterator waiting)
{
    Question question = std::move(waiting->second);
    m_waiting.erase(waiting);
    m_waitingOf.erase(question.asker);
    return question;
}

bool NameLane::hasRoom() const
{
    return std::count_if(m_open.begin(), m_open.end(),
                         [](const Open &open) { return open.isLimited; })
           < m_atOnce;
}

// ---- Ask

void NameLane::advance()
{
    if (m_helper->isUsable(System, Read))
        pump();
    else
        turnAway();
}

void NameLane::pump()
{
    while (!m_waiting.empty()) {
        if (!m_helper->isUsable(System, Read))
            return m_next.start(0); // to say so: ask() answers nobody
        if (!hasRoom())
            return; // the next answer goes on
        const auto wait = m_hasRate ? m_rate.wait(now()) : std::chrono::microseconds(0);
        if (wait.count() > 0)
            return m_next.start(std::chrono::ceil<std::chrono::milliseconds>(wait));
        m_rate.take(now());
        call(take(m_waiting.begin()), true);
    }
}

void NameLane::call(const Question &question, bool isLimited)
{
    const auto open =
        m_open.insert(m_open.end(), Open{question, isLimited, m_helper->begin(System, Read)});
    whenAnswered<Answer>(m_helper->system()->get(question.logName, AnswerLimit), this,
                         m_timing.callLimit,
                         [this, open](const Answer &answer) { answered(open, answer); });
}

void NameLane::answered(Opens::iterator open, const Answer &answer)
{
    const Open done = std::move(*open);
    m_open.erase(open);
    if (answer.ok())
        m_helper->succeeded(done.call);
    else
        m_helper->failed(done.call, answer.problem());
    if (done.question.answer)
        done.question.answer(answer);
    pump();
}

void NameLane::turnAway()
{
    const Problem problem = m_helper->problem(System, Read);
    const Problem why = problem ? problem
                                : Problem(Problem::Kind::WillRetry,
                                          QStringLiteral("the name system may not be asked now"));
    while (!m_waiting.empty()) {
        const Question question = take(m_waiting.begin());
        question.answer(why);
    }
}

} // namespace RemoteLog
