// SPDX-License-Identifier: MIT
#include "incomingfacade.h"

namespace RemoteLog {

IncomingFacade::IncomingFacade(const LogLink &link, Engine *engine,
                               std::shared_ptr<EnginePort> port, QObject *parent)
    : IncomingLog(parent)
    , m_link(link)
    , m_identity(identityOf(link))
    , m_engine(engine)
    , m_port(std::move(port))
{
}

void IncomingFacade::start()
{
    m_port->post([engine = m_engine, identity = m_identity] { engine->start(identity); });
}

void IncomingFacade::commit(quint64 sequence)
{
    m_port->post([engine = m_engine, identity = m_identity, sequence] {
        engine->commit(identity, sequence);
    });
}

void IncomingFacade::checkNow()
{
    m_port->post([engine = m_engine, identity = m_identity] { engine->check(identity); });
}

void IncomingFacade::setStatus(const IncomingStatus &status)
{
    const IncomingStatus before = std::exchange(m_status, status);
    if (status.head != before.head)
        Q_EMIT headChanged(status.head);
    if (status.position != before.position)
        Q_EMIT positionChanged();
    if (status.problem != before.problem)
        Q_EMIT problemChanged(status.problem);
}

} // namespace RemoteLog
