// SPDX-License-Identifier: MIT
#pragma once

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
    std::unique_ptr<ContentStore> makeStore(const QUrl &url) const;
    std::unique_ptr<NameSystem> makeSystem(const QUrl &url) const;

private:
    mutable std::mutex m_mutex;
    QHash<QString, ContentStoreFactory> m_stores;
    QHash<QString, NameSystemFactory> m_systems;
};

} // namespace RemoteLog
