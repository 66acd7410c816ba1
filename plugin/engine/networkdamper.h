// SPDX-License-Identifier: MIT
#pragma once

#include <QDeadlineTimer>
#include <QObject>
#include <QTimer>

#include <chrono>

namespace RemoteLog {

// Says when a change of network is acted on: at once after a quiet while, else at its end, so that
// a network that flaps does not keep everybody busy with starting over. Nothing is started over for
// a loss: it is acted on when it has lasted as long, and what comes after it is not delayed.
class NetworkDamper : public QObject
{
    Q_OBJECT

public:
    NetworkDamper(std::chrono::milliseconds quiet, QObject *parent);

    // `isUp`: there is something to be tried. What it takes away is not waited for here.
    void change(bool isUp);
    void stop() { m_settles.stop(); }

Q_SIGNALS:
    void due();

private:
    void act();

    std::chrono::milliseconds m_quiet;
    bool m_isUp = false;
    QTimer m_settles;
    QDeadlineTimer m_until{0}; // it was acted on just now
};

} // namespace RemoteLog
