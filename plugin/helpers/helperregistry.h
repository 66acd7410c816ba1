// SPDX-License-Identifier: MIT
#pragma once

#include "network/httphelper.h"

#include <RemoteLog/contentstore.h>
#include <RemoteLog/namesystem.h>
#include <RemoteLog/problem.h>

#include <QHash>
#include <QUrl>

#include <functional>
#include <memory>
#include <mutex>

namespace RemoteLog {

using ContentStoreFactory = std::function<ContentStore *(const QUrl &)>;
using NameSystemFactory = std::function<NameSystem *(const QUrl &)>;

// What the plugin's own backends work with; it outlives them.
struct HelperServices
{
    HttpClient &http;
    HttpHelper::Credential credential; // of this helper
};

// Which URL schemes are helpers, and of which role. A new backend is one line in the constructor;
// hosts add theirs at run time. Thread-safe: transports read it in their workers.
class HelperRegistry
{
public:
    HelperRegistry();

    Problem add(const QString &scheme, ContentStoreFactory factory);
    Problem add(const QString &scheme, NameSystemFactory factory);

    bool knows(const QUrl &url) const;

    // New objects, or null where the scheme does not have the role or the URL is no good.
    std::unique_ptr<ContentStore> makeStore(const QUrl &url, const HelperServices &services) const;
    std::unique_ptr<NameSystem> makeSystem(const QUrl &url, const HelperServices &services) const;

private:
    template <class Role>
    using Maker = std::function<Role *(const QUrl &, const HelperServices &)>;

    mutable std::mutex m_mutex;
    QHash<QString, Maker<ContentStore>> m_stores;
    QHash<QString, Maker<NameSystem>> m_systems;
};

} // namespace RemoteLog
