// SPDX-License-Identifier: MIT
#pragma once

#include "networkmanager.h"

#include <QCoreApplication>
#include <QPointer>
#include <QTimer>

#include <chrono>
#include <memory>

class QNetworkInformation;

namespace RemoteLog {

// The network as QNetworkInformation sees it. In QCoreApplication's thread, where the first one
// loads a backend for the whole process, unless the host has loaded one: that is used as it is.
// Where there is none, NetworkManager is asked all the same. Qt's ends with the application: who
// connects to changed() after that gets the next one's, and the others are told.
class SystemNetworkWatch : public NetworkWatch
{
    Q_OBJECT

public:
    // `meteredStays`: for so long a network is metered after whoever said so is gone. A restart is
    // over by then; where nobody comes back, nobody would ever take it back.
    explicit SystemNetworkWatch(QObject *parent = nullptr,
                                std::chrono::milliseconds meteredStays = std::chrono::minutes(5));
    ~SystemNetworkWatch() override;

    Reachability reachability() const override { return m_state.reachability; }
    bool isCaptivePortal() const override { return m_state.isCaptivePortal; }
    bool isMetered() const override { return m_state.isMetered; }

protected:
    void connectNotify(const QMetaMethod &signal) override;

private:
    void begin();
    void watchSystem();
    void watchManager();
    NetworkManager::State ofSystem() const;
    void set(const NetworkManager::State &state);

    QPointer<QCoreApplication> m_application; // where what is known is of
    QPointer<QNetworkInformation> m_system;
    std::unique_ptr<NetworkManager> m_manager; // null where Qt has a source that needs no help
    bool m_isSystemHeard = false; // what Qt says is certain to be taken back
    bool m_isSystemStale = false; // what Qt says is of a NetworkManager that is no more
    QTimer m_meteredEnd; // while what is metered is so by the word of one who is gone
    NetworkManager::State m_state;
};

} // namespace RemoteLog
