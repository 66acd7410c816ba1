// SPDX-License-Identifier: MIT
#include "asking.h"
#include "heldserver.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

using namespace RemoteLog;
using namespace RemoteLogTest;

namespace {

HttpRequest postTo(const QTcpServer &server, const QByteArray &body)
{
    HttpRequest request;
    request.method = HttpRequest::Method::Post;
    request.url = QUrl(QStringLiteral("http://127.0.0.1:%1/").arg(server.serverPort()));
    request.body = body;
    return request;
}

bool isTooMuch(const HttpAnswer &answer)
{
    return answer.problem.kind() == Problem::Kind::WillRetry
           && answer.problem.detail().contains(QStringLiteral("too much"));
}

// Calls `whenFull` while the server's origin has no room, then gives the room back.
void fillThenDrop(HttpClient *client, const ScriptedServer &server,
                  const std::function<void()> &whenFull)
{
    QObject context;
    for (int i = 0; i < HttpClient::MaxOpen; ++i)
        client->send(requestTo(server), &context, [](const HttpAnswer &) {});
    whenFull();
}

// What happens to a refusal before it is answered.
enum class Then { Nothing, Abort, Destroy, DropContext, DestroyByAnswer, DropContextByAnswer };

} // namespace

// What is refused because too much waits, what is not, and that a refusal is answered once.
class TestHttpLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesWhatWouldBeTooMuch();
    void refusesBodiesThatWouldBeTooMuch();
    void refusesBodiesThatWouldBeTooMuchTogether();
    void alwaysTakesOneBody();
    void whatIsRefusedTakesNoRoom();
    void answersARefusalOnce_data();
    void answersARefusalOnce();
};

void TestHttpLimits::refusesWhatWouldBeTooMuch()
{
    HeldServer hanging;
    ScriptedServer other;
    HttpClient client;
    Asking asking(&client);
    for (int i = 0; i < HttpClient::MaxOpen; ++i)
        asking.send(requestTo(hanging, i));
    QTRY_COMPARE_WITH_TIMEOUT(hanging.held(), HttpClient::MaxInFlight, Patience);
    QCOMPARE(asking.answers().size(), 0);
    QVERIFY(isTooMuch(asking.ask(requestTo(hanging))));
    QCOMPARE(asking.ask(requestTo(other)).problem, Problem());
    QCOMPARE(asking.answers().size(), 2);
}

void TestHttpLimits::refusesBodiesThatWouldBeTooMuch()
{
    QTcpServer stuck; // it never reads
    QVERIFY(stuck.listen(QHostAddress::LocalHost));
    ScriptedServer server;
    HttpClient client;
    Asking asking(&client);
    HttpRequest request = postTo(stuck, QByteArray(HttpClient::MaxOpenBytes / 4, 'x'));
    for (int i = 0; i < 4; ++i)
        asking.send(request);
    request.body = "x";
    asking.send(request);
    QCOMPARE(asking.answers().size(), 0); // never from inside
    QTRY_COMPARE_WITH_TIMEOUT(asking.answers().size(), 1, Patience);
    QVERIFY(isTooMuch(asking.answers()[0]));

    // What has no body needs no room, another origin has its own, and what is answered makes some.
    request.body.clear();
    asking.send(request);
    QCOMPARE(asking.ask(postTo(server, "x")).problem, Problem());
    QCOMPARE(asking.answers().size(), 2);
    client.abort();
    QCOMPARE(asking.answers().size(), 7);
    request.body = QByteArray(HttpClient::MaxOpenBytes, 'x');
    asking.send(request);
    QCOMPARE(asking.ask(requestTo(server)).problem, Problem());
    QCOMPARE(asking.answers().size(), 8);
}

void TestHttpLimits::refusesBodiesThatWouldBeTooMuchTogether()
{
    constexpr int Count = HttpClient::MaxAllBytes / HttpClient::MaxOpenBytes;
    const QByteArray body(HttpClient::MaxOpenBytes, 'x');
    std::array<QTcpServer, Count> stuck;
    QTcpServer last;
    QVERIFY(last.listen(QHostAddress::LocalHost));
    ScriptedServer server;
    HttpClient client;
    Asking asking(&client);
    for (QTcpServer &one : stuck) {
        QVERIFY(one.listen(QHostAddress::LocalHost));
        asking.send(postTo(one, body));
    }
    asking.send(postTo(last, "x"));
    QVERIFY(isTooMuch(asking.ask(postTo(last, "x"))));
    // The first of each origin gets on, whatever the others have.
    QCOMPARE(asking.ask(postTo(server, "x")).problem, Problem());
    QCOMPARE(asking.answers().size(), 2);
}

