// SPDX-License-Identifier: MIT
#include "routingsystem.h"

#include <utility>

namespace RemoteLog {

namespace {

// People copy the address with and without this.
QUrl withoutEnd(QUrl base)
{
    const QString end = QStringLiteral("/routing/v1");
    QString path = base.path(QUrl::FullyEncoded);
    if (path.endsWith(end)) {
        path.chop(end.size());
        base.setPath(path, QUrl::StrictMode);
    }
    return base;
}

} // namespace

RoutingSystem::RoutingSystem(const HelperUrl &url, HttpClient &http,
                             HttpHelper::Credential credential, QObject *parent)
    : NameSystem(parent)
    , m_needsNetwork(url.needsNetwork)
    , m_calls(RecordAnswers::Server::Routing, withoutEnd(url.base), http, std::move(credential))
{
}

QFuture<Problem> RoutingSystem::put(const QString &logName, const QByteArray &record)
{
    const QString name = RecordCalls::canonical(logName);
    if (name.isEmpty())
        return QtFuture::makeReadyFuture(RecordCalls::badName());
    HttpRequest request;
    request.method = HttpRequest::Method::Put;
    request.url = m_calls.url(QStringLiteral("/routing/v1/ipns/") + name);
    request.headers = {{"Content-Type", RecordAnswers::RecordType}};
    request.body = record;
    return m_calls.put(name, request, record);
}

QFuture<Result<QList<QByteArray>>> RoutingSystem::get(const QString &logName, qint64 limit)
{
    const QString name = RecordCalls::canonical(logName);
    if (name.isEmpty())
        return QtFuture::makeReadyFuture(RecordCalls::Answer(RecordCalls::badName()));
    HttpRequest request;
    request.url = m_calls.url(QStringLiteral("/routing/v1/ipns/") + name);
    return m_calls.get(name, request, limit);
}

} // namespace RemoteLog
