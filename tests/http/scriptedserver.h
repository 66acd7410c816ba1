// SPDX-License-Identifier: MIT
#pragma once

#include "network/httprequest.h"

#include <QList>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>
#include <optional>

namespace RemoteLogTest {

struct ReceivedRequest
{
    QByteArray method;
    QByteArray target;
    RemoteLog::HttpHeaders headers;
    QByteArray body;

    // Null if there is none.
    QByteArray header(const QByteArray &name) const;
};

// An HTTP server on loopback that does what the test says, however wrong that is. It reads
// requests, keeps them, and gives each to the script with the socket to answer on.
class ScriptedServer : public QTcpServer
{
    Q_OBJECT

public:
    using Script = std::function<void(QTcpSocket *socket, const ReceivedRequest &request)>;

    ScriptedServer(); // answers "ok"
    explicit ScriptedServer(Script script);

    // What to speak instead of plain HTTP.
    void setTls(const QSslConfiguration &tls) { m_tls = tls; }
    void setScript(Script script) { m_script = std::move(script); }

    QUrl url(const QString &pathAndQuery = QStringLiteral("/"),
             const QString &host = QStringLiteral("127.0.0.1")) const;

    const QList<ReceivedRequest> &requests() const { return m_requests; }
    int connections() const { return m_connections; }
    int openConnections() const { return m_openConnections; }

    // A script that sends a complete answer to everything.
    static Script answering(const QByteArray &body, const QByteArray &status = "200 OK",
                            const QByteArray &headers = QByteArray());
    // A script that sends these bytes, and then closes the connection or not.
    enum class Then { Close, Wait };
    static Script sending(const QByteArray &bytes, Then then);
    // A script that sends `start`, and after it `rest` again and again as fast as it is read.
    static Script flooding(const QByteArray &start, const QByteArray &rest);
    static Script silent();

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void readRequest(QTcpSocket *socket, QByteArray *buffer);

    Script m_script;
    std::optional<QSslConfiguration> m_tls;
    QList<ReceivedRequest> m_requests;
    int m_connections = 0;
    int m_openConnections = 0;
};

} // namespace RemoteLogTest
