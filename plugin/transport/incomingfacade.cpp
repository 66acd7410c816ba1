// SPDX-License-Identifier: MIT
#include "incomingfacade.h"

#include "emitchanges.h"

namespace RemoteLog {

IncomingFacade::IncomingFacade(const LogLink &link, int generation, Engine *engine,
                               std::shared_ptr<EnginePort> port, QObject *parent)
    : IncomingLog(parent)
    , m_link(link)
    , m_key{identityOf(link), generation}
    , m_engine(engine)
    , m_port(std::move(port))
{
}

void IncomingFacade::start()
{
    m_port->post([engine = m_engine, key = m_key] { engine->incoming().start(key); });
}

void IncomingFacade::commit(quint64 sequence)
{
    m_port->post(
        [engine = m_engine, key = m_key, sequence] { engine->incoming().commit(key, sequence); });
}

void IncomingFacade::checkNow()
{
    m_port->post([engine = m_engine, key = m_key] { engine->incoming().check(key); });
}

void IncomingFacade::setStatus(const IncomingStatus &status)
{
    const IncomingStatus before = std::exchange(m_status, status);
    emitChanges(
        this,
        {{status.position != before.position, [this] { Q_EMIT positionChanged(); }},
         {status.problem != before.problem, [this] { Q_EMIT problemChanged(m_status.problem); }},
         {status.head != before.head, [this] { Q_EMIT headChanged(m_status.head); }}});
}

} // namespace RemoteLog
