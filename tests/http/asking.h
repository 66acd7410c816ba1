// SPDX-License-Identifier: MIT
#pragma once

#include "network/httpclient.h"

#include <QEventLoop>
#include <QTest>
#include <QTimer>

namespace RemoteLogTest {

// For QTRY_COMPARE_WITH_TIMEOUT: five seconds are not enough where time limits have to pass, or on
// a busy machine.
constexpr int Patience = 60'000;

// The answers to what was asked, in the order in which they came.
class Asking
{
public:
    explicit Asking(RemoteLog::HttpClient *client)
        : m_client(client)
    {
    }

    void send(const RemoteLog::HttpRequest &request)
    {
        m_client->send(request, &m_context,
                       [this](const RemoteLog::HttpAnswer &answer) { m_answers.append(answer); });
    }

    RemoteLog::HttpAnswer ask(const RemoteLog::HttpRequest &request)
    {
        // Not qWaitFor(), which sleeps between events: the test is the server too.
        QEventLoop loop;
        QTimer limit;
        limit.callOnTimeout([] { qFatal("a request was not answered"); });
        limit.start(Patience);
        m_client->send(request, &m_context, [&](const RemoteLog::HttpAnswer &answer) {
            m_answers.append(answer);
            loop.quit();
        });
        loop.exec();
        return m_answers.last();
    }

    RemoteLog::HttpAnswer get(const QUrl &url)
    {
        RemoteLog::HttpRequest request;
        request.url = url;
        return ask(request);
    }

    const QList<RemoteLog::HttpAnswer> &answers() const { return m_answers; }

private:
    RemoteLog::HttpClient *m_client;
    QList<RemoteLog::HttpAnswer> m_answers;
    QObject m_context;
};

} // namespace RemoteLogTest
