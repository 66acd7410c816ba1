// SPDX-License-Identifier: MIT
#include "socksserver.h"

#include <QHostAddress>
#include <QtEndian>

namespace RemoteLogTest {

SocksServer::SocksServer()
{
    if (!listen(QHostAddress::LocalHost))
        qFatal("no port to listen on");
}

void SocksServer::setPassword(const QByteArray &user, const QByteArray &password)
{
    m_user = user;
    m_password = password;
}

void SocksServer::incomingConnection(qintptr descriptor)
{
    const auto client = std::make_shared<Client>();
    client->socket = new QTcpSocket(this);
    client->socket->setSocketDescriptor(descriptor);
    connect(client->socket, &QTcpSocket::readyRead, this, [this, client] { read(client.get()); });
    connect(client->socket, &QTcpSocket::disconnected, client->socket, &QObject::deleteLater);
}

void SocksServer::read(Client *client)
{
    client->buffer += client->socket->readAll();
    if (client->state == State::Greeting && !readGreeting(client))
        return;
    if (client->state == State::Password && !readPassword(client))
        return;
    if (client->state == State::Request && !readRequest(client))
        return;
    if (client->target && !client->buffer.isEmpty())
        client->target->write(std::exchange(client->buffer, {})); // kept until it is connected
}

bool SocksServer::readGreeting(Client *client)
{
    QByteArray &buffer = client->buffer;
    if (buffer.size() < 2 || buffer.size() < 2 + buffer[1])
        return false;
    buffer.remove(0, 2 + buffer[1]);
    const bool wantsPassword = !m_user.isEmpty();
    client->socket->write(QByteArray("\x05", 1) + (wantsPassword ? '\x02' : '\0'));
    client->state = wantsPassword ? State::Password : State::Request;
    return true;
}

bool SocksServer::readPassword(Client *client)
{
    QByteArray &buffer = client->buffer;
    if (buffer.size() < 2 || buffer.size() < 3 + buffer[1])
        return false;
    const int userSize = buffer[1];
    const int passwordSize = buffer[2 + userSize];
    if (buffer.size() < 3 + userSize + passwordSize)
        return false;
    const bool isRight =
        buffer.mid(2, userSize) == m_user && buffer.mid(3 + userSize, passwordSize) == m_password;
    buffer.remove(0, 3 + userSize + passwordSize);
    client->socket->write(QByteArray("\x01", 1) + (isRight ? '\0' : '\x01'));
    client->state = State::Request;
    if (!isRight)
        client->socket->disconnectFromHost();
    return isRight;
}

bool SocksServer::readRequest(Client *client)
{
    QByteArray &buffer = client->buffer;
    if (buffer.size() < 5)
        return false;
    Target target;
    target.isName = buffer[3] == 3;
    const qsizetype start = target.isName ? 5 : 4;
    const qsizetype size = target.isName ? quint8(buffer[4]) : buffer[3] == 1 ? 4 : 16;
    if (buffer.size() < start + size + 2)
        return false;
    const QByteArray host = buffer.mid(start, size);
    if (target.isName)
        target.host = QString::fromLatin1(host);
    else if (size == 4)
        target.host = QHostAddress(qFromBigEndian<quint32>(host.constData())).toString();
    else
        target.host = QHostAddress(reinterpret_cast<const quint8 *>(host.constData())).toString();
    target.port = qFromBigEndian<quint16>(buffer.constData() + start + size);
    buffer.remove(0, start + size + 2);
    m_targets.append(target);
    relay(client, target.port);
    return true;
}

void SocksServer::relay(Client *client, quint16 port)
{
    client->state = State::Relay;
    QTcpSocket *const socket = client->socket;
    auto *const target = new QTcpSocket(socket);
    client->target = target;
    connect(target, &QTcpSocket::connected, socket, [socket] {
        socket->write(QByteArray("\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00", 10));
    });
    connect(target, &QTcpSocket::readyRead, socket,
            [socket, target] { socket->write(target->readAll()); });
    connect(target, &QTcpSocket::disconnected, socket, &QTcpSocket::disconnectFromHost);
    connect(target, &QTcpSocket::errorOccurred, socket, [socket, target] {
        if (target->state() == QAbstractSocket::UnconnectedState && socket->isOpen())
            socket->disconnectFromHost();
    });
    target->connectToHost(QHostAddress::LocalHost, port);
}

} // namespace RemoteLogTest
