// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/networkwatch.h>

class QDBusMessage;

namespace RemoteLog {

// NetworkManager asked directly, from when it first comes or goes. QNetworkInformation (Qt 6.4.2)
// goes on saying what the old one said last, does not ask the new one, and passes over what that
// tells if it is what the old one had told.
class NetworkManager : public QObject
{
    Q_OBJECT

public:
    struct State
    {
        NetworkWatch::Reachability reachability = NetworkWatch::Reachability::Unknown;
        bool isCaptivePortal = false;
        bool isMetered = false;
        QString connection; // which one the default route uses

        friend bool operator==(const State &, const State &) = default;
    };

    explicit NetworkManager(QObject *parent = nullptr);

Q_SIGNALS:
    // It ended, or the bus did.
    void gone();
    // What one says that came later; again on each change.
    void said(const RemoteLog::NetworkManager::State &state);

private Q_SLOTS:
    void ask(); // a slot for signals of the bus

private:
    void listen();
    void hear(const QDBusMessage &answer);

    State m_state;
    bool m_listens = false;
};

} // namespace RemoteLog