void TestHttpLimits::alwaysTakesOneBody()
{
    QTcpServer stuck;
    QVERIFY(stuck.listen(QHostAddress::LocalHost));
    ScriptedServer server;
    HttpClient client;
    Asking asking(&client);
    asking.send(postTo(stuck, QByteArray(HttpClient::MaxAllBytes + 1, 'x')));
    // These are answered, and that one, which would have been before them, is not.
    QVERIFY(isTooMuch(asking.ask(postTo(stuck, "x"))));
    QCOMPARE(asking.ask(postTo(server, "x")).problem, Problem());
    QCOMPARE(asking.answers().size(), 2);
}

// However many were refused in a burst, and wait for that answer.
void TestHttpLimits::whatIsRefusedTakesNoRoom()
{
    ScriptedServer server;
    HttpClient client;
    Asking refused(&client);
    Asking taken(&client);
    fillThenDrop(&client, server, [&] {
        for (int i = 0; i < HttpClient::MaxOpen; ++i)
            refused.send(requestTo(server));
    });
    for (int i = 0; i < HttpClient::MaxOpen; ++i)
        taken.send(requestTo(server));
    QTRY_COMPARE_WITH_TIMEOUT(refused.answers().size(), HttpClient::MaxOpen, Patience);
    QVERIFY(std::all_of(refused.answers().begin(), refused.answers().end(), isTooMuch));
    QTRY_COMPARE_WITH_TIMEOUT(taken.answers().size(), HttpClient::MaxOpen, Patience);
    QVERIFY(areAll(taken.answers(), Problem::Kind::None));
}

void TestHttpLimits::answersARefusalOnce_data()
{
    QTest::addColumn<Then>("then");
    QTest::addColumn<QList<Problem::Kind>>("expected");
    const auto row = [](const char *name, Then then, const QList<Problem::Kind> &expected) {
        QTest::addRow("%s", name) << then << expected;
    };
    row("nothing else happens", Then::Nothing, {2, Problem::Kind::WillRetry});
    row("abort", Then::Abort, {2, Problem::Kind::WillRetry});
    row("the client is destroyed", Then::Destroy, {2, Problem::Kind::Closed});
    row("the context is destroyed", Then::DropContext, {});
    row("the first one destroys the client", Then::DestroyByAnswer,
        {Problem::Kind::WillRetry, Problem::Kind::Closed});
    row("the first one destroys the context", Then::DropContextByAnswer,
        {Problem::Kind::WillRetry});
}

void TestHttpLimits::answersARefusalOnce()
{
    QFETCH(const Then, then);
    QFETCH(const QList<Problem::Kind>, expected);
    ScriptedServer server;
    auto client = std::make_unique<HttpClient>();
    auto context = std::make_unique<QObject>();
    QList<Problem::Kind> answers;
    const auto handler = [&](const HttpAnswer &answer) {
        answers.append(answer.problem.kind());
        if (then == Then::DestroyByAnswer)
            client.reset();
        else if (then == Then::DropContextByAnswer)
            context.reset();
    };
    fillThenDrop(client.get(), server, [&] {
        client->send(requestTo(server), context.get(), handler);
        client->send(requestTo(server), context.get(), handler);
    });
    QCOMPARE(answers.size(), 0);
    if (then == Then::Abort)
        client->abort();
    else if (then == Then::Destroy)
        client.reset();
    else if (then == Then::DropContext)
        context.reset();
    QCOMPARE(answers.size(), then == Then::Abort || then == Then::Destroy ? 2 : 0);

    // Queued behind whatever would answer once more.
    bool isLater = false;
    QMetaObject::invokeMethod(
        this, [&] { isLater = true; }, Qt::QueuedConnection);
    QTRY_VERIFY_WITH_TIMEOUT(isLater, Patience);
    QCOMPARE(answers, expected);
}

QTEST_GUILESS_MAIN(TestHttpLimits)

#include "tst_httplimits.moc"
