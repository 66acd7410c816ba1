// SPDX-License-Identifier: MIT
#include "scriptedserver.h"

#include <QSslSocket>

#include <memory>

namespace RemoteLogTest {

QByteArray ReceivedRequest::header(const QByteArray &name) const
{
    for (const auto &[key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return QByteArray();
}

ScriptedServer::ScriptedServer()
    : ScriptedServer(answering("ok"))
{
}

ScriptedServer::ScriptedServer(Script script)
    : m_script(std::move(script))
{
    if (!listen(QHostAddress::LocalHost))
        qFatal("no port to listen on");
}

QUrl ScriptedServer::url(const QString &pathAndQuery, const QString &host) const
{
    const QString scheme = m_tls ? QStringLiteral("https") : QStringLiteral("http");
    return QUrl(
        QStringLiteral("%1://%2:%3%4").arg(scheme, host).arg(serverPort()).arg(pathAndQuery));
}

void ScriptedServer::incomingConnection(qintptr descriptor)
{
    QTcpSocket *socket = nullptr;
    if (m_tls) {
        auto *tls = new QSslSocket(this);
        tls->setSslConfiguration(*m_tls);
        tls->setSocketDescriptor(descriptor);
        tls->startServerEncryption();
        socket = tls;
    } else {
        socket = new QTcpSocket(this);
        socket->setSocketDescriptor(descriptor);
    }
    ++m_connections;
    ++m_openConnections;
    const auto buffer = std::make_shared<QByteArray>();
    connect(socket, &QTcpSocket::readyRead, this,
            [this, socket, buffer] { readRequest(socket, buffer.get()); });
    connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
        --m_openConnections;
        socket->deleteLater();
    });
}

void ScriptedServer::readRequest(QTcpSocket *socket, QByteArray *buffer)
{
    *buffer += socket->readAll();
    const qsizetype headEnd = buffer->indexOf("\r\n\r\n");
    if (headEnd < 0)
        return;
    QList<QByteArray> lines = buffer->left(headEnd).split('\n');
    const QList<QByteArray> words = lines.takeFirst().trimmed().split(' ');
    ReceivedRequest request;
    request.method = words.value(0);
    request.target = words.value(1);
    for (const QByteArray &line : std::as_const(lines)) {
        const qsizetype colon = line.indexOf(':');
        request.headers.append({line.left(colon), line.mid(colon + 1).trimmed()});
    }
    const qsizetype length = request.header("Content-Length").toLongLong();
    if (buffer->size() < headEnd + 4 + length)
        return;
    request.body = buffer->mid(headEnd + 4, length);
    buffer->remove(0, headEnd + 4 + length);
    m_requests.append(request);
    m_script(socket, request);
}

ScriptedServer::Script ScriptedServer::answering(const QByteArray &body, const QByteArray &status,
                                                 const QByteArray &headers)
{
    return [=](QTcpSocket *socket, const ReceivedRequest &request) {
        // In one piece: two wait for each other (Nagle).
        socket->write("HTTP/1.1 " + status + "\r\n" + headers
                      + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n"
                      + (request.method == "HEAD" ? QByteArray() : body));
    };
}

ScriptedServer::Script ScriptedServer::sending(const QByteArray &bytes, Then then)
{
    return [=](QTcpSocket *socket, const ReceivedRequest &) {
        socket->write(bytes);
        if (then == Then::Close)
            socket->disconnectFromHost();
    };
}

ScriptedServer::Script ScriptedServer::flooding(const QByteArray &start, const QByteArray &rest)
{
    return [=](QTcpSocket *socket, const ReceivedRequest &) {
        socket->write(start);
        const auto *tls = qobject_cast<QSslSocket *>(socket);
        const auto more = [=] {
            const qint64 waiting =
                socket->bytesToWrite() + (tls ? tls->encryptedBytesToWrite() : 0);
            if (waiting < 64 * 1024)
                socket->write(rest);
        };
        // TLS says so from inside write().
        connect(socket, &QTcpSocket::bytesWritten, socket, more, Qt::QueuedConnection);
        if (tls)
            connect(tls, &QSslSocket::encryptedBytesWritten, socket, more, Qt::QueuedConnection);
    };
}

ScriptedServer::Script ScriptedServer::silent()
{
    return [](QTcpSocket *, const ReceivedRequest &) {};
}

} // namespace RemoteLogTest
