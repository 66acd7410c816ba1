// SPDX-License-Identifier: MIT
#include "putturns.h"

#include <utility>

namespace RemoteLog {

PutTurns::PutTurns(int atOnce, QObject *parent)
    : QObject(parent)
    , m_atOnce(atOnce)
{
}

void PutTurns::wait(Of whose, QObject *context, Begin begin)
{
    (whose == Of::Writer ? m_writers : m_readers).push_back({context, std::move(begin)});
    advance();
}

void PutTurns::advance()
{
    while (beginNext(Of::Writer, m_atOnce) || beginNext(Of::Reader, m_atOnce - 1)) {}
}

// True if there may be another one.
bool PutTurns::beginNext(Of whose, int most)
{
    std::deque<Waiting> &waiting = whose == Of::Writer ? m_writers : m_readers;
    if (m_writing + m_puttingBack >= most || waiting.empty())
        return false;
    const Waiting next = std::move(waiting.front());
    waiting.pop_front();
    if (!next.context)
        return true;
    int PutTurns::*const underWay =
        whose == Of::Writer ? &PutTurns::m_writing : &PutTurns::m_puttingBack;
    ++(this->*underWay);
    // It may end in somebody's destructor: whoever is next begins when that is over.
    next.begin(Turn(this, [turns = QPointer<PutTurns>(this), underWay](const void *) {
        if (!turns)
            return;
        --(turns.data()->*underWay);
        QMetaObject::invokeMethod(turns.data(), &PutTurns::advance, Qt::QueuedConnection);
    }));
    return true;
}

} // namespace RemoteLog
