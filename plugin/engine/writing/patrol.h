// SPDX-License-Identifier: MIT
#pragma once

#include "publishercontext.h"

#include <QPointer>
#include <QTimer>

#include <functional>
#include <memory>

namespace RemoteLog {

class StoreWalk;

// Redundancy that repairs itself: a while after the start, and daily from then on, one content
// store is slowly asked for all that it is said to hold of one own log, and given what it lacks.
// Nobody waits for that, so everything else goes first, patrols of other logs take turns with it,
// and what the store refuses waits for another day; otherwise it goes on where it was interrupted.
class Patrol : public QObject
{
    Q_OBJECT

public:
    // `log` is its owner's and grows. `mayGo` says whether nothing else is to be done first.
    Patrol(const OwnLog &log, Helper *helper, const PublisherContext &context,
           std::function<bool()> mayGo, QObject *parent);
    ~Patrol() override;

    // Goes on if it waited for something else than time.
    void advance();
    // Somebody else looks for everything now: the next round is a day away.
    void postpone();

private:
    void waitJittered(std::chrono::milliseconds longest);
    bool isDue() const;
    bool mayStep() const;
    void step();
    void begin();
    void stepped();
    void failed(const Problem &problem);
    void end(const Problem &problem);

    const OwnLog &m_log;
    QPointer<Helper> m_helper;
    PublisherContext m_context;
    std::function<bool()> m_mayGo;
    QTimer m_timer; // nothing is done before
    QDateTime m_since; // the last round
    std::chrono::milliseconds m_rest{0}; // from then to the next one
    std::unique_ptr<StoreWalk> m_walk; // of the round under way
    int m_failures = 0; // of the same batch
    bool m_isQueued = false; // for its turn
    Helper::PatrolTurn m_turn;
};

} // namespace RemoteLog
