// SPDX-License-Identifier: MIT
#include "heldserver.h"
#include "network/httpclient.h"

#include "support/slowproxy.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace RemoteLogTest;

// Whether what the proxy says of the traffic is so.
class SlowProxyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void bytesTakeTheirTimeEachWay();
    void requestsAreCountedInEachForm_data();
    void requestsAreCountedInEachForm();
    void bytesAreCounted();
    void wavesMakeTheDepth();
    void cutConnectionsEnd();
    void stallHoldsEverything();
    void aDeadServerEndsConnections();

private:
    // Through the proxy; the answer comes to m_answers.
    void send(const SlowProxy &proxy, const QByteArray &method, const QByteArray &target,
              const QByteArray &body = {});

    std::unique_ptr<HttpClient> m_client;
    QList<HttpAnswer> m_answers;
};

void SlowProxyTest::init()
{
    m_client = std::make_unique<HttpClient>();
    m_answers.clear(); // what the one before left open, too
}

void SlowProxyTest::send(const SlowProxy &proxy, const QByteArray &method, const QByteArray &target,
                         const QByteArray &body)
{
    HttpRequest request;
    request.method = method == "POST"   ? HttpRequest::Method::Post
                     : method == "HEAD" ? HttpRequest::Method::Head
                                        : HttpRequest::Method::Get;
    request.url = QUrl(QStringLiteral("http://127.0.0.1:%1").arg(proxy.port()));
    request.url.setPath(QString::fromLatin1(target));
    request.body = body;
    m_client->send(request, this, [this](const HttpAnswer &answer) { m_answers.append(answer); });
}

void SlowProxyTest::bytesTakeTheirTimeEachWay()
{
    ScriptedServer server;
    const SlowProxy proxy(server.serverPort(), std::chrono::milliseconds(50));
    QElapsedTimer time;
    time.start();
    send(proxy, "GET", "/");
    QTRY_COMPARE(server.requests().size(), 1);
    QVERIFY(time.elapsed() >= 49);
    QTRY_COMPARE(m_answers.size(), 1);
    QVERIFY(time.elapsed() >= 98);
    QCOMPARE(m_answers.first().body, QByteArray("ok"));
    QCOMPARE(proxy.through(server.url(QStringLiteral("/a"))).toString(),
             QStringLiteral("http://127.0.0.1:%1/a").arg(proxy.port()));
}

void SlowProxyTest::requestsAreCountedInEachForm_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<int>("connections"); // Qt opens a new one after a trailer
    const auto add = [](const char *name, const QByteArray &answer,
                        const QByteArray &method = "GET", int connections = 1) {
        QTest::newRow(name) << method << answer << connections;
    };
    const QByteArray ok = "HTTP/1.1 200 OK\r\n";
    const QByteArray chunks =
        ok
        + "Transfer-Encoding: "
          "chunked\r\n\r\n3;x=y\r\nabc\r\n1A\r\n01234\r\n\r\n0123456789abcdefg\r\n0\r\n";
    add("length", ok + "Content-Length: 3\r\n\r\nabc");
    add("empty", ok + "Content-Length: 0\r\n\r\n");
    add("no body", "HTTP/1.1 204 None\r\n\r\n");
    add("head", ok + "Content-Length: 3\r\n\r\n", "HEAD");
    add("chunks", chunks + "\r\n");
    add("trailer", chunks + "End: 1\r\n\r\n", "GET", 3);
    add("looks like two", ok + "Content-Length: 21\r\n\r\nHTTP/1.1 200 OK\r\n\r\nab");
    add("continued", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 3\r\n\r\nabc", "POST");
}

void SlowProxyTest::requestsAreCountedInEachForm()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, answer);
    ScriptedServer server(ScriptedServer::sending(answer, ScriptedServer::Then::Wait));
    SlowProxy proxy(server.serverPort(), std::chrono::milliseconds(0));
    const QByteArray body =
        method == "POST" ? QByteArray(100'000, 'x') + "\r\n\r\nGET /no HTTP/1.1" : QByteArray();
    // One after another on one connection: an end that is missed hides the next request.
    for (int i = 1; i <= 3; ++i) {
        send(proxy, method, "/" + QByteArray::number(i), body);
        QTRY_COMPARE(m_answers.size(), i);
        QVERIFY(m_answers.last().status > 0);
    }
    const SlowProxy::Traffic traffic = proxy.traffic();
    QCOMPARE(traffic.requests, (QList<QByteArray>{method + " /1", method + " /2", method + " /3"}));
    QTEST(traffic.connections, "connections");
    QCOMPARE(traffic.depth, 3);
    proxy.forget();
    QCOMPARE(proxy.traffic().requests.size(), 0);
    QCOMPARE(proxy.traffic().depth, 0);
}

