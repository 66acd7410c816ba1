// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/networkwatch.h>

#include <QPointer>

#include <memory>

class QDBusServiceWatcher;
class QNetworkInformation;

namespace RemoteLog {

// The network as QNetworkInformation sees it. In QCoreApplication's thread, where the first one
// loads a backend for the whole process, unless the host has loaded one: that is used as it is.
// Unknown where there is none.
class SystemNetworkWatch : public NetworkWatch
{
    Q_OBJECT

public:
    explicit SystemNetworkWatch(QObject *parent = nullptr);
    ~SystemNetworkWatch() override;

    Reachability reachability() const override;
    bool isCaptivePortal() const override;
    bool isMetered() const override;

private:
    void watchNetworkManager();

    QPointer<QNetworkInformation> m_system; // Qt deletes it with the application
    std::unique_ptr<QDBusServiceWatcher> m_owner;
    bool m_isStale = false; // what it says is what was true before NetworkManager went away
};

} // namespace RemoteLog
