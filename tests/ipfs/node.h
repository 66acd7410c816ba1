// SPDX-License-Identifier: MIT
#pragma once

#include "peers/kubonode.h"
#include "support/slowproxy.h"

#include <QStringList>
#include <QUrl>

#include <chrono>

namespace RemoteLog::Testing {

// A real node as helpers find it, behind a line on which all that is asked is counted.
class CountedNode
{
public:
    explicit CountedNode(const KuboNode &node,
                         std::chrono::milliseconds delay = std::chrono::milliseconds(0))
        : rpc(quint16(node.rpcUrl().port()), delay)
        , gateway(quint16(node.gatewayUrl().port()), delay)
        , m_node(node)
    {
    }

    QUrl nodeUrl(const char *query = "") const
    {
        return helper("kubo+", rpc, m_node.rpcUrl(), query);
    }
    QUrl gatewayUrl() const { return helper("gateway+", gateway, m_node.gatewayUrl(), ""); }
    QUrl routingUrl() const { return helper("routing+", gateway, m_node.gatewayUrl(), ""); }

    // The commands of the RPC so far, in order: "block/put".
    QStringList commands() const
    {
        QStringList found;
        for (const QByteArray &request : rpc.traffic().requests) {
            const QString path = QUrl(QString::fromLatin1(request.split(' ').value(1))).path();
            found.append(path.section(QStringLiteral("/api/v0/"), 1));
        }
        return found;
    }

    SlowProxy rpc;
    SlowProxy gateway;

private:
    static QUrl helper(const char *role, const SlowProxy &proxy, const QUrl &url, const char *query)
    {
        QUrl through = proxy.through(url);
        through.setScheme(QLatin1String(role) + through.scheme());
        if (*query)
            through.setQuery(QString::fromLatin1(query));
        return through;
    }

    const KuboNode &m_node;
};

} // namespace RemoteLog::Testing
