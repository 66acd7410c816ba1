// SPDX-License-Identifier: MIT
#include "httpclient.h"

#include "httpcall.h"
#include "httpproxies.h"

#include <QThread>

#include <algorithm>
#include <utility>

namespace RemoteLog {

namespace {

// Nothing of the host's default: what it verifies, trusts or shows of itself is for its own
// servers.
QSslConfiguration tlsConfiguration(const QList<QSslCertificate> &caCertificates)
{
    QSslConfiguration tls;
    tls.setPeerVerifyMode(QSslSocket::VerifyPeer);
    tls.setProtocol(QSsl::TlsV1_2OrLater);
    // Even if there are no others: Qt finds the system's by itself only where they lie in a folder
    // with links named by hash, and has them in the host's default elsewhere.
    tls.setCaCertificates(QSslConfiguration::systemCaCertificates() + caCertificates);
    return tls;
}

} // namespace

struct HttpClient::Open
{
    std::unique_ptr<HttpCall> call;
    QPointer<QObject> context;
    Handler handler;
    QMetaObject::Connection whenContextDies;

    // From here on nobody calls the client because of it.
    void detach() const
    {
        QObject::disconnect(whenContextDies);
        call->disconnect();
    }

    void answer(const HttpAnswer &answer) const
    {
        if (context)
            handler(answer);
    }
};

HttpClient::HttpClient(const HttpSettings &settings, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_proxies(new HttpProxies(settings.proxy))
{
    m_manager.setProxyFactory(m_proxies);
}

HttpClient::~HttpClient()
{
    // Once: what a handler asks now goes with m_open, for one that asks again whatever the answer
    // would never come to an end.
    answerAll(Problem(Problem::Kind::Closed, QStringLiteral("the HTTP client was destroyed")));
}

void HttpClient::send(const HttpRequest &request, QObject *context, Handler handler)
{
    Q_ASSERT(context->thread() == thread());
    auto open = std::make_unique<Open>();
    const bool isRefused = !hasRoomFor(request);
    HttpRequest kept = request;
    if (isRefused)
        kept.body.clear();
    open->call = std::make_unique<HttpCall>(kept, m_settings.minimumRate);
    open->context = context;
    open->handler = std::move(handler);
    HttpCall *const call = open->call.get();
    connect(call, &HttpCall::ended, this,
            [this, call](const HttpAnswer &answer) { finish(call, answer); });
    open->whenContextDies = connect(context, &QObject::destroyed, call, [this, call] {
        const QString origin = call->origin();
        take(call);
        startWaiting(origin);
    });
    m_open.push_back(std::move(open));
    if (isRefused) {
        ++m_inFlight[call->origin()];
        call->refuse(Problem(Problem::Kind::WillRetry, QStringLiteral("too much waits already")));
    } else {
        startWaiting(call->origin());
    }
}

bool HttpClient::hasRoomFor(const HttpRequest &request) const
{
    qsizetype bytes = 0;
    for (const auto &open : m_open)
        bytes += open->call->bodySize();
    const bool fits =
        request.body.isEmpty() || bytes == 0 || bytes + request.body.size() <= MaxOpenBytes;
    return fits && m_open.size() < MaxOpen;
}

void HttpClient::startWaiting(const QString &origin)
{
    for (const auto &open : m_open) {
        if (m_inFlight.value(origin) >= MaxInFlight)
            return;
        // Where a context dies, its calls go one by one: the next one is not to be sent first.
        if (open->call->isSent() || !open->context || open->call->origin() != origin)
            continue;
        ++m_inFlight[origin];
        open->call->send(m_manager, m_proxies, open->call->isTls() ? tls() : QSslConfiguration());
    }
}

// The system's are hundreds of files.
const QSslConfiguration &HttpClient::tls()
{
    if (!m_tls)
        m_tls = tlsConfiguration(m_settings.caCertificates);
    return *m_tls;
}

void HttpClient::finish(HttpCall *call, const HttpAnswer &answer)
{
    const auto open = take(call);
    startWaiting(call->origin());
    // It is in its own signal, and the answer is its own.
    open->call.release()->deleteLater();
    open->answer(answer); // last: it may destroy this
}

std::unique_ptr<HttpClient::Open> HttpClient::take(HttpCall *call)
{
    const auto it = std::find_if(m_open.begin(), m_open.end(),
                                 [call](const auto &open) { return open->call.get() == call; });
    Q_ASSERT(it != m_open.end());
    std::unique_ptr<Open> open = std::move(*it);
    m_open.erase(it);
    open->detach();
    const QString origin = call->origin();
    if (call->isSent() && --m_inFlight[origin] == 0)
        m_inFlight.remove(origin);
    return open;
}

void HttpClient::abort()
{
    answerAll(Problem(Problem::Kind::WillRetry, QStringLiteral("aborted")));
}

void HttpClient::answerAll(const Problem &problem)
{
    const auto all = std::exchange(m_open, {});
    m_inFlight.clear();
    for (const auto &open : all) {
        open->detach();
        open->call->cancel();
    }
    m_manager.clearConnectionCache();
    HttpAnswer answer;
    answer.problem = problem;
    for (const auto &open : all)
        open->answer(answer); // may destroy this
}

} // namespace RemoteLog
