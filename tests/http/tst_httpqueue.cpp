// SPDX-License-Identifier: MIT
#include "asking.h"
#include "heldserver.h"

#include <algorithm>
#include <functional>
#include <memory>

using namespace RemoteLog;
using namespace RemoteLogTest;
using namespace std::chrono_literals;

// Which requests are on their way and which wait, and that each is answered once whatever happens.
class TestHttpQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sendsSixAtATime();
    void leavesRoomBesideWhatTakesLong();
    void countsEachOriginByItself();
    void waitsWithoutALimit();
    void abortAnswersEverything();
    void abortForgetsConnections();
    void goesOnAfterAbort();
    void answersWhenDestroyed();
    void dropsWhatIsAskedWhileItIsDestroyed();
    void mayBeDestroyedByAHandler();
    void forgetsWhoeverIsGone();
    void aContextMayDieOnceItHasItsAnswer();
    void aHandlerMayEndItsContext();
    void aHandlerMayAskAgain();
};

void TestHttpQueue::sendsSixAtATime()
{
    constexpr int Count = 20;
    HeldServer server;
    HttpClient client;
    Asking asking(&client);
    for (int i = 0; i < Count; ++i)
        asking.send(requestTo(server, i));
    for (int answered = 0; answered < Count; ++answered) {
        const qsizetype expected = std::min(HttpClient::MaxInFlight, Count - answered);
        QTRY_COMPARE_WITH_TIMEOUT(server.held(), expected, Patience);
        // No more than that: one answered, the next one comes, and nothing else meanwhile.
        QCOMPARE(server.requests().size(), answered + expected);
        server.answerOne();
        QTRY_COMPARE_WITH_TIMEOUT(asking.answers().size(), answered + 1, Patience);
    }
    QVERIFY(areAll(asking.answers(), Problem::Kind::None));
    QCOMPARE(server.connections(), HttpClient::MaxInFlight); // and all of them used again
    QCOMPARE(server.requests()[Count - 1].target, QByteArray("/19")); // the last comes last
}

void TestHttpQueue::leavesRoomBesideWhatTakesLong()
{
    HeldServer server;
    HttpClient client;
    Asking asking(&client);
    for (int i = 0; i < 10; ++i) {
        HttpRequest request = requestTo(server, i);
        request.mayTakeLong = true;
        asking.send(request);
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.held(), HttpClient::MaxLong, Patience);
    for (int i = 10; i < 20; ++i)
        asking.send(requestTo(server, i));
    QTRY_COMPARE_WITH_TIMEOUT(server.held(), HttpClient::MaxInFlight, Patience);
    QCOMPARE(server.requests().at(HttpClient::MaxLong).target, QByteArray("/10"));

    // In the end everything has had its turn.
    while (asking.answers().size() < 20) {
        QTRY_VERIFY_WITH_TIMEOUT(server.held() > 0, Patience);
        const qsizetype before = asking.answers().size();
        server.answerOne();
        QTRY_VERIFY_WITH_TIMEOUT(asking.answers().size() > before, Patience);
    }
    QVERIFY(areAll(asking.answers(), Problem::Kind::None));
}

void TestHttpQueue::countsEachOriginByItself()
{
    HeldServer one;
    HeldServer two;
    HttpClient client;
    Asking asking(&client);
    for (int i = 0; i < 10; ++i)
        asking.send(requestTo(one, i));
    for (int i = 0; i < 10; ++i)
        asking.send(requestTo(two, i));
    QTRY_COMPARE_WITH_TIMEOUT(one.held(), HttpClient::MaxInFlight, Patience);
    QTRY_COMPARE_WITH_TIMEOUT(two.held(), HttpClient::MaxInFlight, Patience);
}

