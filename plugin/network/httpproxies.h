// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QNetworkProxyFactory>
#include <QUrl>

#include <optional>

namespace RemoteLog {

// How one request goes out.
struct HttpRoute
{
    // What Qt is to be asked for: no user info, and a fragment by which queryProxy() knows that the
    // login goes with it. Fragments are never sent.
    QUrl url;

    // Value of the header Proxy-Authorization, for a proxy that reads it (plain http by an HTTP
    // proxy); null where there is no login, or Qt does it below the request.
    QByteArray proxyLogin;
};

// The proxy for each request of one client. The system is never asked unless the application has
// told Qt to (QNetworkProxyFactory::setUseSystemConfiguration): that can block for seconds, and
// is asked twice a request, by us and by Qt.
//
// A limit: where an answer 401 or 407 offers Negotiate, Qt asks GSSAPI for credentials, which may
// look the helper's name up in the local DNS, whatever the proxy is.
class HttpProxies : public QNetworkProxyFactory
{
public:
    // DefaultProxy is the application's. Either way, a SOCKS5 proxy gets names, not addresses: but
    // for the limit above, who is talked to is told to nobody but it.
    explicit HttpProxies(const QNetworkProxy &proxy);

    // Nothing if no proxy that there is can serve the scheme (a caching one: https), which no
    // repetition changes.
    std::optional<HttpRoute> route(const QUrl &url);

    // None for loopback. For HttpRoute::url nothing but the proxy that the login is for: the
    // application may have another one by then, or none, and the helper would get the password.
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &query) override;

private:
    QList<QNetworkProxy> candidates(const QNetworkProxyQuery &query) const;

    const QNetworkProxy m_proxy;
};

} // namespace RemoteLog
