// SPDX-License-Identifier: MIT
#include "outgoingfacade.h"

#include "emitchanges.h"

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
        m_port->post([engine = m_engine, label] { engine->outgoing().open(label); });
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

// Asks the log in the worker, as soon as it is there.
template <class T>
QFuture<T> OutgoingFacade::ask(std::function<void(Publisher &, const Reply<T> &)> question)
{
    if (m_refusal)
        return Reply<T>::now(m_refusal);
    const Reply<T> reply;
    m_port->post([engine = m_engine, label = m_label, question = std::move(question), reply] {
        engine->outgoing().use(label, [question, reply](const Result<Publisher *> &log) {
            if (log.ok())
                question(*log.value(), reply);
            else
                reply.answer(log.problem());
        });
    });
    return reply.future();
}

QFuture<Problem> OutgoingFacade::withdraw(quint64 sequence)
{
    return ask<Problem>([sequence](Publisher &log, const Reply<Problem> &reply) {
        reply.answer(log.withdraw(sequence));
    });
}

QFuture<Problem> OutgoingFacade::acknowledge(const QList<quint64> &sequences)
{
    return ask<Problem>([sequences](Publisher &log, const Reply<Problem> &reply) {
        reply.answer(log.acknowledge(sequences));
    });
}

QFuture<Result<Audit>> OutgoingFacade::audit()
{
    return ask<Result<Audit>>(
        [](Publisher &log, const Reply<Result<Audit>> &reply) { log.audit(reply); });
}

QFuture<Result<QList<Entry>>> OutgoingFacade::read(quint64 first, int limit)
{
    return ask<Result<QList<Entry>>>(
        [first, limit](Publisher &log, const Reply<Result<QList<Entry>>> &reply) {
            reply.answer(log.read(first, limit));
        });
}

void OutgoingFacade::setStatus(const OutgoingStatus &status)
{
    const OutgoingStatus before = std::exchange(m_status, status);
    emitChanges(
        this,
        {{status.isReady != before.isReady || status.link != before.link,
          [this] { Q_EMIT readyChanged(); }},
         {status.pendingCount != before.pendingCount, [this] { Q_EMIT pendingCountChanged(); }},
         {status.problem != before.problem, [this] { Q_EMIT problemChanged(problem()); }},
         {status.head != before.head, [this] { Q_EMIT headPublished(m_status.head); }}});
}

} // namespace RemoteLog
