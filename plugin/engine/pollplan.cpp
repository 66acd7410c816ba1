// SPDX-License-Identifier: MIT
#include "pollplan.h"

#include <algorithm>
#include <utility>

namespace RemoteLog {

namespace {

// A log is asked for about so many times while it is as old as its last news once more.
constexpr int PollsInItsAge = 10;

} // namespace

PollPlan::PollPlan(Span least, Span most, Random random)
    : m_least(least)
    , m_most(std::max(least, most))
    , m_random(std::move(random))
{
}

void PollPlan::add(const QString &log, Span activeAt, Span now)
{
    m_logs.insert(log, {std::min(activeAt, now), now});
}

void PollPlan::remove(const QString &log)
{
    m_logs.remove(log);
}

void PollPlan::active(const QString &log, Span now)
{
    const auto known = m_logs.find(log);
    if (known == m_logs.end())
        return;
    known->activeAt = now;
    known->dueAt = std::min(known->dueAt, after(*known, now));
}

void PollPlan::asked(const QString &log, Span now)
{
    const auto known = m_logs.find(log);
    if (known != m_logs.end())
        known->dueAt = after(*known, now);
}

void PollPlan::makeAllDue(Span now)
{
    for (Log &log : m_logs)
        log.dueAt = std::min(log.dueAt, now);
}

QStringList PollPlan::takeDue(Span now)
{
    QStringList due;
    for (auto log = m_logs.begin(); log != m_logs.end(); ++log) {
        if (log->dueAt > now)
            continue;
        due.append(log.key());
        log->dueAt = after(*log, now);
    }
    sort(&due);
    return due;
}

QStringList PollPlan::all() const
{
    QStringList logs = m_logs.keys();
    sort(&logs);
    return logs;
}

std::optional<PollPlan::Span> PollPlan::next() const
{
    const auto first = std::min_element(
        m_logs.begin(), m_logs.end(), [](const Log &a, const Log &b) { return a.dueAt < b.dueAt; });
    return first != m_logs.end() ? std::optional(first->dueAt) : std::nullopt;
}

PollPlan::Span PollPlan::patience(const QString &log, Span now) const
{
    const auto known = m_logs.find(log);
    return known != m_logs.end() ? std::clamp(now - known->activeAt, Span(0), m_most) : m_most;
}

// Up to a quarter earlier than the interval, never later.
PollPlan::Span PollPlan::after(const Log &log, Span now) const
{
    const Span interval = std::clamp((now - log.activeAt) / PollsInItsAge, m_least, m_most);
    return now + interval - Span(m_random(interval.count() / 4 + 1));
}

void PollPlan::sort(QStringList *logs) const
{
    std::sort(logs->begin(), logs->end(), [this](const QString &a, const QString &b) {
        return m_logs.value(a).activeAt > m_logs.value(b).activeAt;
    });
}

} // namespace RemoteLog
