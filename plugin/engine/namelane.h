// SPDX-License-Identifier: MIT
#pragma once

#include "helper.h"
#include "ratelimit.h"

#include <QElapsedTimer>

#include <functional>
#include <list>
#include <map>
#include <unordered_map>

namespace RemoteLog {

// Asks one name system for records: a few questions at a time, and over the network only so many a
// second, however many logs are followed. Who has least patience comes first, but patience is
// bounded and begins when the question is put, so that each has its turn.
class NameLane : public QObject
{
    Q_OBJECT

public:
    using Answer = Result<QList<QByteArray>>;

    struct Question
    {
        QString logName;
        const QObject *asker = nullptr; // never called
        // What is put later by so much may come first. Negative: this one overtakes.
        std::chrono::milliseconds patience{0};
        std::function<void(const Answer &)> answer; // once, and never before ask() returns
    };

    NameLane(Helper *helper, const Timing &timing);

    // One question of an asker waits at a time.
    void ask(const Question &question);
    // Past all limits and those who wait.
    void askAtOnce(const Question &question);
    // The question of this asker waits no longer than this patience says from now on. False if it
    // does not wait.
    bool hurry(const QObject *asker, std::chrono::milliseconds patience);
    // It gets no answer any more, and what of it waits is not asked.
    void forget(const QObject *asker);

private:
    using Waiting = std::multimap<std::chrono::microseconds, Question>; // until when it is patient

    struct Open
    {
        Question question;
        bool isLimited;
        Helper::Call call;
    };
    using Opens = std::list<Open>;

    void advance();
    void pump();
    bool hasRoom() const;
    Question take(Waiting::iterator waiting);
    void call(const Question &question, bool isLimited);
    void answered(Opens::iterator open, const Answer &answer);
    void turnAway();
    std::chrono::microseconds now() const;

    Helper *m_helper; // whose this is
    Timing m_timing;
    bool m_hasRate;
    int m_atOnce;
    RateLimit m_rate;
    QElapsedTimer m_clock;
    Waiting m_waiting;
    std::unordered_map<const QObject *, Waiting::iterator> m_waitingOf; // by the asker
    Opens m_open;
    QTimer m_next;
};

} // namespace RemoteLog
