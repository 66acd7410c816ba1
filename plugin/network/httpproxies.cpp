// SPDX-License-Identifier: MIT
#include "httpproxies.h"

#include <QHostAddress>

namespace RemoteLog {

namespace {

bool isLoopback(const QString &host)
{
    return host == QStringLiteral("localhost") || QHostAddress(host).isLoopback();
}

} // namespace

HttpProxies::HttpProxies(const QNetworkProxy &proxy)
    : m_proxy(proxy)
{
    if (m_proxy.type() == QNetworkProxy::Socks5Proxy)
        m_proxy.setCapabilities(m_proxy.capabilities() | QNetworkProxy::HostNameLookupCapability);
}

QList<QNetworkProxy> HttpProxies::queryProxy(const QNetworkProxyQuery &query)
{
    if (isLoopback(query.peerHostName()))
        return {QNetworkProxy(QNetworkProxy::NoProxy)};
    if (m_proxy.type() == QNetworkProxy::DefaultProxy)
        return proxyForQuery(query);
    return {m_proxy};
}

} // namespace RemoteLog
