// SPDX-License-Identifier: MIT
#pragma once

#include "recordcalls.h"

#include <RemoteLog/namesystem.h>

namespace RemoteLog {

// A delegated routing server as name system, `routing+https://host[/path]` ("Delegated Routing HTTP
// API V1", IPNS): a service that puts records into the DHT for others, or a node's gateway port.
class RoutingSystem : public NameSystem
{
    Q_OBJECT

public:
    // `http` outlives it.
    RoutingSystem(const HelperUrl &url, HttpClient &http, HttpHelper::Credential credential,
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
