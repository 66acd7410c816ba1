// SPDX-License-Identifier: MIT
#include "gatewaysystem.h"

#include <utility>

namespace RemoteLog {

GatewaySystem::GatewaySystem(const HelperUrl &url, HttpClient &http,
                             HttpHelper::Credential credential, QObject *parent)
    : NameSystem(parent)
    , m_needsNetwork(url.needsNetwork)
    , m_calls(RecordAnswers::Server::Gateway, url.base, http, std::move(credential))
{
}

QFuture<Problem> GatewaySystem::put(const QString &, const QByteArray &)
{
    return QtFuture::makeReadyFuture(
        Problem(Problem::Kind::Rejected, QStringLiteral("a gateway is only read from")));
}

QFuture<Result<QList<QByteArray>>> GatewaySystem::get(const QString &logName, qint64 limit)
{
    const QString name = RecordCalls::canonical(logName);
    if (name.isEmpty())
        return QtFuture::makeReadyFuture(RecordCalls::Answer(RecordCalls::badName()));
    HttpRequest request;
    request.url = m_calls.url(QStringLiteral("/ipns/") + name,
                              QUrlQuery{{QStringLiteral("format"), QStringLiteral("ipns-record")}});
    return m_calls.get(name, request, limit);
}

} // namespace RemoteLog
