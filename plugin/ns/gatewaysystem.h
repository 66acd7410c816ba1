// SPDX-License-Identifier: MIT
#pragma once

#include "recordcalls.h"

#include <RemoteLog/namesystem.h>

namespace RemoteLog {

// A trustless gateway as name system, `gateway+https://host` ("Trustless Gateway Specification",
// format=ipns-record). It is only read from.
class GatewaySystem : public NameSystem
{
    Q_OBJECT

public:
    // `http` outlives it.
    GatewaySystem(const HelperUrl &url, HttpClient &http, HttpHelper::Credential credential,
                  QObject *parent = nullptr);

    bool needsNetwork() const override { return m_needsNetwork; }
    bool isReadOnly() const override { return true; }
    void abort() override { m_calls.abort(); }
    int embedLimit() const override { return RecordCalls::EmbedLimit; }
    QFuture<Problem> put(const QString &logName, const QByteArray &record) override;
    QFuture<Result<QList<QByteArray>>> get(const QString &logName, qint64 limit) override;

private:
    bool m_needsNetwork;
    RecordCalls m_calls;
};

} // namespace RemoteLog
