// SPDX-License-Identifier: MIT
#include "httpcall.h"

#include "httpproblem.h"
#include "httpretryafter.h"
#include "httpwirerequest.h"

#include <QDateTime>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSslConfiguration>
#include <QSslError>

#include <algorithm>
#include <utility>

namespace RemoteLog {

namespace {

// What Qt may hold for us meanwhile: the worker is not always there to fetch it.
constexpr qint64 ReadBuffer = 256 * 1024;

// Qt has another one, of their number: see complaint().
constexpr qint64 MaxHeaders = 64 * 1024;

bool isHttps(const QUrl &url)
{
    return url.scheme() == QStringLiteral("https");
}

bool isSuccess(int status)
{
    return status >= 200 && status < 300;
}

} // namespace

HttpCall::HttpCall(const HttpRequest &request, qint64 minimumRate)
    : m_request(request)
    , m_origin(originOf(request.url))
    , m_minimumRate(minimumRate)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &HttpCall::checkTime);
}

HttpCall::~HttpCall()
{
    cancel();
}

QString HttpCall::originOf(const QUrl &url)
{
    return QStringLiteral("%1://%2:%3")
        .arg(url.scheme(), url.host())
        .arg(url.port(isHttps(url) ? 443 : 80));
}

bool HttpCall::isTls() const
{
    return isHttps(m_request.url);
}

void HttpCall::send(QNetworkAccessManager &manager, HttpProxies *proxies,
                    const QSslConfiguration &tls)
{
    m_isSent = true;
    const Result<QNetworkRequest> wire = wireRequest(m_request, proxies, tls);
    if (!wire.ok()) {
        end(wire.problem());
        return;
    }
    m_reply = start(manager, wire.value());
    m_reply->setReadBufferSize(ReadBuffer);
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &HttpCall::readHead);
    connect(m_reply, &QNetworkReply::readyRead, this, &HttpCall::readBody);
    connect(m_reply, &QNetworkReply::finished, this, &HttpCall::evaluate);
    connect(m_reply, &QNetworkReply::uploadProgress, this,
            [this](qint64 sent) { m_uploaded = sent; });
    connect(m_reply, &QNetworkReply::sslErrors, this,
            [this](const QList<QSslError> &errors) { m_tlsError = errors.value(0).errorString(); });
    m_clock.start();
    m_timer.start(m_request.timeLimit);
}

QNetworkReply *HttpCall::start(QNetworkAccessManager &manager, const QNetworkRequest &request) const
{
    switch (m_request.method) {
    case HttpRequest::Method::Get:
        return manager.get(request);
    case HttpRequest::Method::Head:
        return manager.head(request);
    case HttpRequest::Method::Post:
        return manager.post(request, m_request.body);
    case HttpRequest::Method::Put:
        return manager.put(request, m_request.body);
    case HttpRequest::Method::Delete:
        return manager.deleteResource(request);
    }
    Q_UNREACHABLE();
}

void HttpCall::readHead()
{
    m_answer.status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    m_answer.headers = m_reply->rawHeaderPairs();
    qint64 size = 0;
    for (const auto &[name, value] : std::as_const(m_answer.headers))
        size += name.size() + value.size();
    if (size > MaxHeaders) {
        m_answer.headers.clear();
        end(Problem(Problem::Kind::WillRetry,
                    QStringLiteral("too many headers from %1").arg(place())));
        return;
    }
    // There is no need to read what is too much by its own word.
    if (m_request.method != HttpRequest::Method::Head && !m_request.keepsPart
        && isSuccess(m_answer.status)
        && m_answer.header("Content-Length").toLongLong() > m_request.maxAnswer)
        end(tooLarge());
}

void HttpCall::readBody()
{
    if (m_answer.status == 0)
        readHead();
    if (m_isEnded)
        return;
    const qint64 room = m_request.maxAnswer - m_answer.body.size();
    // No more than there is: read() allocates what it is asked for, and a body keeps it.
    m_answer.body += m_reply->read(std::min(room, m_reply->bytesAvailable()));
    if (m_reply->bytesAvailable() > 0)
        end(isSuccess(m_answer.status) ? tooLarge() : problemOfStatus(m_answer.status, place()));
}

void HttpCall::evaluate()
{
    readHead();
    // Qt signals no data of some answers (401) before their end.
    if (!m_isEnded)
        readBody();
    if (m_isEnded)
        return;
    const Problem problem = problemOfStatus(m_answer.status, place());
    if (m_answer.status >= 300)
        end(problem);
    else if (m_reply->error() != QNetworkReply::NoError)
        end(problemOfError(m_reply->error(), place(), m_tlsError));
    else
        end(problem ? problem : complaint());
}

// What Qt lets pass.
Problem HttpCall::complaint() const
{
    const auto willRetry = [this](const QString &what) {
        return Problem(Problem::Kind::WillRetry, what.arg(place()));
    };
    // Where there are more than it likes, Qt drops them all; what the body is nobody knows then.
    if (m_answer.headers.isEmpty())
        return willRetry(QStringLiteral("no headers or too many from %1"));
    if (m_request.method == HttpRequest::Method::Head)
        return Problem();
    const QByteArray length = m_answer.header("Content-Length");
    if (!length.isNull() && length.toLongLong() != m_answer.body.size())
        return willRetry(QStringLiteral("half an answer from %1"));
    const QByteArray encoding = m_answer.header("Content-Encoding");
    if (!encoding.isNull() && encoding.compare("identity", Qt::CaseInsensitive) != 0)
        return willRetry(QStringLiteral("an encoded answer from %1, which nobody asked for"));
    return Problem();
}

// For details.
QString HttpCall::place() const
{
    return m_request.url.adjusted(QUrl::RemoveUserInfo).authority();
}

void HttpCall::checkTime()
{
    using std::chrono::milliseconds;
    const qint64 moved = m_uploaded + m_answer.body.size();
    const milliseconds allowed =
        m_request.timeLimit + milliseconds(moved * 1000 / std::max<qint64>(m_minimumRate, 1));
    const milliseconds left = allowed - milliseconds(m_clock.elapsed());
    if (left > milliseconds(0)) {
        m_timer.start(left);
        return;
    }
    end(Problem(Problem::Kind::WillRetry, QStringLiteral("no complete answer from %1 within %2 ms")
                                              .arg(place())
                                              .arg(allowed.count())));
}

void HttpCall::end(const Problem &problem)
{
    if (m_isEnded)
        return;
    cancel();
    const auto wait = retryAfter(m_answer.header("Retry-After"), m_answer.header("Date"),
                                 QDateTime::currentDateTimeUtc());
    m_answer.problem = problem.withRetryAfter(wait.value_or(std::chrono::seconds(0)));
    const bool isGood = m_answer.status < 300 || m_answer.status == 304;
    if (problem && isGood && !(m_request.keepsPart && isSuccess(m_answer.status)))
        m_answer.body.clear();
    QMetaObject::invokeMethod(
        this, [this] { Q_EMIT ended(m_answer); }, Qt::QueuedConnection);
}

void HttpCall::cancel()
{
    m_isEnded = true;
    m_timer.stop();
    if (QNetworkReply *reply = std::exchange(m_reply, nullptr)) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
}

Problem HttpCall::tooLarge() const
{
    return Problem(
        Problem::Kind::TooLarge,
        QStringLiteral("more than %1 bytes from %2").arg(m_request.maxAnswer).arg(place()));
}

} // namespace RemoteLog
