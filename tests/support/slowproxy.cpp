// SPDX-License-Identifier: MIT
#include "slowproxy.h"

#include "httpmessages.h"

#include <QDeadlineTimer>
#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <deque>
#include <functional>

namespace RemoteLog::Testing {

namespace {

// One way of a connection: bytes on their way, for as long as the delay is.
class Line : public QObject
{
public:
    Line(std::chrono::milliseconds delay, QObject *parent)
        : QObject(parent)
        , m_delay(delay)
    {
        m_next.setSingleShot(true);
        m_next.setTimerType(Qt::PreciseTimer);
        connect(&m_next, &QTimer::timeout, this, &Line::move);
    }

    std::function<void(const QByteArray &bytes)> arrived;
    std::function<void()> ended; // after everything arrived

    void send(const QByteArray &bytes)
    {
        m_moving.push_back({QDeadlineTimer(m_delay, Qt::PreciseTimer), bytes});
        move();
    }
    void end()
    {
        m_isEnding = true;
        move();
    }
    void setStalled(bool stalled)
    {
        m_isStalled = stalled;
        move();
    }

private:
    void move()
    {
        if (m_isStalled)
            return m_next.stop();
        while (!m_moving.empty() && m_moving.front().first.hasExpired()) {
            const QByteArray bytes = m_moving.front().second;
            m_moving.pop_front();
            arrived(bytes);
        }
        if (!m_moving.empty())
            m_next.start(std::chrono::ceil<std::chrono::milliseconds>(
                m_moving.front().first.remainingTimeAsDuration()));
        else if (m_isEnding)
            ended();
    }

    std::chrono::milliseconds m_delay;
    std::deque<std::pair<QDeadlineTimer, QByteArray>> m_moving;
    QTimer m_next;
    bool m_isEnding = false;
    bool m_isStalled = false;
};

} // namespace

// What lives in the thread.
class SlowProxy::Relay : public QTcpServer
{
public:
    Relay(quint16 port, std::chrono::milliseconds delay)
        : m_target(port)
        , m_delay(delay)
    {
        if (!listen(QHostAddress::LocalHost))
            qFatal("no port to listen on");
    }

    // Before what its connections tell of.
    ~Relay() override { cut(); }

    Traffic traffic() const
    {
        const QMutexLocker lock(&m_mutex);
        return m_traffic;
    }
    void forget()
    {
        const QMutexLocker lock(&m_mutex);
        m_traffic = Traffic();
        m_deepestEnded = 0;
        ++m_epoch;
    }
    void cut()
    {
        const QList<Ends> open = std::exchange(m_open, {});
        for (const Ends &ends : open) {
            ends.client->disconnect(this);
            // It would tell a line that has nobody at its end any more.
            ends.server->disconnect();
            delete ends.client; // and all that is its
        }
    }
    void setStalled(bool stalled)
    {
        m_isStalled = stalled;
        for (const Ends &ends : std::as_const(m_open)) {
            ends.up->setStalled(stalled);
            ends.down->setStalled(stalled);
        }
    }

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    struct Ends
    {
        QTcpSocket *client;
        QTcpSocket *server;
        Line *up;
        Line *down;
    };
    // A request that is not answered yet.
    struct Asked
    {
        int depth;
        quint64 epoch;
        bool isHead;
    };

    Asked request(const QByteArray &line);
    void answered(const Asked &asked);
    void relay(QTcpSocket *from, Line *line, QTcpSocket *to);