// Some wait for longer than their time limit before they are sent, for others are not answered.
void TestHttpQueue::waitsWithoutALimit()
{
    ScriptedServer server([](QTcpSocket *socket, const ReceivedRequest &request) {
        if (request.target == "/1")
            ScriptedServer::answering("ok")(socket, request);
    });
    HttpClient client;
    Asking asking(&client);
    HttpRequest silent = requestTo(server, 0);
    silent.timeLimit = 3500ms;
    HttpRequest waiting = requestTo(server, 1);
    waiting.timeLimit = 3s;
    for (int i = 0; i < HttpClient::MaxInFlight; ++i)
        asking.send(silent);
    for (int i = 0; i < HttpClient::MaxInFlight; ++i)
        asking.send(waiting);
    QTRY_COMPARE_WITH_TIMEOUT(asking.answers().size(), 2 * HttpClient::MaxInFlight, Patience);
    QVERIFY(areAll(asking.answers().mid(0, HttpClient::MaxInFlight), Problem::Kind::WillRetry));
    QVERIFY(areAll(asking.answers().mid(HttpClient::MaxInFlight), Problem::Kind::None));
}

void TestHttpQueue::abortAnswersEverything()
{
    HeldServer server;
    HttpClient client;
    Asking asking(&client);
    for (int i = 0; i < 20; ++i)
        asking.send(requestTo(server, i));
    QTRY_COMPARE_WITH_TIMEOUT(server.held(), HttpClient::MaxInFlight, Patience);
    client.abort();
    QCOMPARE(asking.answers().size(), 20);
    QVERIFY(areAll(asking.answers(), Problem::Kind::WillRetry));
    QTRY_COMPARE_WITH_TIMEOUT(server.openConnections(), 0, Patience);
    server.setScript(ScriptedServer::answering("ok"));
    QCOMPARE(asking.ask(requestTo(server, 20)).problem, Problem());
    QCOMPARE(asking.answers().size(), 21);
}

void TestHttpQueue::abortForgetsConnections()
{
    ScriptedServer server;
    HttpClient client;
    Asking asking(&client);
    asking.get(server.url());
    asking.get(server.url());
    QCOMPARE(server.connections(), 1);
    client.abort();
    QTRY_COMPARE_WITH_TIMEOUT(server.openConnections(), 0, Patience);
    asking.get(server.url());
    QCOMPARE(server.connections(), 2);
}

