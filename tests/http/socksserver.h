// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QTcpServer>
#include <QTcpSocket>

#include <memory>

namespace RemoteLogTest {

// A SOCKS5 proxy (RFC 1928, 1929) on loopback, for which each name is loopback. Keeps what it was
// asked for.
class SocksServer : public QTcpServer
{
    Q_OBJECT

public:
    struct Target
    {
        bool isName = false; // an address else
        QString host;
        quint16 port = 0;
    };

    SocksServer();

    // Asks for them and refuses others.
    void setPassword(const QByteArray &user, const QByteArray &password);

    const QList<Target> &targets() const { return m_targets; }

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    enum class State { Greeting, Password, Request, Relay };
    struct Client
    {
        State state = State::Greeting;
        QByteArray buffer;
        QTcpSocket *socket = nullptr;
        QTcpSocket *target = nullptr;
    };

    // False if more has to come first.
    bool readGreeting(Client *client);
    bool readPassword(Client *client);
    bool readRequest(Client *client);
    void read(Client *client);
    void relay(Client *client, quint16 port);

    QByteArray m_user;
    QByteArray m_password;
    QList<Target> m_targets;
};

} // namespace RemoteLogTest
