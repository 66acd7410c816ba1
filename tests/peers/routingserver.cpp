// SPDX-License-Identifier: MIT
#include "routingserver.h"

namespace RemoteLog::Testing {

RoutingServer::RoutingServer()
    : m_script(QStringLiteral("server.js"))
{
}

bool RoutingServer::start()
{
    if (!m_script.start({QString::number(m_url.port(0))}))
        return false;
    const QString url = QString::fromUtf8(m_script.readLine());
    if (url.isEmpty())
        return false;
    m_url = QUrl(url);
    return true;
}

void RoutingServer::stop()
{
    m_script.end();
}

void RoutingServer::forget()
{
    m_script.writeLine("forget");
    if (m_script.readLine().isEmpty())
        qFatal("the routing server is silent");
}

QUrl RoutingServer::recordUrl(const QString &name) const
{
    return m_url.resolved(QUrl(QStringLiteral("/routing/v1/ipns/") + name));
}

} // namespace RemoteLog::Testing
