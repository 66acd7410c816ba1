// SPDX-License-Identifier: MIT
#include "outgoingfacade.h"

namespace RemoteLog {

OutgoingFacade::OutgoingFacade(const QString &label, Engine *engine,
                               std::shared_ptr<EnginePort> port,
                               std::shared_ptr<AppendQueue> appends, const Problem &refusal,
                               QObject *parent)
    : OutgoingLog(parent)
    , m_label(label)
    , m_engine(engine)
    , m_port(std::move(port))
    , m_appends(std::move(appends))
    , m_refusal(refusal)
{
    if (!m_refusal)
        m_port->post([engine = m_engine, label] { engine->openLog(label); });
}

QFuture<Result<quint64>> OutgoingFacade::append(const QByteArray &payload, const QByteArray &id)
{
    return push({payload}, id);
}

QFuture<Result<quint64>> OutgoingFacade::appendAll(const QList<QByteArray> &payloads)
{
    return push(payloads, {});
}

QFuture<Result<quint64>> OutgoingFacade::push(const QList<QByteArray> &payloads,
                                              const QByteArray &id)
{
    if (m_refusal)
        return Reply<Result<quint64>>::now(m_refusal);
    const Reply<Result<quint64>> reply;
    // The worker looks once for all that gathered since it looked last.
    if (m_appends->push({m_label, payloads, id, reply}))
        m_port->post([engine = m_engine] { engine->append(); });
    return reply.future();
}

QFuture<Problem> OutgoingFacade::withdraw(quint64 sequence)
{
    if (m_refusal)
        return Reply<Problem>::now(m_refusal);
    const Reply<Problem> reply;
    m_port->post([engine = m_engine, label = m_label, sequence, reply] {
        engine->withdraw(label, sequence, reply);
    });
    return reply.future();
}

QFuture<Problem> OutgoingFacade::acknowledge(const QList<quint64> &sequences)
{
    if (m_refusal)
        return Reply<Problem>::now(m_refusal);
    const Reply<Problem> reply;
    m_port->post([engine = m_engine, label = m_label, sequences, reply] {
        engine->acknowledge(label, sequences, reply);
    });
    return reply.future();
}

QFuture<Result<Audit>> OutgoingFacade::audit()
{
    if (m_refusal)
        return Reply<Result<Audit>>::now(m_refusal);
    const Reply<Result<Audit>> reply;
    m_port->post([engine = m_engine, label = m_label, reply] { engine->audit(label, reply); });
    return reply.future();
}

QFuture<Result<QList<Entry>>> OutgoingFacade::read(quint64 first, int limit)
{
    if (m_refusal)
        return Reply<Result<QList<Entry>>>::now(m_refusal);
    const Reply<Result<QList<Entry>>> reply;
    m_port->post([engine = m_engine, label = m_label, first, limit, reply] {
        engine->read(label, first, limit, reply);
    });
    return reply.future();
}

void OutgoingFacade::setStatus(const OutgoingStatus &status)
{
    const OutgoingStatus before = std::exchange(m_status, status);
    m_status.head = before.head; // moves with published()
    if (m_status.head.isNull())
        m_status.head = status.head;
    if (before.head.isNull() && !status.head.isNull())
        Q_EMIT headPublished(status.head); // by an earlier run
    if (status.isReady != before.isReady || status.link.toUrl() != before.link.toUrl())
        Q_EMIT readyChanged();
    if (status.pendingCount != before.pendingCount)
        Q_EMIT pendingCountChanged();
    if (status.problem != before.problem)
        Q_EMIT problemChanged(status.problem);
}

void OutgoingFacade::published(const Head &head)
{
    m_status.head = head;
    Q_EMIT headPublished(head);
}

} // namespace RemoteLog
