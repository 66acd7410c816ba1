// SPDX-License-Identifier: MIT
#pragma once

#include "network/httpanswer.h"
#include "scriptedserver.h"

#include <QPointer>

#include <algorithm>

namespace RemoteLogTest {

// A server whose answers the test gives one by one.
class HeldServer : public ScriptedServer
{
public:
    HeldServer()
        : ScriptedServer([this](QTcpSocket *socket, const ReceivedRequest &request) {
            m_held.append({socket, request});
        })
    {
    }

    qsizetype held() const { return m_held.size(); }

    void answerOne()
    {
        const auto [socket, request] = m_held.takeFirst();
        if (socket)
            answering(request.target)(socket, request);
    }

private:
    QList<QPair<QPointer<QTcpSocket>, ReceivedRequest>> m_held;
};

inline RemoteLog::HttpRequest requestTo(const ScriptedServer &server, int number = 0)
{
    RemoteLog::HttpRequest request;
    request.url = server.url(QStringLiteral("/%1").arg(number));
    return request;
}

inline bool areAll(const QList<RemoteLog::HttpAnswer> &answers, RemoteLog::Problem::Kind kind)
{
    return std::all_of(answers.begin(), answers.end(), [kind](const RemoteLog::HttpAnswer &answer) {
        return answer.problem.kind() == kind;
    });
}

} // namespace RemoteLogTest