void SlowProxyTest::bytesAreCounted()
{
    const QByteArray answer(1'000'000, 'a');
    ScriptedServer server(ScriptedServer::answering(answer));
    SlowProxy proxy(server.serverPort(), std::chrono::milliseconds(1));
    send(proxy, "POST", "/", QByteArray(300'000, 'b'));
    QTRY_COMPARE(m_answers.size(), 1);
    QCOMPARE(m_answers.first().body, answer);
    const SlowProxy::Traffic traffic = proxy.traffic();
    QVERIFY(traffic.bytesUp > 300'000 && traffic.bytesUp < 301'000);
    QVERIFY(traffic.bytesDown > 1'000'000 && traffic.bytesDown < 1'001'000);
}

void SlowProxyTest::wavesMakeTheDepth()
{
    HeldServer server;
    const SlowProxy proxy(server.serverPort(), std::chrono::milliseconds(1));
    // Three at once are one wave, however many connections.
    for (int i = 0; i < 3; ++i)
        send(proxy, "GET", "/first");
    QTRY_COMPARE(server.held(), 3);
    QCOMPARE(proxy.traffic().depth, 1);
    // Two wait for one of them, and one for these.
    server.answerOne();
    QTRY_COMPARE(m_answers.size(), 1);
    send(proxy, "GET", "/second");
    QTRY_COMPARE(server.held(), 3);
    QCOMPARE(proxy.traffic().depth, 2);
    server.answerOne();
    QTRY_COMPARE(m_answers.size(), 2);
    send(proxy, "GET", "/second, too");
    QTRY_COMPARE(server.held(), 3);
    QCOMPARE(proxy.traffic().depth, 2);
    server.answerOne();
    server.answerOne();
    QTRY_COMPARE(m_answers.size(), 4);
    send(proxy, "GET", "/third");
    QTRY_COMPARE(server.held(), 2);
    QCOMPARE(proxy.traffic().depth, 3);
    QCOMPARE(proxy.traffic().connections, 3);
}

void SlowProxyTest::cutConnectionsEnd()
{
    HeldServer server;
    SlowProxy proxy(server.serverPort(), std::chrono::milliseconds(1));
    send(proxy, "POST", "/1", "x");
    send(proxy, "POST", "/2", "x");
    QTRY_COMPARE(server.held(), 2);
    // Qt asks once more by itself where nothing was answered; see HttpRequest.
    proxy.cut();
    QTRY_COMPARE(server.held(), 4);
    proxy.cut();
    QTRY_COMPARE(m_answers.size(), 2);
    QVERIFY(areAll(m_answers, Problem::Kind::WillRetry));
    QTRY_COMPARE(server.openConnections(), 0);
    send(proxy, "GET", "/3");
    QTRY_COMPARE(server.held(), 5);
}

void SlowProxyTest::stallHoldsEverything()
{
    HeldServer server;
    SlowProxy proxy(server.serverPort(), std::chrono::milliseconds(1));
    send(proxy, "GET", "/1");
    QTRY_COMPARE(server.held(), 1);
    proxy.setStalled(true);
    server.answerOne();
    send(proxy, "GET", "/2");
    QTRY_COMPARE(proxy.traffic().requests.size(), 2);
    // There and back on a longer line: what moved on this one would have come before.
    const SlowProxy longer(server.serverPort(), std::chrono::milliseconds(20));
    send(longer, "GET", "/meanwhile");
    QTRY_COMPARE(server.requests().constLast().target, "/meanwhile");
    server.answerOne();
    QTRY_VERIFY(!m_answers.isEmpty());
    QCOMPARE(m_answers.size(), 1);
    QCOMPARE(m_answers.first().body, "/meanwhile");
    QCOMPARE(server.requests().size(), 2);
    proxy.setStalled(false);
    QTRY_COMPARE(m_answers.size(), 2);
    QTRY_COMPARE(server.held(), 1);
    server.answerOne();
    QTRY_COMPARE(m_answers.size(), 3);
}

void SlowProxyTest::aDeadServerEndsConnections()
{
    quint16 port = 0;
    {
        const ScriptedServer server;
        port = server.serverPort();
    }
    const SlowProxy proxy(port, std::chrono::milliseconds(1));
    send(proxy, "GET", "/");
    QTRY_COMPARE(m_answers.size(), 1);
    QCOMPARE(m_answers.first().problem.kind(), Problem::Kind::WillRetry);
}

QTEST_GUILESS_MAIN(SlowProxyTest)
#include "tst_slowproxy.moc"
