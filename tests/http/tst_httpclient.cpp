// SPDX-License-Identifier: MIT
#include "asking.h"
#include "scriptedserver.h"

#include <QDebug>
#include <QRegularExpression>
#include <QThread>

using namespace RemoteLog;
using namespace RemoteLogTest;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(RemoteLog::HttpRequest::Method)

class TestHttpClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sendsWhatItIsGiven_data();
    void sendsWhatItIsGiven();
    void tellsLittleOfItself();
    void sendsTheCredentialAndNoOther();
    void keepsNoCookies();
    void readsAnAnswer();
    void judgesAStatus_data();
    void judgesAStatus();
    void followsNoRedirect();
    void passesOnHowLongToWait();
    void refusesWhatIsNoRequest_data();
    void refusesWhatIsNoRequest();
    void tellsNoSecretInAProblem_data();
    void tellsNoSecretInAProblem();
    void worksInAThreadOfItsOwn();
};

void TestHttpClient::sendsWhatItIsGiven_data()
{
    using Method = HttpRequest::Method;
    QTest::addColumn<Method>("method");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("body");
    QTest::addRow("get") << Method::Get << QByteArray("GET") << QByteArray();
    QTest::addRow("head") << Method::Head << QByteArray("HEAD") << QByteArray();
    QTest::addRow("post") << Method::Post << QByteArray("POST") << QByteArray("\0\r\n\xff", 4);
    QTest::addRow("empty post") << Method::Post << QByteArray("POST") << QByteArray();
    QTest::addRow("large post") << Method::Post << QByteArray("POST")
                                << QByteArray(3 * 1024 * 1024, 'x');
    QTest::addRow("put") << Method::Put << QByteArray("PUT") << QByteArray("record");
    QTest::addRow("delete") << Method::Delete << QByteArray("DELETE") << QByteArray();
}

void TestHttpClient::sendsWhatItIsGiven()
{
    QFETCH(const HttpRequest::Method, method);
    QFETCH(const QByteArray, name);
    QFETCH(const QByteArray, body);
    ScriptedServer server;
    HttpClient client;
    HttpRequest request;
    request.method = method;
    request.url = server.url(QStringLiteral("/a/b?arg=c&arg=d"));
    request.headers = {{"Accept", "application/vnd.ipld.raw"}};
    request.body = body;

    const HttpAnswer answer = Asking(&client).ask(request);
    QVERIFY2(!answer.problem, qPrintable(answer.problem.detail()));
    QCOMPARE(server.requests().size(), 1);
    const ReceivedRequest received = server.requests().constFirst();
    QCOMPARE(received.method, name);
    QCOMPARE(received.target, QByteArray("/a/b?arg=c&arg=d"));
    QCOMPARE(received.header("Accept"), QByteArray("application/vnd.ipld.raw"));
    QCOMPARE(received.body, body);
    const bool hasBody = method == HttpRequest::Method::Post || method == HttpRequest::Method::Put;
    QCOMPARE(received.header("Content-Type"),
             hasBody ? QByteArray("application/octet-stream") : QByteArray());
}

// What Qt sends unasked would be: browser, language, and that it decompresses.
void TestHttpClient::tellsLittleOfItself()
{
    ScriptedServer server;
    HttpClient client;
    Asking asking(&client);
    HttpRequest request;
    request.url = server.url();
    asking.ask(request);
    request.headers = {{"user-agent", "Mozilla"}, {"Cookie", "a=b"}, {"accept-encoding", "gzip"}};
    asking.ask(request);

    QCOMPARE(server.requests().size(), 2);
    for (const ReceivedRequest &received : server.requests()) {
        const QRegularExpression own(QStringLiteral("^RemoteLog/[0-9]+\\.[0-9]+\\.[0-9]+$"));
        QVERIFY(own.match(QString::fromLatin1(received.header("User-Agent"))).hasMatch());
        QCOMPARE(received.header("Accept-Encoding"), QByteArray("identity"));
        QCOMPARE(received.header("Accept-Language"), QByteArray("en"));
        QVERIFY(received.header("Cookie").isNull());
        QVERIFY(received.header("Authorization").isNull());
        QVERIFY(received.header("Referer").isNull());
        QVERIFY(received.header("Origin").isNull());
        QVERIFY(received.header("Upgrade").isNull()); // to HTTP/2 in plain text
    }
}

