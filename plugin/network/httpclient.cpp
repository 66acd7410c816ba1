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

void HttpClient::Asker::answer(const HttpAnswer &answer) const
{
    if (context)
        handler(answer);
}

struct HttpClient::Open
{
    Asker asker;
    std::unique_ptr<HttpCall> call;
    QMetaObject::Connection whenContextDies;

    // From here on nobody calls the client because of it.
    void detach() const
    {
        QObject::disconnect(whenContextDies);
        call->disconnect();
    }
};

void HttpClient::InFlight::add(const HttpCall &call, int count)
{
    all += count;
    takingLong += call.mayTakeLong() ? count : 0;
}

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
    Asker asker{context, std::move(handler)};
    if (!hasRoomFor(request)) {
        refuse(std::move(asker));
        return;
    }
    auto open = std::make_unique<Open>();
    open->asker = std::move(asker);
    open->call = std::make_unique<HttpCall>(request, m_settings.minimumRate);
    HttpCall *const call = open->call.get();
    connect(call, &HttpCall::ended, this,
            [this, call](const HttpAnswer &answer) { finish(call, answer); });
    open->whenContextDies = connect(context, &QObject::destroyed, call, [this, call] {
        const QString origin = call->origin();
        take(call);
        startWaiting(origin);
    });
    m_open.push_back(std::move(open));
    startWaiting(call->origin());
}

bool HttpClient::hasRoomFor(const HttpRequest &request) const
{
    const QString origin = HttpCall::originOf(request.url);
    int count = 0;
    qsizetype bytes = 0;
    qsizetype allBytes = 0;
    for (const auto &open : m_open) {
        const qsizetype size = open->call->bodySize();
        allBytes += size;
        if (open->call->origin() != origin)
            continue;
        ++count;
        bytes += size;
    }
    if (count >= MaxOpen)
        return false;
    const qsizetype size = request.body.size();
    return size == 0 || bytes == 0
           || (bytes + size <= MaxOpenBytes && allBytes + size <= MaxAllBytes);
}

void HttpClient::refuse(Asker asker)
{
    m_refused.push_back(std::move(asker));
    QMetaObject::invokeMethod(this, &HttpClient::answerRefused, Qt::QueuedConnection);
}

void HttpClient::answerRefused()
{
    if (m_refused.empty()) // abort() has answered it
        return;
    const Asker asker = std::move(m_refused.front());
    m_refused.pop_front();
    HttpAnswer answer;
    answer.problem = Problem(Problem::Kind::WillRetry, QStringLiteral("too much waits already"));
    asker.answer(answer); // last: it may destroy this
}

void HttpClient::startWaiting(const QString &origin)
{
    for (const auto &open : m_open) {
        const InFlight inFlight = m_inFlight.value(origin);
        if (inFlight.all >= MaxInFlight)
            return;
        // Where a context dies, its calls go one by one: the next one is not to be sent first.
        if (open->call->isSent() || !open->asker.context || open->call->origin() != origin)
            continue;
        if (open->call->mayTakeLong() && inFlight.takingLong >= MaxLong)
            continue;
        m_inFlight[origin].add(*open->call, 1);
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
    open->asker.answer(answer); // last: it may destroy this
}

std::unique_ptr<HttpClient::Open> HttpClient::take(HttpCall *call)
{
    const auto it = std::find_if(m_open.begin(), m_open.end(),
                                 [call](const auto &open) { return open->call.get() == call; });
    Q_ASSERT(it != m_open.end());
    std::unique_ptr<Open> open = std::move(*it);
    m_open.erase(it);
    open->detach();
    const QString &origin = call->origin();
    if (call->isSent()) {
        m_inFlight[origin].add(*call, -1);
        if (m_inFlight.value(origin).all == 0)
            m_inFlight.remove(origin);
    }
    return open;
}

void HttpClient::abort()
{
    answerAll(Problem(Problem::Kind::WillRetry, QStringLiteral("aborted")));
}

void HttpClient::answerAll(const Problem &problem)
{
    const auto all = std::exchange(m_open, {});
    const auto refused = std::exchange(m_refused, {});
    m_inFlight.clear();
    for (const auto &open : all) {
        open->detach();
        open->call->cancel();
    }
    m_manager.clearConnectionCache();
    HttpAnswer answer;
    answer.problem = problem;
    for (const auto &open : all)
        open->asker.answer(answer); // may destroy this
    for (const Asker &asker : refused)
        asker.answer(answer);
}

} // namespace RemoteLog
