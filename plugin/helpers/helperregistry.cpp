// SPDX-License-Identifier: MIT
#include "helperregistry.h"

#include "cas/folderstore.h"
#include "cas/ipfsgateway.h"
#include "cas/ipfsnode.h"
#include "interface/helperurl.h"
#include "ns/foldersystem.h"
#include "ns/gatewaysystem.h"
#include "ns/nodesystem.h"
#include "ns/routingsystem.h"

#include <QRegularExpression>

namespace RemoteLog {

namespace {

template <class Maker>
Problem insert(QHash<QString, Maker> &makers, const QString &scheme, bool hasFactory, Maker maker)
{
    static const QRegularExpression valid(QStringLiteral("\\A[a-z][a-z0-9+.-]{0,63}\\z"));
    if (!valid.match(scheme).hasMatch())
        return Problem(Problem::Kind::InvalidArgument,
                       QStringLiteral("\"%1\" is no URL scheme in lower case").arg(scheme));
    if (!hasFactory)
        return Problem(Problem::Kind::InvalidArgument, QStringLiteral("no factory given"));
    if (makers.contains(scheme))
        return Problem(Problem::Kind::InvalidArgument,
                       QStringLiteral("scheme \"%1\" is taken").arg(scheme));
    makers.insert(scheme, std::move(maker));
    return {};
}

// For what needs no services: the folder, and everything of the host's.
template <class Factory>
auto ofUrl(Factory factory)
{
    return [factory = std::move(factory)](const QUrl &url, const HelperServices &) {
        return factory(url);
    };
}

// For what is asked by HTTP.
template <class Backend>
auto ofHttp()
{
    return [](const QUrl &url, const HelperServices &services) -> Backend * {
        const Result<HelperUrl> helper = HelperUrl::fromUrl(url);
        return helper.ok() ? new Backend(helper.value(), services.http, services.credential)
                           : nullptr;
    };
}

} // namespace

HelperRegistry::HelperRegistry()
{
    m_stores.insert(QStringLiteral("file"), ofUrl(FolderStore::create));
    m_systems.insert(QStringLiteral("file"), ofUrl(FolderSystem::create));
    for (const char *protocol : {"http", "https"}) {
        const QLatin1String end(protocol);
        m_stores.insert(QLatin1String("kubo+") + end, ofHttp<IpfsNode>());
        m_stores.insert(QLatin1String("gateway+") + end, ofHttp<IpfsGateway>());
        m_systems.insert(QLatin1String("kubo+") + end, ofHttp<NodeSystem>());
        m_systems.insert(QLatin1String("gateway+") + end, ofHttp<GatewaySystem>());
        m_systems.insert(QLatin1String("routing+") + end, ofHttp<RoutingSystem>());
    }
}

Problem HelperRegistry::add(const QString &scheme, ContentStoreFactory factory)
{
    const std::lock_guard lock(m_mutex);
    const bool isThere = bool(factory);
    return insert<Maker<ContentStore>>(m_stores, scheme, isThere, ofUrl(std::move(factory)));
}

Problem HelperRegistry::add(const QString &scheme, NameSystemFactory factory)
{
    const std::lock_guard lock(m_mutex);
    const bool isThere = bool(factory);
    return insert<Maker<NameSystem>>(m_systems, scheme, isThere, ofUrl(std::move(factory)));
}

bool HelperRegistry::knows(const QUrl &url) const
{
    const std::lock_guard lock(m_mutex);
    return m_stores.contains(url.scheme()) || m_systems.contains(url.scheme());
}

std::unique_ptr<ContentStore> HelperRegistry::makeStore(const QUrl &url,
                                                        const HelperServices &services) const
{
    Maker<ContentStore> maker;
    {
        const std::lock_guard lock(m_mutex);
        maker = m_stores.value(url.scheme());
    }
    return std::unique_ptr<ContentStore>(maker ? maker(url, services) : nullptr);
}

std::unique_ptr<NameSystem> HelperRegistry::makeSystem(const QUrl &url,
                                                       const HelperServices &services) const
{
    Maker<NameSystem> maker;
    {
        const std::lock_guard lock(m_mutex);
        maker = m_systems.value(url.scheme());
    }
    return std::unique_ptr<NameSystem>(maker ? maker(url, services) : nullptr);
}

} // namespace RemoteLog