void TestHttpClient::sendsTheCredentialAndNoOther()
{
    ScriptedServer server(ScriptedServer::answering("who?", "401 Unauthorized",
                                                    "WWW-Authenticate: Basic realm=\"x\"\r\n"));
    HttpClient client;
    Asking asking(&client);
    HttpRequest request;
    request.url = server.url();
    request.url.setUserInfo(QStringLiteral("user:password"));
    request.headers = {{"Authorization", "Basic other"}};
    QCOMPARE(asking.ask(request).problem.kind(), Problem::Kind::ActionRequired);
    request.credential = "Bearer token";
    QCOMPARE(asking.ask(request).problem.kind(), Problem::Kind::ActionRequired);

    QCOMPARE(server.requests().size(), 2);
    QVERIFY(server.requests()[0].header("Authorization").isNull());
    QCOMPARE(server.requests()[1].header("Authorization"), QByteArray("Bearer token"));
}

void TestHttpClient::keepsNoCookies()
{
    ScriptedServer server(
        ScriptedServer::answering("ok", "200 OK", "Set-Cookie: id=1; Path=/\r\n"));
    HttpClient client;
    Asking asking(&client);
    asking.get(server.url());
    asking.get(server.url());
    QCOMPARE(server.requests().size(), 2);
    QVERIFY(server.requests()[1].header("Cookie").isNull());
}

void TestHttpClient::readsAnAnswer()
{
    const QByteArray body(1024 * 1024, 'y'); // exactly the limit
    ScriptedServer server(
        ScriptedServer::answering(body, "200 OK", "Content-Type: a/b\r\nX-Ipfs-Path: /c\r\n"));
    HttpClient client;
    const HttpAnswer answer = Asking(&client).get(server.url());
    QCOMPARE(answer.problem, Problem());
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, body);
    QCOMPARE(answer.header("content-type"), QByteArray("a/b"));
    QCOMPARE(answer.header("X-IPFS-PATH"), QByteArray("/c"));
    QVERIFY(answer.header("Etag").isNull());
}

void TestHttpClient::judgesAStatus_data()
{
    using Kind = Problem::Kind;
    QTest::addColumn<int>("status");
    QTest::addColumn<Kind>("kind");
    const QList<QPair<int, Kind>> rows = {
        {200, Kind::None},           {202, Kind::None},           {299, Kind::None},
        {300, Kind::Rejected},       {301, Kind::Rejected},       {400, Kind::Rejected},
        {401, Kind::ActionRequired}, {403, Kind::ActionRequired}, {404, Kind::Rejected},
        {405, Kind::Rejected},       {406, Kind::Rejected},       {407, Kind::ActionRequired},
        {408, Kind::WillRetry},      {410, Kind::Rejected},       {412, Kind::Rejected},
        {413, Kind::Rejected},       {422, Kind::Rejected},       {425, Kind::WillRetry},
        {429, Kind::WillRetry},      {500, Kind::WillRetry},      {501, Kind::WillRetry},
        {502, Kind::WillRetry},      {503, Kind::WillRetry},      {504, Kind::WillRetry},
        {507, Kind::WillRetry},      {599, Kind::WillRetry},      {600, Kind::WillRetry},
    };
    for (const auto &[status, kind] : rows)
        QTest::addRow("%d", status) << status << kind;
}

void TestHttpClient::judgesAStatus()
{
    QFETCH(const int, status);
    QFETCH(const Problem::Kind, kind);
    ScriptedServer server(
        ScriptedServer::answering("the reason", QByteArray::number(status) + " Something"));
    HttpClient client;
    const HttpAnswer answer = Asking(&client).get(server.url());
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.problem.kind(), kind);
    QCOMPARE(answer.body, QByteArray("the reason")); // which may mean something to a helper
    if (answer.problem)
        QVERIFY(answer.problem.detail().contains(QString::number(status)));
}

void TestHttpClient::followsNoRedirect()
{
    ScriptedServer elsewhere;
    const QByteArray location = "Location: " + elsewhere.url().toEncoded() + "\r\n";
    for (const QByteArray status :
         {"301 Moved", "302 Found", "303 Other", "307 Temporary", "308 Permanent"}) {
        ScriptedServer server(ScriptedServer::answering("", status, location));
        HttpClient client;
        HttpRequest request;
        request.url = server.url();
        request.credential = "Bearer token";
        const HttpAnswer answer = Asking(&client).ask(request);
        QCOMPARE(answer.problem.kind(), Problem::Kind::Rejected);
        QCOMPARE(answer.header("Location"), elsewhere.url().toEncoded());
    }
    QCOMPARE(elsewhere.connections(), 0);
}

void TestHttpClient::passesOnHowLongToWait()
{
    ScriptedServer server(
        ScriptedServer::answering("", "429 Too Many Requests", "Retry-After: 17\r\n"));
    HttpClient client;
    const HttpAnswer answer = Asking(&client).get(server.url());
    QCOMPARE(answer.problem.kind(), Problem::Kind::WillRetry);
    QVERIFY(answer.problem.retryAfter() == 17s);
}

