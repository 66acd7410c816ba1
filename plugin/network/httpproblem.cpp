// SPDX-License-Identifier: MIT
#include "httpproblem.h"

#include <QMetaEnum>

namespace RemoteLog {

namespace {

Problem::Kind kindOfStatus(int status)
{
    switch (status) {
    case 304: // of a request that asked for it
        return Problem::Kind::None;
    case 401: // Unauthorized
    case 403: // Forbidden
    case 407: // Proxy Authentication Required
        return Problem::Kind::ActionRequired;
    case 408: // Request Timeout
    case 425: // Too Early
    case 429: // Too Many Requests
        return Problem::Kind::WillRetry;
    default:
        break;
    }
    if (status >= 200 && status < 300)
        return Problem::Kind::None;
    if (status >= 300 && status < 500)
        return Problem::Kind::Rejected;
    return Problem::Kind::WillRetry;
}

Problem::Kind kindOfError(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::NoError:
        return Problem::Kind::None;
    case QNetworkReply::SslHandshakeFailedError:
    case QNetworkReply::ProxyAuthenticationRequiredError:
    case QNetworkReply::AuthenticationRequiredError:
        return Problem::Kind::ActionRequired;
    default:
        return Problem::Kind::WillRetry;
    }
}

} // namespace

Problem problemOfStatus(int status, const QString &place)
{
    return Problem(kindOfStatus(status),
                   QStringLiteral("HTTP status %1 from %2").arg(status).arg(place));
}

Problem problemOfError(QNetworkReply::NetworkError error, const QString &place, const QString &hint)
{
    const auto names = QMetaEnum::fromType<QNetworkReply::NetworkError>();
    QString detail =
        QStringLiteral("%1 from %2").arg(QString::fromLatin1(names.valueToKey(error)), place);
    if (!hint.isEmpty())
        detail += QStringLiteral(": ") + hint;
    return Problem(kindOfError(error), detail);
}

} // namespace RemoteLog
