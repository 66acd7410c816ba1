// SPDX-License-Identifier: MIT
#pragma once

#include "httpanswer.h"

#include <QElapsedTimer>
#include <QNetworkRequest>
#include <QObject>
#include <QTimer>

class QNetworkAccessManager;
class QNetworkReply;

namespace RemoteLog {

class HttpProxies;

// One request on its way, watched byte by byte. Qt's own limits are not enough: its transfer
// timeout starts anew with each byte, and it reads as much as a server sends.
//
// Not bounded but by the time limit is what Qt 6.4 keeps to itself while it reads: a status line, a
// header and a chunk's length without end (10 MiB/s and less, for it reads them byte by byte), and
// the body of a 401 and 407, which it takes for small, as fast as it comes. Where one of these
// offers Negotiate, Qt's thread of all requests waits for GSSAPI, and that maybe for the local DNS.
class HttpCall : public QObject
{
    Q_OBJECT

public:
    HttpCall(const HttpRequest &request, qint64 minimumRate);
    // Aborts what is on its way; no signal then.
    ~HttpCall() override;

    // Requests of one origin (RFC 6454) share connections.
    static QString originOf(const QUrl &url);
    const QString &origin() const { return m_origin; }
    bool isSent() const { return m_isSent; }

    bool isTls() const;
    bool mayTakeLong() const { return m_request.mayTakeLong; }
    qsizetype bodySize() const { return m_request.body.size(); }

    // `ended` follows, never from inside. `manager`, whose `proxies` are, lives until then, or
    // until cancel().
    void send(QNetworkAccessManager &manager, HttpProxies *proxies, const QSslConfiguration &tls);

    // Nothing more is signalled, and the connection is closed.
    void cancel();

Q_SIGNALS:
    // Once, from the event loop: whoever gets it may destroy everything.
    void ended(const RemoteLog::HttpAnswer &answer);

private:
    QNetworkReply *start(QNetworkAccessManager &manager, const QNetworkRequest &request) const;
    void readHead();
    void readBody();
    void evaluate();
    void checkTime();
    void end(const Problem &problem);
    Problem tooLarge() const;
    Problem complaint() const;
    QString place() const;

    const HttpRequest m_request;
    const QString m_origin;
    const qint64 m_minimumRate;
    QNetworkReply *m_reply = nullptr;
    HttpAnswer m_answer;
    QString m_tlsError;
    qint64 m_uploaded = 0;
    QElapsedTimer m_clock;
    QTimer m_timer;
    bool m_isSent = false;
    bool m_isEnded = false;
};

} // namespace RemoteLog
