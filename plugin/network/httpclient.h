// SPDX-License-Identifier: MIT
#pragma once

#include "httpanswer.h"
#include "httpsettings.h"

#include <QHash>
#include <QNetworkAccessManager>
#include <QObject>
#include <QPointer>
#include <QSslConfiguration>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace RemoteLog {

class HttpCall;
class HttpProxies;

// Asks helpers by HTTP. Everything in the thread that made it, which needs an event loop and is
// never blocked, but for the time it takes to read the system's certificates at the first https;
// connections are kept and shared.
//
// Answers go to a handler with a context, not to a QFuture: whoever asks is a state machine in this
// very thread, for which the context is the cancellation, and a future that nobody waits for any
// more would keep its request alive. Where one request is one call of the interface, the handler
// finishes the promise.
class HttpClient : public QObject
{
    Q_OBJECT

public:
    // What Qt opens to one origin with HTTP/1. More would wait inside Qt, where no time limit is
    // right; here they wait without any.
    static constexpr int MaxInFlight = 6;
    // And so many of them may be HttpRequest::mayTakeLong.
    static constexpr int MaxLong = 4;

    // Of one origin, sent or waiting: requests, and bytes in their bodies; and bytes of all origins
    // together. Beyond these, requests are answered with WillRetry and never sent: memory stays
    // bounded, and a helper that hangs takes no room from the others. That answer, too, comes from
    // the event loop; until then nothing is kept but the handler. The first body of an origin
    // always fits, so that each origin gets on, whatever the others have.
    static constexpr int MaxOpen = 1024;
    static constexpr qsizetype MaxOpenBytes = 16 * 1024 * 1024;
    static constexpr qsizetype MaxAllBytes = 64 * 1024 * 1024;

    using Handler = std::function<void(const HttpAnswer &)>;

    explicit HttpClient(const HttpSettings &settings = HttpSettings(), QObject *parent = nullptr);

    // Answers everything with Closed. What handlers ask meanwhile is dropped, and they are not
    // called for it.
    ~HttpClient() override;

    // `handler` is called exactly once, never from inside send(), and may destroy the client; not
    // at all if `context`, which lives in this thread, dies first: then the request is dropped, and
    // aborted if it was on its way. Nor if the client is being destroyed already.
    void send(const HttpRequest &request, QObject *context, Handler handler);

    // Answers everything, sent or queued, with WillRetry before it returns, and closes all
    // connections: they may be dead after a change of network, and Qt would go on using them. What
    // handlers ask meanwhile begins anew.
    void abort();

private:
    struct Asker
    {
        QPointer<QObject> context;
        Handler handler;

        void answer(const HttpAnswer &answer) const;
    };
    struct Open;
    struct InFlight
    {
        int all = 0;
        int takingLong = 0;
        void add(const HttpCall &call, int count);
    };

    bool hasRoomFor(const HttpRequest &request) const;
    void refuse(Asker asker);
    void answerRefused();
    void startWaiting(const QString &origin);
    const QSslConfiguration &tls();
    void finish(HttpCall *call, const HttpAnswer &answer);
    std::unique_ptr<Open> take(HttpCall *call);
    void answerAll(const Problem &problem);

    const HttpSettings m_settings;
    std::optional<QSslConfiguration> m_tls; // from the first https on
    QNetworkAccessManager m_manager;
    HttpProxies *const m_proxies; // the manager's
    std::vector<std::unique_ptr<Open>> m_open; // in the order in which they were asked
    std::deque<Asker> m_refused; // each has a call of answerRefused() queued
    QHash<QString, InFlight> m_inFlight; // by origin
};

} // namespace RemoteLog
