// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/networkwatch.h>

#include <QVariantMap>

#include <optional>

class QDBusPendingCallWatcher;

namespace RemoteLog {

// NetworkManager asked directly, from when it first comes or goes, or from when that is wanted.
// QNetworkInformation (Qt 6.4.2) goes on saying what the old one said last, does not ask the new
// one, and passes over what that tells if it is what the old one had told.
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

    // Asks also the one that may be there already.
    void askPresent();

Q_SIGNALS:
    // It ended, or the bus did, or it fails to answer: what it said is worth nothing any more.
    void gone();
    // What the present one says; again on each change.
    void said(const RemoteLog::NetworkManager::State &state);

private Q_SLOTS:
    void ask(); // a slot for signals of the bus

private:
    void listen();
    void hear(const QVariantMap &all);

    std::optional<State> m_said; // by the present one
    QDBusPendingCallWatcher *m_newest = nullptr; // question
    bool m_listens = false;
};

} // namespace RemoteLog
