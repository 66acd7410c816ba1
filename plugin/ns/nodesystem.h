// SPDX-License-Identifier: MIT
#pragma once

#include "recordcalls.h"

#include <RemoteLog/namesystem.h>

namespace RemoteLog {

// An IPFS node as name system, by its RPC, `kubo+http://host:port` (Kubo, "RPC API v0", name/get
// and name/put: from 0.40 on).
class NodeSystem : public NameSystem
{
    Q_OBJECT

public:
    // `http` outlives it.
    NodeSystem(const HelperUrl &url, HttpClient &http, HttpHelper::Credential credential,
               QObject *parent = nullptr);

    bool needsNetwork() const override { return m_needsNetwork; }

    void abort() override { m_calls.abort(); }
    int embedLimit() const override { return RecordCalls::EmbedLimit; }
    QFuture<Problem> put(const QString &logName, const QByteArray &record) override;
    QFuture<Result<QList<QByteArray>>> get(const QString &logName, qint64 limit) override;

private:
    bool m_needsNetwork;
    RecordCalls m_calls;
};

} // namespace RemoteLog
