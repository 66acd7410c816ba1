// SPDX-License-Identifier: MIT
#include "nodesystem.h"

#include "network/multipart.h"

#include <utility>

namespace RemoteLog {

namespace {

QUrlQuery argument(const QString &name)
{
    return {{QStringLiteral("arg"), name}};
}

} // namespace

NodeSystem::NodeSystem(const HelperUrl &url, HttpClient &http, HttpHelper::Credential credential,
                       QObject *parent)
    : NameSystem(parent)
    , m_needsNetwork(url.needsNetwork)
    , m_calls(RecordAnswers::Server::Node, url.base, http, std::move(credential))
{
}

// Without "force" a node looks the name up first, which takes up to a minute, and then refuses a
// record of the same number that is valid for longer; and it checks the record no more. Nobody has
// to: the engine puts only what it signed or verified, of that the best it knows, and reads it
// back. "allow-offline" so that a node that was started offline takes records, too: its gateway
// serves them. name/put and not routing/put, which costs the same bytes (measured with Kubo 0.43,
// 460 to 490 down), so that an AllowedPaths of "/api/v0/name" is enough.
QFuture<Problem> NodeSystem::put(const QString &logName, const QByteArray &record)
{
    const QString name = RecordCalls::canonical(logName);
    if (name.isEmpty())
        return QtFuture::makeReadyFuture(RecordCalls::badName());
    QUrlQuery query = argument(name);
    query.addQueryItem(QStringLiteral("force"), QStringLiteral("true"));
    query.addQueryItem(QStringLiteral("allow-offline"), QStringLiteral("true"));
    HttpRequest request;
    request.method = HttpRequest::Method::Post;
    request.url = m_calls.url(QStringLiteral("/api/v0/name/put"), query);
    const Multipart form = multipartOf({record});
    request.headers = {{"Content-Type", form.contentType}};
    request.body = form.body;
    return m_calls.put(name, request, record);
}

// name/get gives the record as it is, routing/get in base64 and JSON. A node that was started
// offline answers neither.
QFuture<Result<QList<QByteArray>>> NodeSystem::get(const QString &logName, qint64 limit)
{
    const QString name = RecordCalls::canonical(logName);
    if (name.isEmpty())
        return QtFuture::makeReadyFuture(RecordCalls::Answer(RecordCalls::badName()));
    HttpRequest request;
    request.method = HttpRequest::Method::Post;
    request.url = m_calls.url(QStringLiteral("/api/v0/name/get"), argument(name));
    return m_calls.get(name, request, limit);
}

} // namespace RemoteLog