void TestHttpClient::refusesWhatIsNoRequest_data()
{
    QTest::addColumn<QUrl>("url");
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("credential");
    const QUrl good(QStringLiteral("http://127.0.0.1:1/"));
    QTest::addRow("no URL") << QUrl() << QByteArray("A") << QByteArray("b") << QByteArray();
    QTest::addRow("no host") << QUrl(QStringLiteral("http:///x")) << QByteArray("A")
                             << QByteArray("b") << QByteArray();
    QTest::addRow("a file") << QUrl(QStringLiteral("file:///etc/hostname")) << QByteArray("A")
                            << QByteArray("b") << QByteArray();
    QTest::addRow("data") << QUrl(QStringLiteral("data:,x")) << QByteArray("A") << QByteArray("b")
                          << QByteArray();
    QTest::addRow("value") << good << QByteArray("A") << QByteArray("b\r\nC: d") << QByteArray();
    QTest::addRow("name") << good << QByteArray("A: b\r\nC") << QByteArray("d") << QByteArray();
    QTest::addRow("no name") << good << QByteArray("") << QByteArray("d") << QByteArray();
    QTest::addRow("credential") << good << QByteArray("A") << QByteArray("b")
                                << QByteArray("Bearer x\nC: d");
}

void TestHttpClient::refusesWhatIsNoRequest()
{
    QFETCH(const QUrl, url);
    QFETCH(const QByteArray, header);
    QFETCH(const QByteArray, value);
    QFETCH(const QByteArray, credential);
    HttpClient client;
    HttpRequest request;
    request.url = url;
    request.headers = {{header, value}};
    request.credential = credential;
    Asking asking(&client);
    asking.send(request);
    QCOMPARE(asking.answers().size(), 0); // never from inside
    QTRY_COMPARE(asking.answers().size(), 1);
    QCOMPARE(asking.answers()[0].problem.kind(), Problem::Kind::InvalidArgument);
}

void TestHttpClient::tellsNoSecretInAProblem_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addRow("refused") << QByteArray(
        "HTTP/1.1 403 Bearer-secret\r\nContent-Length: 0\r\n\r\n");
    QTest::addRow("missing") << QByteArray("HTTP/1.1 404 N\r\nContent-Length: 0\r\n\r\n");
    QTest::addRow("broken") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsecret");
    QTest::addRow("nonsense") << QByteArray("secret secret secret secret\r\n\r\n");
    QTest::addRow("nothing") << QByteArray();
}

void TestHttpClient::tellsNoSecretInAProblem()
{
    QFETCH(const QByteArray, answer);
    ScriptedServer server(ScriptedServer::sending(answer, ScriptedServer::Then::Close));
    HttpClient client;
    HttpRequest request;
    request.url = server.url(QStringLiteral("/secret-path?arg=secret-query#secret-fragment"));
    request.url.setUserInfo(QStringLiteral("user:secret-password"));
    request.credential = "Bearer secret-token";
    const Problem problem = Asking(&client).ask(request).problem;
    QVERIFY(problem);
    QString printed;
    QDebug(&printed) << problem;
    QVERIFY2(!printed.contains(QStringLiteral("secret")), qPrintable(printed));
    QVERIFY2(printed.contains(QStringLiteral("127.0.0.1:%1").arg(server.serverPort())),
             qPrintable(printed));
}

// As in the plugin: made, used and destroyed in a worker, and never in the way of its end.
void TestHttpClient::worksInAThreadOfItsOwn()
{
    ScriptedServer server;
    ScriptedServer silent(ScriptedServer::silent());
    QThread thread;
    auto *worker = new QObject;
    worker->moveToThread(&thread);
    connect(&thread, &QThread::finished, worker, &QObject::deleteLater);
    thread.start();
    QList<Problem> problems;
    QMetaObject::invokeMethod(worker, [&] {
        auto *client = new HttpClient(HttpSettings(), worker);
        auto *context = new QObject; // outlives the client
        connect(client, &QObject::destroyed, [context] { delete context; });
        HttpRequest request;
        request.url = silent.url();
        client->send(request, context,
                     [&](const HttpAnswer &answer) { problems.append(answer.problem); });
        request.url = server.url();
        client->send(request, context, [&](const HttpAnswer &answer) {
            problems.append(answer.problem);
            thread.quit();
        });
    });
    QTRY_VERIFY(thread.isFinished());
    thread.wait();
    QCOMPARE(problems.size(), 2);
    QCOMPARE(problems[0], Problem());
    QCOMPARE(problems[1].kind(), Problem::Kind::Closed);
}

QTEST_GUILESS_MAIN(TestHttpClient)

#include "tst_httpclient.moc"
