// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QMutex>
#include <QThread>
#include <QUrl>

#include <chrono>
#include <memory>

namespace RemoteLog::Testing {

// A long line to a server of this machine: a port on loopback behind which that server is, a while
// away each way, and which tells what went over it. Lives in a thread of its own, so that who
// measures does not slow it down; may be called from any one thread.
//
// Connecting takes no time, and neither does a large answer more than a small one: what is far is
// not narrow.
class SlowProxy
{
public:
    // HTTP/1.1 in plain text is understood; other bytes pass uncounted as requests.
    struct Traffic
    {
        int connections = 0; // accepted
        QList<QByteArray> requests; // "METHOD target", in the order in which they came
        // How many requests had to wait for each other: one that came when the whole answer to
        // another had been handed over is one deeper than that. 0 without any.
        int depth = 0;
        qint64 bytesUp = 0; // handed over to the server
        qint64 bytesDown = 0; // and to clients
    };

    // `port`: where the server is, on 127.0.0.1. `delay`: of every byte, each way.
    SlowProxy(quint16 port, std::chrono::milliseconds delay);
    // Cuts what is open.
    ~SlowProxy();
    SlowProxy(const SlowProxy &) = delete;
    SlowProxy &operator=(const SlowProxy &) = delete;

    quint16 port() const { return m_port; }
    // The same of the server behind it, by way of this port.
    QUrl through(QUrl url) const;

    Traffic traffic() const;
    // Counts from zero. Answers under way make nothing deeper that comes after.
    void forget();

    // All connections end at once, as when a line breaks; new ones are taken.
    void cut();
    // Nothing moves while it stalls, in no connection; then all of it does.
    void setStalled(bool stalled);

private:
    class Relay;

    template <class Function>
    void inThread(Function function);

    QThread m_thread;
    std::unique_ptr<Relay> m_relay; // in m_thread
    quint16 m_port = 0;
};

} // namespace RemoteLog::Testing
