// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QPair>
#include <QUrl>

#include <chrono>

namespace RemoteLog {

using HttpHeaders = QList<QPair<QByteArray, QByteArray>>;

// What is asked of a helper. HttpClient follows no redirect and repeats nothing, but where a
// connection ends before any answer, Qt asks once more on a new one, whatever the method.
struct HttpRequest
{
    enum class Method { Get, Head, Post, Put, Delete };

    Method method = Method::Get;

    // http or https. User info in it is not sent: see `credential`.
    QUrl url;

    // Those of the client itself (User-Agent, Accept-Encoding, Accept-Language, Connection) are
    // replaced, Cookie, Authorization and Proxy-Authorization left out.
    HttpHeaders headers;

    // Value of the header Authorization, e.g. "Bearer x"; null for none. Kept apart because it goes
    // into no log and no Problem.
    QByteArray credential;

    // Sent with POST and PUT; application/octet-stream unless a header says what it is.
    QByteArray body;

    // Most that the answer's body may have; more than that is TooLarge as soon as it is known.
    qint64 maxAnswer = 1024 * 1024;

    // Of a good answer that is cut or over maxAnswer, what came stands beside the problem: for
    // bodies whose parts say themselves whether they are right.
    bool keepsPart = false;

    // It may take minutes, as a lookup in a DHT does: of these only so many are on their way to an
    // origin that there is always room for others (HttpClient::MaxLong).
    bool mayTakeLong = false;

    // From when it is sent, not from when it is queued, to the last byte of the answer. What is
    // moved meanwhile, up and down, adds to it: HttpSettings::minimumRate.
    std::chrono::milliseconds timeLimit{30'000};
};

} // namespace RemoteLog