    const quint16 m_target;
    const std::chrono::milliseconds m_delay;
    bool m_isStalled = false;
    QList<Ends> m_open;
    mutable QMutex m_mutex; // guards what follows
    Traffic m_traffic;
    int m_deepestEnded = 0;
    quint64 m_epoch = 0; // how often all was forgotten
};

void SlowProxy::Relay::incomingConnection(qintptr descriptor)
{
    auto *const client = new QTcpSocket(this);
    client->setSocketDescriptor(descriptor);
    auto *const server = new QTcpSocket(client);
    const Ends ends{client, server, new Line(m_delay, client), new Line(m_delay, client)};
    m_open.append(ends);
    {
        const QMutexLocker lock(&m_mutex);
        ++m_traffic.connections;
    }
    // Requests count when they set out, answers when they are there.
    const auto open = std::make_shared<std::deque<Asked>>();
    const auto requests = std::make_shared<HttpMessages>(HttpMessages::Kind::Requests);
    const auto answers = std::make_shared<HttpMessages>(HttpMessages::Kind::Answers);
    requests->began = [this, open](const QByteArray &line) { open->push_back(request(line)); };
    answers->isBare = [open] { return !open->empty() && open->front().isHead; };
    answers->ended = [this, open] {
        if (open->empty())
            return;
        answered(open->front());
        open->pop_front();
    };
    connect(client, &QTcpSocket::readyRead, server, [client, requests, up = ends.up] {
        const QByteArray bytes = client->readAll();
        requests->read(bytes);
        up->send(bytes);
    });
    connect(server, &QTcpSocket::readyRead, client,
            [server, down = ends.down] { down->send(server->readAll()); });
    ends.up->arrived = [this, server](const QByteArray &bytes) {
        server->write(bytes);
        const QMutexLocker lock(&m_mutex);
        m_traffic.bytesUp += bytes.size();
    };
    ends.down->arrived = [this, client, answers](const QByteArray &bytes) {
        {
            const QMutexLocker lock(&m_mutex);
            m_traffic.bytesDown += bytes.size();
        }
        answers->read(bytes);
        client->write(bytes);
    };
    ends.down->ended = [client, answers] {
        answers->close();
        client->disconnectFromHost();
    };
    connect(server, &QTcpSocket::disconnected, ends.down, &Line::end);
    connect(server, &QTcpSocket::errorOccurred, ends.down, [server, down = ends.down] {
        if (server->state() == QAbstractSocket::UnconnectedState)
            down->end();
    });
    connect(client, &QTcpSocket::disconnected, this, [this, client, server] {
        server->disconnect();
        m_open.removeIf([client](const Ends &each) { return each.client == client; });
        client->deleteLater();
    });
    for (QTcpSocket *socket : {client, server})
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    ends.up->setStalled(m_isStalled);
    ends.down->setStalled(m_isStalled);
    server->connectToHost(QHostAddress::LocalHost, m_target);
}

SlowProxy::Relay::Asked SlowProxy::Relay::request(const QByteArray &line)
{
    const QMutexLocker lock(&m_mutex);
    m_traffic.requests.append(line.left(line.lastIndexOf(' ')));
    const int depth = m_deepestEnded + 1;
    m_traffic.depth = std::max(m_traffic.depth, depth);
    return {depth, m_epoch, line.startsWith("HEAD ")};
}

void SlowProxy::Relay::answered(const Asked &asked)
{
    const QMutexLocker lock(&m_mutex);
    if (asked.epoch == m_epoch)
        m_deepestEnded = std::max(m_deepestEnded, asked.depth);
}

// ---- From outside

template <class Function>
void SlowProxy::inThread(Function function)
{
    QMetaObject::invokeMethod(m_relay.get(), function, Qt::BlockingQueuedConnection);
}

SlowProxy::SlowProxy(quint16 port, std::chrono::milliseconds delay)
{
    m_relay = std::make_unique<Relay>(port, delay);
    m_port = m_relay->serverPort();
    m_relay->moveToThread(&m_thread);
    m_thread.start();
}

SlowProxy::~SlowProxy()
{
    // A socket dies in its thread.
    QObject::connect(&m_thread, &QThread::finished, m_relay.release(), &QObject::deleteLater);
    m_thread.quit();
    m_thread.wait();
}

QUrl SlowProxy::through(QUrl url) const
{
    url.setPort(m_port);
    return url;
}

SlowProxy::Traffic SlowProxy::traffic() const
{
    return m_relay->traffic();
}

void SlowProxy::forget()
{
    m_relay->forget();
}

void SlowProxy::cut()
{
    inThread([this] { m_relay->cut(); });
}

void SlowProxy::setStalled(bool stalled)
{
    inThread([this, stalled] { m_relay->setStalled(stalled); });
}

} // namespace RemoteLog::Testing
