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

// Urgent questions before a patient one that waits, too.
constexpr int MostUrgentInARow = 3;

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
    , m_puts(timing.namePutsAtOnce)
{
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

// ---- Wait

void NameLane::ask(const Question &question)
{
    const auto waiting = m_waiting.insert({question.place, question});
    m_waitingOf.insert_or_assign(question.asker, waiting);
    m_next.start(0);
}

void NameLane::askAtOnce(const Question &question)
{
    askedBeside();
    call(question, false);
}

void NameLane::askedBeside()
{
    // Not for all of them: a busy writer would keep every reader from asking.
    if (m_besideInARow >= m_timing.namesBurst / 2)
        return;
    ++m_besideInARow;
    m_rate.take(Place::now());
}

bool NameLane::hurry(const QObject *asker, const Place &place)
{
    const auto known = m_waitingOf.find(asker);
    if (known == m_waitingOf.end())
        return false;
    if (place < known->second->first) {
        auto node = m_waiting.extract(known->second);
        node.key() = place;
        known->second = m_waiting.insert(std::move(node));
        m_next.start(0);
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
    question.place = waiting->first;
    m_waiting.erase(waiting);
    m_waitingOf.erase(question.asker);
    return question;
}

// ---- Ask

// Whose turn it is; the end if there is no room for anyone.
NameLane::Waiting::iterator NameLane::next()
{
    const auto firstPatient = m_waiting.lower_bound(Place{true, Place::Moment::min()});
    int open = 0;
    int patient = 0;
    for (const Open &each : m_open) {
        open += each.isLimited ? 1 : 0;
        patient += each.isLimited && each.question.place.isPatient ? 1 : 0;
    }
    if (open >= m_atOnce)
        return m_waiting.end();
    const bool mayBePatient = firstPatient != m_waiting.end() && patient < m_atOnce - m_atOnce / 4;
    const bool mayBeUrgent = firstPatient != m_waiting.begin();
    if (mayBePatient && (!mayBeUrgent || m_urgentInARow >= MostUrgentInARow))
        return firstPatient;
    return mayBeUrgent ? m_waiting.begin() : m_waiting.end();
}

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
        const auto turn = next();
        if (turn == m_waiting.end())
            return; // the next answer goes on
        if (m_hasRate) {
            const auto wait = m_rate.wait(Place::now());
            if (wait.count() > 0)
                return m_next.start(std::chrono::ceil<std::chrono::milliseconds>(wait));
            m_rate.take(Place::now());
            m_besideInARow = 0;
        }
        m_urgentInARow = turn->first.isPatient ? 0 : m_urgentInARow + 1;
        call(take(turn), true);
    }
}

void NameLane::call(const Question &question, bool isLimited)
{
    const auto open =
        m_open.insert(m_open.end(), Open{question, isLimited, m_helper->begin(System, Read)});
    whenAnswered<Answer>(m_helper->system()->get(question.logName, AnswerLimit), this,
                         m_timing.nameGetLimit,
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
        done.question.answer(&answer);
    pump();
}

void NameLane::turnAway()
{
    while (!m_waiting.empty()) {
        const Question question = take(m_waiting.begin());
        question.answer(nullptr);
    }
}

} // namespace RemoteLog
