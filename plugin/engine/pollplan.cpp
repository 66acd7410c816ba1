// SPDX-License-Identifier: MIT
#include "pollplan.h"

#include <algorithm>
#include <utility>

namespace RemoteLog {

namespace {

// A log is asked for about so many times while it is as old as its last news once more.
constexpr int PollsInItsAge = 10;

} // namespace

PollPlan::PollPlan(Span least, Span most, int always, Random random)
    : m_least(least)
    , m_most(std::max(least, most))
    , m_always(std::max(always, 1))
    , m_random(std::move(random))
{
}

void PollPlan::add(const QString &log, Span activeAt, Span now)
{
    const auto known = m_logs.constFind(log);
    const Span seenAt = known != m_logs.constEnd() ? known->activeAt : activeAt;
    m_logs.insert(log, {std::min(std::max(activeAt, seenAt), now), now});
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
    std::vector<std::pair<Span, QString>> due;
    for (auto log = m_logs.begin(); log != m_logs.end(); ++log) {
        if (log->dueAt > now)
            continue;
        due.emplace_back(log->activeAt, log.key());
        log->dueAt = after(*log, now);
    }
    return sorted(std::move(due));
}

QStringList PollPlan::all() const
{
    std::vector<std::pair<Span, QString>> logs;
    for (auto log = m_logs.begin(); log != m_logs.end(); ++log)
        logs.emplace_back(log->activeAt, log.key());
    return sorted(std::move(logs));
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
    const Span most = std::clamp<Span>(m_least * m_logs.size() / m_always, m_least, m_most);
    const Span interval = std::clamp((now - log.activeAt) / PollsInItsAge, m_least, most);
    return now + interval - Span(m_random(interval.count() / 4 + 1));
}

QStringList PollPlan::sorted(std::vector<std::pair<Span, QString>> logs)
{
    std::sort(logs.begin(), logs.end(), std::greater<>());
    QStringList names;
    for (const auto &[activeAt, log] : logs)
        names.append(log);
    return names;
}

} // namespace RemoteLog
