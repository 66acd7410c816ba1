// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/export.h>

#include <QtCore/QObject>

namespace RemoteLog {

// What is known of the network. A host derives from it to bring its own
// (HostServices::setNetworkWatch).
//
// Used in the thread that it lives in, which needs an event loop; must outlive the Transport. When
// in doubt say Unknown: only Disconnected and a captive portal hold anything back, and only helpers
// that need the network.
class REMOTELOG_EXPORT NetworkWatch : public QObject
{
    Q_OBJECT

public:
    // Numbers are never reused; one that the plugin does not know is treated like Unknown.
    enum class Reachability : int {
        Unknown = 0, // cannot tell; the transport tries
        Disconnected = 1, // certainly no network
        Connected = 2 // a network, of whatever reach
    };
    Q_ENUM(Reachability)

    explicit NetworkWatch(QObject *parent = nullptr);
    ~NetworkWatch() override;

    // Whether there is a network now. Asked at the start, after each changed(), with
    // Transport::syncNow(), and about once a minute, for signals get lost; returns at once.
    virtual Reachability reachability() const = 0;

    // True while a login page answers instead of the network. Holds back like Disconnected.
    virtual bool isCaptivePortal() const = 0;

    // True on a connection that costs by the byte. See Settings::meteredPolicy().
    virtual bool isMetered() const = 0;

Q_SIGNALS:
    // Any of the three is different now, or the connection is another one of the same kind: open
    // calls of helpers that need the network are aborted, and everything is tried afresh.
    void changed();
};

} // namespace RemoteLog
