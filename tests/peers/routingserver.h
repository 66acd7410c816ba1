// SPDX-License-Identifier: MIT
#pragma once

#include "nodescript.h"

#include <QUrl>

namespace RemoteLog::Testing {

// Helia's delegated routing server on the loopback: it checks signatures as others do, keeps the
// best record of a name, and refuses what is no better. It has forgotten all when it is started
// again.
class RoutingServer
{
public:
    RoutingServer();

    // Why there can be none on this machine; empty if there can. For QSKIP.
    static QString missing() { return NodeScript::missing(); }

    // At the first time on a free port, then on the same one again. False if it does not come up.
    bool start();
    void stop();
    // Loses all records, as the DHT does 48 hours after a put.
    void forget();
    bool isRunning() const { return m_script.isRunning(); }

    // What comes before "/routing/v1"; still the same when it has stopped. Empty before the first
    // start.
    QUrl url() const { return m_url; }
    // Where the record of this name is put and got.
    QUrl recordUrl(const QString &name) const;

private:
    NodeScript m_script;
    QUrl m_url;
};

} // namespace RemoteLog::Testing
