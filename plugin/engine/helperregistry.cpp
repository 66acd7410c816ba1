// SPDX-License-Identifier: MIT
#include "helperregistry.h"

#include "cas/folderstore.h"
#include "ns/foldersystem.h"

#include <QRegularExpression>

namespace RemoteLog {

namespace {

template <class Factory>
Problem insert(QHash<QString, Factory> &factories, const QString &scheme, Factory factory)
{
    static const QRegularExpression valid(QStringLiteral("\\A[a-z][a-z0-9+.-]{0,63}\\z"));
    if (!valid.match(scheme).hasMatch())
        return Problem(Problem::Kind::InvalidArgument,
                       QStringLiteral("\"%1\" is no URL scheme in lower case").arg(scheme));
    if (!factory)
        return Problem(Problem::Kind::InvalidArgument, QStringLiteral("no factory given"));
    if (factories.contains(scheme))
        return Problem(Problem::Kind::InvalidArgument,
                       QStringLiteral("scheme \"%1\" is taken").arg(scheme));
    factories.insert(scheme, std::move(factory));
    return {};
}

} // namespace

HelperRegistry::HelperRegistry()
{
    m_stores.insert(QStringLiteral("file"), FolderStore::create);
    m_systems.insert(QStringLiteral("file"), FolderSystem::create);
}

Problem HelperRegistry::add(const QString &scheme, ContentStoreFactory factory)
{
    const std::lock_guard lock(m_mutex);
    return insert(m_stores, scheme, std::move(factory));
}

Problem HelperRegistry::add(const QString &scheme, NameSystemFactory factory)
{
    const std::lock_guard lock(m_mutex);
    return insert(m_systems, scheme, std::move(factory));
}

bool HelperRegistry::knows(const QUrl &url) const
{
    const std::lock_guard lock(m_mutex);
    return m_stores.contains(url.scheme()) || m_systems.contains(url.scheme());
}

std::unique_ptr<ContentStore> HelperRegistry::makeStore(const QUrl &url) const
{
    ContentStoreFactory factory;
    {
        const std::lock_guard lock(m_mutex);
        factory = m_stores.value(url.scheme());
    }
    return std::unique_ptr<ContentStore>(factory ? factory(url) : nullptr);
}

std::unique_ptr<NameSystem> HelperRegistry::makeSystem(const QUrl &url) const
{
    NameSystemFactory factory;
    {
        const std::lock_guard lock(m_mutex);
        factory = m_systems.value(url.scheme());
    }
    return std::unique_ptr<NameSystem>(factory ? factory(url) : nullptr);
}

} // namespace RemoteLog
