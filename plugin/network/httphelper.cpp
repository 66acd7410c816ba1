// SPDX-License-Identifier: MIT
#include "httphelper.h"

#include <algorithm>
#include <utility>

namespace RemoteLog {

HttpHelper::HttpHelper(HttpClient &client, const QUrl &base, Credential credential)
    : m_client(client)
    , m_base(base)
    , m_credential(std::move(credential))
{
}

HttpHelper::~HttpHelper() = default;

QUrl HttpHelper::url(const QString &path, const QUrlQuery &query) const
{
    QUrl url = m_base;
    url.setPath(m_base.path(QUrl::FullyEncoded) + path, QUrl::StrictMode);
    url.setQuery(query);
    return url;
}

void HttpHelper::send(HttpRequest request, Handler handler)
{
    if (m_credential)
        request.credential = m_credential();
    auto open = std::make_unique<Open>();
    open->handler = std::move(handler);
    Open *const asked = open.get();
    m_open.push_back(std::move(open));
    m_client.send(request, &asked->context,
                  [this, asked](const HttpAnswer &answer) { finish(asked, answer); });
}

void HttpHelper::finish(Open *open, const HttpAnswer &answer)
{
    const auto found = std::find_if(m_open.begin(), m_open.end(),
                                    [open](const auto &each) { return each.get() == open; });
    Q_ASSERT(found != m_open.end());
    const std::unique_ptr<Open> done = std::move(*found);
    m_open.erase(found);
    done->handler(answer); // last: it may destroy this
}

void HttpHelper::abort()
{
    HttpAnswer answer;
    answer.problem = Problem(Problem::Kind::WillRetry, QStringLiteral("aborted"));
    // The contexts die first: the client has forgotten them before any handler asks it anew.
    std::vector<Handler> handlers;
    for (const auto &open : std::exchange(m_open, {}))
        handlers.push_back(std::move(open->handler));
    for (const Handler &handler : handlers)
        handler(answer);
}

} // namespace RemoteLog
