// SPDX-License-Identifier: MIT
#pragma once

#include "engine/engine.h"

#include <RemoteLog/outgoinglog.h>

namespace RemoteLog {

// An own log as the host sees it: keeps the last status that the worker reported, passes calls on.
class OutgoingFacade : public OutgoingLog
{
    Q_OBJECT

public:
    // `refusal`: what every call answers, if the log can never work (a bad label).
    OutgoingFacade(const QString &label, Engine *engine, std::shared_ptr<EnginePort> port,
                   std::shared_ptr<AppendQueue> appends, const Problem &refusal, QObject *parent);

    QString label() const override { return m_label; }
    bool isReady() const override { return m_status.isReady; }
    LogLink link() const override { return m_status.link; }
    Head head() const override { return m_status.head; }
    int pendingCount() const override { return m_status.pendingCount; }
    Problem problem() const override { return m_refusal ? m_refusal : m_status.problem; }
    QFuture<Result<quint64>> append(const QByteArray &payload, const QByteArray &id) override;
    QFuture<Result<quint64>> appendAll(const QList<QByteArray> &payloads) override;
    QFuture<Problem> withdraw(quint64 sequence) override;
    QFuture<Problem> acknowledge(const QList<quint64> &sequences) override;
    QFuture<Result<Audit>> audit() override;
    QFuture<Result<QList<Entry>>> read(quint64 first, int limit) override;

    void setStatus(const OutgoingStatus &status);

private:
    template <class T>
    QFuture<T> ask(std::function<void(Publisher &, const Reply<T> &)> question);
    QFuture<Result<quint64>> push(const QList<QByteArray> &payloads, const QByteArray &id);

    QString m_label;
    Engine *m_engine; // only ever touched in work posted to the port
    std::shared_ptr<EnginePort> m_port;
    std::shared_ptr<AppendQueue> m_appends;
    Problem m_refusal;
    OutgoingStatus m_status;
};

} // namespace RemoteLog
