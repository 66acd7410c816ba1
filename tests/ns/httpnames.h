// SPDX-License-Identifier: MIT
#pragma once

// A name system in front of a server that says what the test wants.

#include "recordwriter.h"
#include "scriptedserver.h"

#include "ns/recordcalls.h"

#include <RemoteLog/namesystem.h>

#include <QEventLoop>
#include <QFutureWatcher>
#include <QTest>
#include <QTimer>

namespace RemoteLogTest {

constexpr int Patience = 60'000;
constexpr qint64 AnswerLimit = MaxNameRecords * MaxNameRecordSize;
constexpr char Secret[] = "Bearer s3cret";

using Records = Result<QList<QByteArray>>;

// A header "Content-Type", for ScriptedServer.
inline const QByteArray RecordTypeLine =
    QByteArray("Content-Type: ") + RecordAnswers::RecordType + "\r\n";
inline const QByteArray TextLine = "Content-Type: text/plain; charset=utf-8\r\n";

// Not qWaitFor(), which sleeps between events: the test is the server too.
template <class T>
T await(const QFuture<T> &future)
{
    QEventLoop loop;
    QTimer limit;
    limit.callOnTimeout([] { qFatal("a name system gave no answer"); });
    limit.start(Patience);
    QFutureWatcher<T> watcher;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
    watcher.setFuture(future);
    if (!future.isFinished())
        loop.exec();
    return future.result();
}

template <class System>
class HttpNames
{
public:
    // `path`: of the base.
    explicit HttpNames(const QString &path = QString())
        : system(urlOf(server, path), http, [] { return QByteArray(Secret); })
    {
    }

    Records get() { return await(system.get(log.logName(), AnswerLimit)); }
    Problem put(const QByteArray &record) { return await(system.put(log.logName(), record)); }
    void answer(const QByteArray &body, const QByteArray &status = "200 OK",
                const QByteArray &headers = QByteArray())
    {
        server.setScript(ScriptedServer::answering(body, status, headers));
    }
    void serve(const QByteArray &record, const QByteArray &headers = QByteArray())
    {
        answer(record, "200 OK", RecordTypeLine + headers);
    }
    const ReceivedRequest &last() const { return server.requests().constLast(); }

    const Writer log;
    ScriptedServer server;
    HttpClient http;
    System system;

private:
    static HelperUrl urlOf(const ScriptedServer &server, const QString &path)
    {
        HelperUrl url;
        url.base = server.url(path);
        url.needsNetwork = false;
        return url;
    }
};

inline QList<QByteArray> one(const QByteArray &record)
{
    return {record};
}

// What none of a system's texts may have.
inline bool isDiscreet(const Problem &problem)
{
    return !problem.detail().contains(u"s3cret"_s) && !problem.detail().contains(u"k51"_s)
           && !problem.detail().contains(u"from the server"_s);
}

} // namespace RemoteLogTest
