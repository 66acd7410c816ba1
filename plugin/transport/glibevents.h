// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QTimer>

namespace RemoteLog {

// Delivers GLib's events where Qt's event loop does not: libsecret answers through GLib, and a host
// without Qt's GLib dispatcher (QT_NO_GLIB, many AppImages) would never hear it.
class GLibEvents : public QObject
{
    Q_OBJECT

public:
    explicit GLibEvents(QObject *parent = nullptr);

    // Between these two, and only if nobody else does it.
    void start();
    void stop() { m_timer.stop(); }
    // What is waited for may take days: not a hundred times a second any more.
    void relax();

private:
    QTimer m_timer;
};

} // namespace RemoteLog
