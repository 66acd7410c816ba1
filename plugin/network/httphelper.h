// SPDX-License-Identifier: MIT
#pragma once

#include "httpclient.h"

#include <QUrlQuery>

#include <functional>
#include <memory>
#include <vector>

namespace RemoteLog {

// One helper as it is asked by HTTP: where it is, with which credential, and what of it is under
// way. In the thread of its client, which outlives it.
class HttpHelper
{
public:
    // What goes into the header Authorization, asked for each request; null for none.
    using Credential = std::function<QByteArray()>;
    using Handler = HttpClient::Handler;

    // `base`: as HelperUrl::base.
    HttpHelper(HttpClient &client, const QUrl &base, Credential credential);
    // Open requests are dropped without an answer.
    ~HttpHelper();
    HttpHelper(const HttpHelper &) = delete;
    HttpHelper &operator=(const HttpHelper &) = delete;

    // Below the base. `path` begins with a slash and is percent-encoded, `query` too.
    QUrl url(const QString &path, const QUrlQuery &query = QUrlQuery()) const;

    // The credential goes with it. `handler` is called exactly once, never from inside send(), and
    // may destroy this.
    void send(HttpRequest request, Handler handler);

    // Ends everything that is open, with WillRetry, before it returns; handlers may ask anew.
    void abort();

private:
    struct Open
    {
        QObject context; // its death is the request's
        Handler handler;
    };

    void finish(Open *open, const HttpAnswer &answer);

    HttpClient &m_client;
    QUrl m_base;
    Credential m_credential;
    std::vector<std::unique_ptr<Open>> m_open;
};

} // namespace RemoteLog
