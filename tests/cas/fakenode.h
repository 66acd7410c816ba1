// SPDX-License-Identifier: MIT
#pragma once

#include "scriptedserver.h"

#include <QHash>
#include <QSet>

namespace RemoteLogTest {

// As much of Kubo's RPC as a content store and a name system need, in memory: what it holds and has
// pinned, and what it was asked. Real nodes are tested elsewhere; this one counts, forgets and
// misbehaves at will.
class FakeNode
{
public:
    FakeNode();

    // "http://127.0.0.1:<port>"
    QUrl url() const { return m_server.url(QString()); }

    // The next answer to this command ("block/put"), or each of them, is given by a script that may
    // call answer() itself.
    void answerOnce(const QByteArray &command, const ScriptedServer::Script &script);
    void answerAlways(const QByteArray &command, const ScriptedServer::Script &script);
    void answerAgain(const QByteArray &command);
    // Does what the command says and answers as a node.
    void answer(QTcpSocket *socket, const ReceivedRequest &request);

    // Of every command so far, in order: "block/put".
    QList<QByteArray> commands() const;
    // As they came: "/api/v0/block/put?pin=true".
    QList<QByteArray> targets() const;
    qsizetype bytesSent() const { return m_bytesSent; } // bodies only
    void forgetCommands();
    ScriptedServer &server() { return m_server; }

    QHash<QByteArray, QByteArray> blocks; // by address
    QList<QByteArray> stored; // addresses as they came
    QSet<QByteArray> pins; // recursive
    QHash<QByteArray, QByteArray> records; // by name, each as it was put last
    QByteArray authorization; // what every command must bring in this header; empty: nothing

    // What no pin reaches is gone.
    void collectGarbage();

    static QByteArray commandOf(const ReceivedRequest &request);
    static QByteArray option(const ReceivedRequest &request, const QString &name);
    // Scripts that answer as a node does.
    static ScriptedServer::Script plain(const QByteArray &status, const QByteArray &text);
    static ScriptedServer::Script failing(const QByteArray &message, int code = 0);
    static ScriptedServer::Script saying(const QByteArray &json);
    // In chunks, and perhaps with an error in the trailer.
    static ScriptedServer::Script streaming(const QByteArray &body,
                                            const QByteArray &trailingError = QByteArray());

private:
    ScriptedServer::Script scriptFor(const ReceivedRequest &request);
    ScriptedServer::Script put(const ReceivedRequest &request);
    ScriptedServer::Script import(const ReceivedRequest &request);
    ScriptedServer::Script exportTree(const QByteArray &root) const;
    ScriptedServer::Script unpin(const QByteArray &address);
    ScriptedServer::Script putRecord(const ReceivedRequest &request);
    ScriptedServer::Script getRecord(const ReceivedRequest &request) const;
    void keep(const QByteArray &address, const QByteArray &bytes);

    ScriptedServer m_server;
    QHash<QByteArray, QList<ScriptedServer::Script>> m_once;
    QHash<QByteArray, ScriptedServer::Script> m_always;
    qsizetype m_firstRequest = 0;
    qsizetype m_bytesSent = 0;
};

} // namespace RemoteLogTest