void TestHttpQueue::goesOnAfterAbort()
{
    HeldServer server;
    HttpClient client;
    Asking asking(&client);
    QObject context;
    int again = 0;
    for (int i = 0; i < 20; ++i) {
        client.send(requestTo(server, i), &context, [&](const HttpAnswer &) {
            ++again;
            asking.send(requestTo(server, 100));
        });
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.held(), HttpClient::MaxInFlight, Patience);
    server.setScript(ScriptedServer::answering("ok"));
    client.abort();
    QCOMPARE(again, 20);
    QCOMPARE(asking.answers().size(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(asking.answers().size(), 20, Patience);
    QVERIFY(areAll(asking.answers(), Problem::Kind::None));
}

void TestHttpQueue::answersWhenDestroyed()
{
    HeldServer server;
    auto client = std::make_unique<HttpClient>();
    Asking asking(client.get());
    for (int i = 0; i < 20; ++i)
        asking.send(requestTo(server, i));
    QTRY_COMPARE_WITH_TIMEOUT(server.held(), HttpClient::MaxInFlight, Patience);
    client.reset();
    QCOMPARE(asking.answers().size(), 20);
    QVERIFY(areAll(asking.answers(), Problem::Kind::Closed));
    QTRY_COMPARE_WITH_TIMEOUT(server.openConnections(), 0, Patience);
}

// A handler that asks again whatever the answer is.
void TestHttpQueue::dropsWhatIsAskedWhileItIsDestroyed()
{
    HeldServer server;
    auto client = std::make_unique<HttpClient>();
    QObject context;
    QList<Problem::Kind> answers;
    const std::function<void()> ask = [&, client = client.get()] {
        client->send(requestTo(server), &context, [&](const HttpAnswer &answer) {
            answers.append(answer.problem.kind());
            if (answers.size() < 10)
                ask();
        });
    };
    ask();
    QTRY_COMPARE_WITH_TIMEOUT(server.held(), 1, Patience);
    client.reset();
    QCOMPARE(answers, {Problem::Kind::Closed});
}

void TestHttpQueue::mayBeDestroyedByAHandler()
{
    ScriptedServer server;
    HeldServer held;
    for (const bool byAbort : {false, true}) {
        auto client = std::make_unique<HttpClient>();
        Asking asking(client.get());
        QObject context;
        bool isAnswered = false;
        client->send(requestTo(byAbort ? held : server), &context, [&](const HttpAnswer &) {
            isAnswered = true;
            client.reset();
        });
        for (int i = 0; i < 10; ++i)
            asking.send(requestTo(held, i));
        if (byAbort)
            client->abort();
        QTRY_VERIFY_WITH_TIMEOUT(isAnswered, Patience);
        QVERIFY(!client);
        QCOMPARE(asking.answers().size(), 10);
        QVERIFY(
            areAll(asking.answers(), byAbort ? Problem::Kind::WillRetry : Problem::Kind::Closed));
    }
}

// It is not called, and what it asked makes room.
void TestHttpQueue::forgetsWhoeverIsGone()
{
    HeldServer server;
    HttpClient client;
    Asking asking(&client);
    int calls = 0;
    auto context = std::make_unique<QObject>();
    for (int i = 0; i < 10; ++i)
        client.send(requestTo(server, i), context.get(), [&](const HttpAnswer &) { ++calls; });
    for (int i = 100; i < 103; ++i)
        asking.send(requestTo(server, i));
    QTRY_COMPARE_WITH_TIMEOUT(server.held(), HttpClient::MaxInFlight, Patience);
    context.reset();
    QTRY_COMPARE_WITH_TIMEOUT(server.held(), HttpClient::MaxInFlight + 3, Patience);
    while (server.held() > 0)
        server.answerOne();
    QTRY_COMPARE_WITH_TIMEOUT(asking.answers().size(), 3, Patience);
    QVERIFY(areAll(asking.answers(), Problem::Kind::None));
    QCOMPARE(calls, 0);
}

void TestHttpQueue::aContextMayDieOnceItHasItsAnswer()
{
    ScriptedServer server;
    HttpClient client;
    Asking asking(&client);
    for (int i = 0; i < 20; ++i) {
        auto context = std::make_unique<QObject>();
        bool isAnswered = false;
        client.send(requestTo(server), context.get(), [&](const HttpAnswer &) {
            isAnswered = true;
            asking.send(requestTo(server));
        });
        while (!isAnswered)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        context.reset();
    }
    QTRY_COMPARE_WITH_TIMEOUT(asking.answers().size(), 20, Patience);
}

// All of its calls are over with it, whoever else is there.
void TestHttpQueue::aHandlerMayEndItsContext()
{
    enum class By { Answer, Abort, Destructor };
    for (const By by : {By::Answer, By::Abort, By::Destructor}) {
        ScriptedServer server;
        auto client = std::make_unique<HttpClient>();
        Asking asking(client.get());
        int calls = 0;
        auto context = std::make_unique<QObject>();
        for (int i = 0; i < 10; ++i) {
            client->send(requestTo(server), context.get(), [&](const HttpAnswer &) {
                ++calls;
                context.reset();
            });
        }
        for (int i = 0; i < 10; ++i)
            asking.send(requestTo(server));
        if (by == By::Abort)
            client->abort();
        else if (by == By::Destructor)
            client.reset();
        QTRY_COMPARE_WITH_TIMEOUT(asking.answers().size(), 10, Patience);
        QCOMPARE(calls, 1);
    }
}

void TestHttpQueue::aHandlerMayAskAgain()
{
    ScriptedServer server;
    HttpClient client;
    QObject context;
    int left = 50;
    HttpClient::Handler handler = [&](const HttpAnswer &answer) {
        QVERIFY(!answer.problem);
        if (--left > 0)
            client.send(requestTo(server), &context, handler);
    };
    client.send(requestTo(server), &context, handler);
    QTRY_COMPARE_WITH_TIMEOUT(left, 0, Patience);
    QCOMPARE(server.requests().size(), 50);
    QCOMPARE(server.connections(), 1);
}

QTEST_GUILESS_MAIN(TestHttpQueue)

#include "tst_httpqueue.moc"
