// SPDX-License-Identifier: MIT
#pragma once

#include <QNetworkProxyFactory>

namespace RemoteLog {

// The proxy for each request of one client. The system is never asked unless the application has
// told Qt to (QNetworkProxyFactory::setUseSystemConfiguration): that can block for seconds.
class HttpProxies : public QNetworkProxyFactory
{
public:
    // DefaultProxy is the application's. A SOCKS5 proxy gets names, not addresses: who is talked to
    // is told to nobody but it.
    explicit HttpProxies(const QNetworkProxy &proxy);

    // None for loopback.
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &query) override;

private:
    QNetworkProxy m_proxy;
};

} // namespace RemoteLog
