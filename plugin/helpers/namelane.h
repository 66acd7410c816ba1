// SPDX-License-Identifier: MIT
#pragma once

#include "helper.h"
#include "place.h"
#include "putturns.h"
#include "ratelimit.h"

#include <functional>
#include <list>
#include <map>
#include <unordered_map>

namespace RemoteLog {

// Asks one name system for records: a few questions at a time, and over the network only so many a
// second, however many logs are followed. Each has its turn: of the urgent ones only so many come
// before a patient one, and those leave room for the urgent ones while they hang. Who comes is
// chosen when all have asked who ask in one go: the order in which they do so decides nothing.
//
// Puts have turns of their own: a few at a time, so that those that take minutes leave room for
// whatever else goes the same way.
class NameLane : public QObject
{
    Q_OBJECT

public:
    using Answer = Result<QList<QByteArray>>;

    struct Question
    {
        QString logName;
        const QObject *asker = nullptr; // never called
        Place place;
        // Once, and never before ask() returns. Null: it was turned away, for the name system may
        // not be asked now.
        std::function<void(const Answer *)> answer;
    };

    NameLane(Helper *helper, const Timing &timing);

    // One question of an asker waits at a time.
    void ask(const Question &question);
    // Past all limits and those who wait; these make up for it.
    void askAtOnce(const Question &question);
    // So does a question that another one asked the name system himself.
    void askedBeside();
    // The question of this asker waits at this place if that is an earlier one. False if it does
    // not wait.
    bool hurry(const QObject *asker, const Place &place);
    // It gets no answer any more, and what of it waits is not asked.
    void forget(const QObject *asker);

    // Whoever puts a record waits here for his turn.
    PutTurns &puts() { return m_puts; }

private:
    using Waiting = std::multimap<Place, Question>; // the key is where it waits now

    struct Open
    {
        Question question;
        bool isLimited;
        Helper::Call call;
    };
    using Opens = std::list<Open>;

    void advance();
    void pump();
    Waiting::iterator next();
    Question take(Waiting::iterator waiting);
    void call(const Question &question, bool isLimited);
    void answered(Opens::iterator open, const Answer &answer);
    void turnAway();

    Helper *m_helper; // whose this is
    Timing m_timing;
    bool m_hasRate;
    int m_atOnce;
    RateLimit m_rate;
    Waiting m_waiting;
    int m_urgentInARow = 0; // since a patient one was asked
    int m_besideInARow = 0; // taken from the rate since one of those that wait was asked
    std::unordered_map<const QObject *, Waiting::iterator> m_waitingOf; // by the asker
    Opens m_open;
    QTimer m_next;
    PutTurns m_puts;
};

} // namespace RemoteLog
