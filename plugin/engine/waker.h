// SPDX-License-Identifier: MIT
#pragma once

#include "engine/reading/incominglogs.h"
#include "engine/writing/outgoinglogs.h"

namespace RemoteLog {

// Wakes the logs of a profile that is unlocked: each for what it waited for, on the event, and on a
// slow timer behind the events. Reasons that come together make one round.
class Waker : public QObject
{
    Q_OBJECT

public:
    Waker(OutgoingLogs &outgoing, IncomingLogs &incoming, const Timing &timing, QObject *parent);

    // Nobody is woken before, or after stop().
    void start();
    void stop();
    // No reader is woken meanwhile. Writers know by themselves.
    void setPaused(bool paused) { m_isPaused = paused; }

    // The world is another one: everybody does what he can, and all names are asked for.
    void wakeAll();
    void wakeWriters();
    void helperUsable(Helper::Role role, Helper::Direction direction);
    // As wakeAll(), but now.
    void checkAll();

private:
    void wakeSoon();
    void wake();
    void tick();

    OutgoingLogs &m_outgoing;
    IncomingLogs &m_incoming;
    QTimer m_poll;
    QTimer m_soon;
    bool m_isPaused = false;
    bool m_wakesWriters = false; // when it fires
    bool m_wakesReaders = false;
    bool m_asksNames = false;
    bool m_asksMissed = false; // only those who could not be asked before
};

} // namespace RemoteLog
