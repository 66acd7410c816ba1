// SPDX-License-Identifier: MIT
#include "httpproxies.h"

#include "interface/helperurl.h"

#include <algorithm>

namespace RemoteLog {

namespace {

// It gets requests, not connections: Qt prefers that for plain http.
bool readsRequests(const QNetworkProxy &proxy, const QUrl &url)
{
    const bool isHttp =
        proxy.type() == QNetworkProxy::HttpProxy || proxy.type() == QNetworkProxy::HttpCachingProxy;
    return isHttp && url.scheme() == QStringLiteral("http")
           && proxy.capabilities().testFlag(QNetworkProxy::CachingCapability);
}

bool passesBytes(const QNetworkProxy &proxy)
{
    switch (proxy.type()) {
    case QNetworkProxy::NoProxy:
    case QNetworkProxy::Socks5Proxy:
    case QNetworkProxy::HttpProxy:
        return proxy.isTransparentProxy();
    default:
        return false;
    }
}

// As QNetworkReplyHttpImplPrivate::postRequest() chooses.
std::optional<QNetworkProxy> chosen(const QList<QNetworkProxy> &proxies, const QUrl &url)
{
    const auto it =
        std::find_if(proxies.begin(), proxies.end(), [&url](const QNetworkProxy &proxy) {
            return readsRequests(proxy, url) || passesBytes(proxy);
        });
    return it == proxies.end() ? std::nullopt : std::optional(*it);
}

// Whoever has set it, and whatever it is said to be able to.
QNetworkProxy withNames(QNetworkProxy proxy)
{
    if (proxy.type() == QNetworkProxy::Socks5Proxy)
        proxy.setCapabilities(proxy.capabilities() | QNetworkProxy::HostNameLookupCapability);
    return proxy;
}

QByteArray login(const QNetworkProxy &proxy)
{
    return (proxy.user() + QLatin1Char(':') + proxy.password()).toUtf8().toBase64();
}

// Who a login is for.
QString mark(const QNetworkProxy &proxy)
{
    const QString text =
        QStringLiteral("%1@%2:%3").arg(proxy.user(), proxy.hostName()).arg(proxy.port());
    return QString::fromLatin1(text.toUtf8().toHex());
}

} // namespace

HttpProxies::HttpProxies(const QNetworkProxy &proxy)
    : m_proxy(withNames(proxy))
{
}

std::optional<HttpRoute> HttpProxies::route(const QUrl &url)
{
    HttpRoute route;
    route.url = url.adjusted(QUrl::RemoveUserInfo | QUrl::RemoveFragment);
    const auto proxy = chosen(candidates(QNetworkProxyQuery(route.url)), route.url);
    if (!proxy)
        return std::nullopt;
    if (readsRequests(*proxy, route.url) && !proxy->user().isEmpty()) {
        route.proxyLogin = "Basic " + login(*proxy);
        route.url.setFragment(mark(*proxy));
    }
    return route;
}

QList<QNetworkProxy> HttpProxies::queryProxy(const QNetworkProxyQuery &query)
{
    const QUrl url = query.url();
    const QList<QNetworkProxy> proxies = candidates(query);
    if (!url.hasFragment())
        return proxies;
    const auto proxy = chosen(proxies, url);
    if (proxy && readsRequests(*proxy, url) && mark(*proxy) == url.fragment())
        return {*proxy};
    return {QNetworkProxy(QNetworkProxy::FtpCachingProxy)}; // serves nothing here: an error
}

QList<QNetworkProxy> HttpProxies::candidates(const QNetworkProxyQuery &query) const
{
    if (isLoopbackHost(query.peerHostName()))
        return {QNetworkProxy(QNetworkProxy::NoProxy)};
    if (m_proxy.type() != QNetworkProxy::DefaultProxy)
        return {m_proxy};
    QList<QNetworkProxy> proxies = proxyForQuery(query);
    for (QNetworkProxy &proxy : proxies)
        proxy = withNames(proxy);
    return proxies;
}

} // namespace RemoteLog
