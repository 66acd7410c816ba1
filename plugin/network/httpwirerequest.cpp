// SPDX-License-Identifier: MIT
#include "httpwirerequest.h"

#include <QSslConfiguration>
#include <QSslSocket>

#include <algorithm>

namespace RemoteLog {

namespace {

bool isToken(const QByteArray &name)
{
    return !name.isEmpty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || c == '-' || c == '_';
    });
}

// A line break would begin a header, or a request, of somebody else's choosing.
bool isFieldValue(const QByteArray &value)
{
    return std::none_of(value.begin(), value.end(),
                        [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

Problem check(const HttpRequest &request)
{
    const auto invalid = [](const QString &why) {
        return Problem(Problem::Kind::InvalidArgument, why);
    };
    const QString scheme = request.url.scheme();
    if (scheme != QStringLiteral("http") && scheme != QStringLiteral("https"))
        return invalid(QStringLiteral("a request that is not HTTP"));
    if (!request.url.isValid() || request.url.host().isEmpty())
        return invalid(QStringLiteral("a request without a host"));
    if (!isFieldValue(request.credential))
        return invalid(QStringLiteral("a credential that is no header value"));
    for (const auto &[name, value] : request.headers) {
        if (!isToken(name) || !isFieldValue(value))
            return invalid(QStringLiteral("a header that is none"));
    }
    if (scheme == QStringLiteral("https") && !QSslSocket::supportsSsl())
        return Problem(Problem::Kind::ActionRequired, QStringLiteral("Qt has no TLS here"));
    return Problem();
}

void setAttributes(QNetworkRequest *wire)
{
    using Request = QNetworkRequest;
    wire->setAttribute(Request::RedirectPolicyAttribute, Request::ManualRedirectPolicy);
    wire->setAttribute(Request::CacheLoadControlAttribute, Request::AlwaysNetwork);
    wire->setAttribute(Request::CacheSaveControlAttribute, false);
    wire->setAttribute(Request::CookieLoadControlAttribute, Request::Manual);
    wire->setAttribute(Request::CookieSaveControlAttribute, Request::Manual);
    wire->setAttribute(Request::AuthenticationReuseAttribute, Request::Manual);
    // With HTTP/2 Qt 6.4 reads on whatever setReadBufferSize() says, and abort() leaves the
    // connection open: a dead one would be used for ever.
    wire->setAttribute(Request::Http2AllowedAttribute, false);
}

} // namespace

Result<QNetworkRequest> wireRequest(const HttpRequest &request, HttpProxies *proxies,
                                    const QSslConfiguration &tls)
{
    if (const Problem problem = check(request))
        return problem;
    const std::optional<HttpRoute> route = proxies->route(request.url);
    if (!route)
        return Problem(Problem::Kind::ActionRequired,
                       QStringLiteral("a proxy that cannot serve %1").arg(request.url.scheme()));
    QNetworkRequest wire(route->url);
    setAttributes(&wire);
    wire.setSslConfiguration(tls);

    wire.setRawHeader("Content-Type", "application/octet-stream");
    for (const auto &[name, value] : request.headers)
        wire.setRawHeader(name, value);
    if (request.method != HttpRequest::Method::Post && request.method != HttpRequest::Method::Put)
        wire.setRawHeader("Content-Type", QByteArray());
    // Qt's own begins with Mozilla: Kubo takes that for a browser led astray and refuses it.
    wire.setRawHeader("User-Agent", "RemoteLog/" REMOTELOG_VERSION);
    // Set by hand, it keeps Qt from decompressing: what is counted is what came.
    wire.setRawHeader("Accept-Encoding", "identity");
    // Qt would tell the user's language.
    wire.setRawHeader("Accept-Language", "en");
    wire.setRawHeader("Connection", QByteArray());
    wire.setRawHeader("Cookie", QByteArray());
    wire.setRawHeader("Authorization", request.credential);
    // Qt sends none of its own with AuthenticationReuseAttribute.
    wire.setRawHeader("Proxy-Authorization", route->proxyLogin);
    return wire;
}

} // namespace RemoteLog
