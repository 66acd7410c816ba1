// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <chrono>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace RemoteLog {

// When which log is asked for again: the longer a log had no news, the rarer, but no rarer
// than so many logs require, and jittered, so that logs that were asked together do not stay
// together. Plans only: asks nobody and has no clock. Moments are counted from any that stays the
// same; they may be negative.
class PollPlan
{
public:
    using Span = std::chrono::milliseconds;
    // A number below the one given, by chance.
    using Random = std::function<qint64(qint64)>;

    // Every log is due after `most` at the latest, and while there are no more than `always` of
    // them after `least`; in between the limit grows with their number.
    PollPlan(Span least, Span most, int always, Random random);

    // A log that had news last at `activeAt`, or later if that is known; due at once.
    void add(const QString &log, Span activeAt, Span now);
    void remove(const QString &log);
    void clear() { m_logs.clear(); }
    // There is news of it: it is due soon again.
    void active(const QString &log, Span now);
    // It was asked for out of turn.
    void asked(const QString &log, Span now);
    void makeAllDue(Span now);

    // What is due, the most recently active first; each of them will be due again.
    QStringList takeDue(Span now);
    // All, in the same order.
    QStringList all() const;
    // When something is due next; nothing if there are no logs.
    std::optional<Span> next() const;

    // How long others that are asked for later may go before this one: the longer, the less it was
    // active.
    Span patience(const QString &log, Span now) const;

private:
    struct Log
    {
        Span activeAt;
        Span dueAt;
    };
    Span after(const Log &log, Span now) const;
    static QStringList sorted(std::vector<std::pair<Span, QString>> logs);

    Span m_least;
    Span m_most;
    int m_always;
    Random m_random;
    QHash<QString, Log> m_logs;
};

} // namespace RemoteLog
