// SPDX-License-Identifier: MIT
#include "waker.h"

#include <utility>

namespace RemoteLog {

Waker::Waker(OutgoingLogs &outgoing, IncomingLogs &incoming, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_outgoing(outgoing)
    , m_incoming(incoming)
    , m_poll(this)
    , m_soon(this)
{
    m_poll.setInterval(timing.poll);
    m_soon.setSingleShot(true);
    m_soon.setInterval(0);
    connect(&m_poll, &QTimer::timeout, this, &Waker::tick);
    connect(&m_soon, &QTimer::timeout, this, &Waker::wake);
    connect(&m_outgoing, &OutgoingLogs::added, this, &Waker::wakeWriters);
}

void Waker::start()
{
    m_poll.start();
}

void Waker::stop()
{
    m_poll.stop();
    m_soon.stop();
}

// ---- On the event

void Waker::wakeAll()
{
    m_wakesWriters = m_wakesReaders = m_asksNames = true;
    wakeSoon();
}

void Waker::wakeWriters()
{
    m_wakesWriters = true;
    wakeSoon();
}

void Waker::helperUsable(Helper::Role role, Helper::Direction direction)
{
    // Only who waited for this: names are not asked again because a folder takes blocks again. An
    // own name that could not be resolved is the writer's business, too.
    const bool isName = role == Helper::Role::System;
    const bool isRead = direction == Helper::Direction::Read;
    m_wakesWriters = m_wakesWriters || !isRead || isName;
    m_wakesReaders = m_wakesReaders || isRead;
    m_asksMissed = m_asksMissed || (isRead && isName);
    wakeSoon();
}

// Several helpers become usable at once: one round for all.
void Waker::wakeSoon()
{
    if (!m_soon.isActive())
        m_soon.start();
}

void Waker::wake()
{
    const bool asksNames = std::exchange(m_asksNames, false);
    const bool asksMissed = std::exchange(m_asksMissed, false);
    const bool wakesWriters = std::exchange(m_wakesWriters, false);
    const bool wakesReaders = std::exchange(m_wakesReaders, false);
    if (!m_poll.isActive())
        return;
    if (wakesWriters)
        m_outgoing.advance();
    if (m_isPaused || !wakesReaders)
        return;
    if (asksNames)
        return m_incoming.check();
    if (asksMissed)
        m_incoming.checkMissed(false);
    m_incoming.goOn();
}

void Waker::checkAll()
{
    if (!m_poll.isActive())
        return;
    m_outgoing.advance();
    if (!m_isPaused)
        m_incoming.check();
}

// ---- Behind the events, for events get lost

// When names are asked is planned elsewhere, but for those who gave no proper answer: not every one
// of them says when it may be asked again.
void Waker::tick()
{
    m_outgoing.advance();
    if (m_isPaused)
        return;
    m_incoming.followWanted();
    m_incoming.checkMissed(true);
    m_incoming.goOn();
}

} // namespace RemoteLog
