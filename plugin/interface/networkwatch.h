// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/export.h>

#include <QtCore/QObject>

namespace RemoteLog {

// What is known of the network. A host derives from it to bring its own; without one
// QNetworkInformation is asked.
//
// Used in the thread that it lives in; must outlive the Transport. When in doubt say Unknown: only
// Disconnected holds anything back, and only helpers that need the network.
class REMOTELOG_EXPORT NetworkWatch : public QObject
{
    Q_OBJECT

public:
    enum class Reachability : int {
        Unknown = 0, // cannot tell; the transport tries
        Disconnected = 1, // certainly no network
        Connected = 2 // a network, of whatever reach
    };
    Q_ENUM(Reachability)

    explicit NetworkWatch(QObject *parent = nullptr);
    ~NetworkWatch() override;

    virtual Reachability reachability() const = 0;

    // True while a login page answers instead of the network. Holds back like Disconnected.
    virtual bool isCaptivePortal() const = 0;

    // True on a connection that costs by the byte. See Settings::meteredPolicy().
    virtual bool isMetered() const = 0;

Q_SIGNALS:
    // Any of the three is different now, or the connection is another one of the same kind.
    void changed();
};

} // namespace RemoteLog
