// SPDX-License-Identifier: MIT
#pragma once

#include "network/httpsettings.h"
#include "scriptedserver.h"

#include <RemoteLog/settings.h>

#include <QNetworkProxy>

namespace RemoteLogTest {

// Nobody but a proxy can find it (RFC 6761: never in DNS).
inline const QString HiddenHost = QStringLiteral("helper.invalid");

inline QNetworkProxy proxyAt(QNetworkProxy::ProxyType type, const QTcpServer &server,
                             const QString &user = QString(), const QString &password = QString())
{
    return QNetworkProxy(type, QStringLiteral("127.0.0.1"), server.serverPort(), user, password);
}

// As a host says it.
inline RemoteLog::HttpSettings through(const QNetworkProxy &proxy,
                                       const QList<QSslCertificate> &caCertificates = {})
{
    RemoteLog::Settings settings;
    settings.setProxy(proxy);
    settings.setCaCertificates(caCertificates);
    return RemoteLog::HttpSettings::of(settings);
}

// An HTTP proxy whose one user is "user" with "password". It passes bytes on for CONNECT, to
// loopback whatever the name is, and answers other requests itself.
inline ScriptedServer::Script proxyWithLogin()
{
    return [](QTcpSocket *socket, const ReceivedRequest &request) {
        if (request.header("Proxy-Authorization")
            != "Basic " + QByteArray("user:password").toBase64()) {
            ScriptedServer::answering("who?", "407 Proxy Authentication Required",
                                      "Proxy-Authenticate: Basic realm=\"x\"\r\n")(socket, request);
            return;
        }
        if (request.method != "CONNECT") {
            ScriptedServer::answering("ok")(socket, request);
            return;
        }
        QObject::disconnect(socket, &QTcpSocket::readyRead, nullptr,
                            nullptr); // what follows is no request
        auto *const target = new QTcpSocket(socket);
        QObject::connect(target, &QTcpSocket::connected, socket,
                         [socket] { socket->write("HTTP/1.1 200 Connected\r\n\r\n"); });
        QObject::connect(target, &QTcpSocket::readyRead, socket,
                         [=] { socket->write(target->readAll()); });
        QObject::connect(socket, &QTcpSocket::readyRead, target,
                         [=] { target->write(socket->readAll()); });
        QObject::connect(target, &QTcpSocket::disconnected, socket,
                         &QTcpSocket::disconnectFromHost);
        const int port = request.target.mid(request.target.lastIndexOf(':') + 1).toInt();
        target->connectToHost(QHostAddress::LocalHost, quint16(port));
    };
}

} // namespace RemoteLogTest
