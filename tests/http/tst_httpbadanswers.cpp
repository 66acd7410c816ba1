// SPDX-License-Identifier: MIT
#include "asking.h"
#include "scriptedserver.h"

#include <QTimer>

#include <limits>
#include <memory>

using namespace RemoteLog;
using namespace RemoteLogTest;
using namespace std::chrono_literals;

namespace {

using Then = ScriptedServer::Then;

const QByteArray Head = "HTTP/1.1 200 OK\r\n";
constexpr int Mebi = 1024 * 1024;

} // namespace

// What servers send that are broken, or not HTTP, or mean harm: each ends in a Problem.
class TestHttpBadAnswers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesNoNonsenseForAnAnswer_data();
    void takesNoNonsenseForAnAnswer();
    void comesToAnEndWithBrokenChunks_data();
    void comesToAnEndWithBrokenChunks();
    void failsWhereNobodyListens();
    void stopsReadingWhatIsTooMuch_data();
    void stopsReadingWhatIsTooMuch();
    void takesAsMuchAsMayBe_data();
    void takesAsMuchAsMayBe();
    void readsNothingOfWhatSaysThatItIsTooMuch();
    void cutsTheTextOfAFailure();
    void doesNotUnpack();
    void endsWhatTakesTooLong_data();
    void endsWhatTakesTooLong();
    void givesASlowLineMoreTime();
    void givesASlowUploadMoreTime();
    void goesOnAfterAnything();
};

void TestHttpBadAnswers::takesNoNonsenseForAnAnswer_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char *name, const QByteArray &bytes) {
        QTest::addRow("%s", name) << bytes;
    };
    row("nothing", "");
    row("half a status line", "HTTP/1.1 2");
    row("another protocol", "SSH-2.0-OpenSSH_9.2\r\n");
    row("bare text", "hello\r\n\r\nhello");
    row("zeros", QByteArray(1000, '\0'));
    row("TLS alert", QByteArray::fromHex("15030100020228"));
    row("no number", "HTTP/1.1 OK 200\r\nContent-Length: 2\r\n\r\nok");
    row("negative status", "HTTP/1.1 -200 OK\r\nContent-Length: 2\r\n\r\nok");
    row("status out of range", "HTTP/1.1 99999999999 OK\r\nContent-Length: 2\r\n\r\nok");
    row("status 0", "HTTP/1.1 0 OK\r\nContent-Length: 2\r\n\r\nok");
    row("only promises", "HTTP/1.1 100 Continue\r\n\r\n");
    row("another version", "HTTP/9.9\r\n\r\n");
    row("closed in the headers", Head + "Content-Le");
    row("closed before the body", Head + "Content-Length: 10\r\n\r\n");
    row("closed in the body", Head + "Content-Length: 10\r\n\r\n123456789");
    row("length is no number", Head + "Content-Length: ten\r\n\r\n1234567890");
    row("length is negative", Head + "Content-Length: -1\r\n\r\n1234567890");
    row("length beyond all numbers", Head + "Content-Length: 99999999999999999999\r\n\r\n1234");
    row("two lengths", Head + "Content-Length: 2\r\nContent-Length: 4\r\n\r\n1234");
    row("packed", Head + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n1234");
    row("100 kB of headers",
        Head + "X: " + QByteArray(100'000, 'x') + "\r\nContent-Length: 2\r\n\r\nok");
    QByteArray many = Head;
    for (int i = 0; i < 10'000; ++i)
        many += "X-" + QByteArray::number(i) + ": x\r\n";
    row("10000 headers", many + "Content-Length: 2\r\n\r\nok");
}

void TestHttpBadAnswers::takesNoNonsenseForAnAnswer()
{
    QFETCH(const QByteArray, bytes);
    ScriptedServer server(ScriptedServer::sending(bytes, Then::Close));
    HttpClient client;
    HttpRequest request;
    request.url = server.url();
    request.timeLimit = 20s;
    const HttpAnswer answer = Asking(&client).ask(request);
    QCOMPARE(answer.problem.kind(), Problem::Kind::WillRetry);
    QVERIFY(!answer.problem.detail().isEmpty());
    QVERIFY2(answer.body.isEmpty(), answer.body.constData());
    // Nobody waits for the rest of what has ended.
    QVERIFY2(!answer.problem.detail().contains(QStringLiteral("within")),
             qPrintable(answer.problem.detail()));
}

void TestHttpBadAnswers::comesToAnEndWithBrokenChunks_data()
{
    QTest::addColumn<QByteArray>("chunks");
    const auto row = [](const char *name, const QByteArray &chunks) {
        QTest::addRow("%s", name) << chunks;
    };
    row("none", "");
    row("closed in one", "5\r\n123");
    row("closed after one", "3\r\n123\r\n");
    row("no length", "2\r\nok\r\nxyz\r\n12345\r\n0\r\n\r\n");
    row("negative length", "2\r\nok\r\n-5\r\n12345\r\n0\r\n\r\n");
    row("beyond all numbers", "2\r\nok\r\nffffffffffffffffff\r\n12345\r\n0\r\n\r\n");
}

// Qt notices some of that sometimes, and takes it for the end otherwise; HttpAnswer says so.
void TestHttpBadAnswers::comesToAnEndWithBrokenChunks()
{
    QFETCH(const QByteArray, chunks);
    ScriptedServer server(
        ScriptedServer::sending(Head + "Transfer-Encoding: chunked\r\n\r\n" + chunks, Then::Close));
    HttpClient client;
    const HttpAnswer answer = Asking(&client).get(server.url());
    QCOMPARE(answer.status, 200);
    QVERIFY2(!answer.problem.detail().contains(QStringLiteral("within")),
             qPrintable(answer.problem.detail()));
    QVERIFY2(answer.body.size() <= chunks.size(), answer.body.constData());
    if (answer.problem) {
        QCOMPARE(answer.problem.kind(), Problem::Kind::WillRetry);
        QVERIFY(answer.body.isEmpty());
    }
}

void TestHttpBadAnswers::failsWhereNobodyListens()
{
    QUrl url;
    {
        const ScriptedServer gone;
        url = gone.url();
    }
    HttpClient client;
    const HttpAnswer answer = Asking(&client).get(url);
    QCOMPARE(answer.problem.kind(), Problem::Kind::WillRetry);
    QCOMPARE(answer.status, 0);
}

void TestHttpBadAnswers::stopsReadingWhatIsTooMuch_data()
{
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("rest");
    const QByteArray block(64 * 1024, 'x');
    QTest::addRow("until it closes") << Head + "\r\n" << block;
    QTest::addRow("a length") << Head + "Content-Length: 1000000000000\r\n\r\n" << block;
    QTest::addRow("chunked") << Head + "Transfer-Encoding: chunked\r\n\r\n"
                             << "10000\r\n" + block + "\r\n";
    QTest::addRow("one endless chunk") << Head + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n"
                                       << block;
}

void TestHttpBadAnswers::stopsReadingWhatIsTooMuch()
{
    QFETCH(const QByteArray, start);
    QFETCH(const QByteArray, rest);
    ScriptedServer server(ScriptedServer::flooding(start, rest));
    HttpClient client;
    HttpRequest request;
    request.url = server.url();
    request.maxAnswer = 2 * Mebi;
    const HttpAnswer answer = Asking(&client).ask(request);
    QCOMPARE(answer.problem.kind(), Problem::Kind::TooLarge);
    QVERIFY(answer.body.isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(server.openConnections(), 0, Patience);
}

void TestHttpBadAnswers::takesAsMuchAsMayBe_data()
{
    QTest::addColumn<qint64>("maxAnswer");
    QTest::addRow("just enough") << qint64(10);
    QTest::addRow("much more") << qint64(100 * Mebi);
    QTest::addRow("all there is") << std::numeric_limits<qint64>::max();
}

// And keeps no more memory for it than it needs.
void TestHttpBadAnswers::takesAsMuchAsMayBe()
{
    QFETCH(const qint64, maxAnswer);
    ScriptedServer server(
        ScriptedServer::sending(Head + "Content-Length: 10\r\n\r\n1234567890", Then::Wait));
    HttpClient client;
    HttpRequest request;
    request.url = server.url();
    request.maxAnswer = maxAnswer;
    const HttpAnswer answer = Asking(&client).ask(request);
    QCOMPARE(answer.problem, Problem());
    QCOMPARE(answer.body, QByteArray("1234567890"));
    QVERIFY2(answer.body.capacity() < 1000, qPrintable(QString::number(answer.body.capacity())));
}

void TestHttpBadAnswers::readsNothingOfWhatSaysThatItIsTooMuch()
{
    ScriptedServer server(
        ScriptedServer::sending(Head + "Content-Length: 101\r\n\r\n", Then::Wait));
    HttpClient client;
    HttpRequest request;
    request.url = server.url();
    request.maxAnswer = 100;
    QCOMPARE(Asking(&client).ask(request).problem.kind(), Problem::Kind::TooLarge);

    // What a HEAD tells is no body.
    request.method = HttpRequest::Method::Head;
    QCOMPARE(Asking(&client).ask(request).problem, Problem());
}

// 503 is what counts then, not how much was written about it.
void TestHttpBadAnswers::cutsTheTextOfAFailure()
{
    ScriptedServer server(
        ScriptedServer::flooding("HTTP/1.1 503 Busy\r\n\r\n", QByteArray(64 * 1024, 'x')));
    HttpClient client;
    HttpRequest request;
    request.url = server.url();
    request.maxAnswer = 1000;
    const HttpAnswer answer = Asking(&client).ask(request);
    QCOMPARE(answer.problem.kind(), Problem::Kind::WillRetry);
    QCOMPARE(answer.status, 503);
    QCOMPARE(answer.body, QByteArray(1000, 'x'));
}

void TestHttpBadAnswers::doesNotUnpack()
{
    // A gzip member of zeros, which would be 10 MiB.
    QByteArray packed = qCompress(QByteArray(10 * Mebi, '\0')).mid(4);
    ScriptedServer server(
        ScriptedServer::answering(packed, "500 Sorry", "Content-Encoding: deflate\r\n"));
    HttpClient client;
    const HttpAnswer answer = Asking(&client).get(server.url());
    QCOMPARE(answer.body, packed);
}

void TestHttpBadAnswers::endsWhatTakesTooLong_data()
{
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("drop"); // sent again and again, slowly
    QTest::addRow("silent") << QByteArray() << QByteArray();
    QTest::addRow("never more than promises")
        << QByteArray() << QByteArray("HTTP/1.1 100 Continue\r\n\r\n");
    QTest::addRow("headers that drip") << Head << QByteArray("X: y\r\n");
    QTest::addRow("a header without end") << Head + "X: " << QByteArray("y");
    QTest::addRow("no body") << Head + "Content-Length: 100000\r\n\r\n" << QByteArray();
    QTest::addRow("a body that drips") << Head + "Content-Length: 100000\r\n\r\n"
                                       << QByteArray("z");
    QTest::addRow("chunks that drip") << Head + "Transfer-Encoding: chunked\r\n\r\n"
                                      << QByteArray("1\r\nz\r\n");
    QTest::addRow("a chunk length without end") << Head + "Transfer-Encoding: chunked\r\n\r\n"
                                                << QByteArray("0");
}

void TestHttpBadAnswers::endsWhatTakesTooLong()
{
    QFETCH(const QByteArray, start);
    QFETCH(const QByteArray, drop);
    ScriptedServer server([=](QTcpSocket *socket, const ReceivedRequest &) {
        socket->write(start);
        auto *drip = new QTimer(socket);
        QObject::connect(drip, &QTimer::timeout, socket, [=] { socket->write(drop); });
        drip->start(10);
    });
    HttpClient client;
    HttpRequest request;
    request.url = server.url();
    request.timeLimit = 200ms;
    const HttpAnswer answer = Asking(&client).ask(request);
    QCOMPARE(answer.problem.kind(), Problem::Kind::WillRetry);
    QVERIFY2(answer.problem.detail().contains(QStringLiteral("within")),
             qPrintable(answer.problem.detail()));
    QVERIFY(answer.body.isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(server.openConnections(), 0, Patience);
}

// The same body takes longer than the time limit and is none the worse for it, where the rate
// allows so.
void TestHttpBadAnswers::givesASlowLineMoreTime()
{
    constexpr int Parts = 20;
    ScriptedServer server([](QTcpSocket *socket, const ReceivedRequest &) {
        socket->write(Head + "Content-Length: 20000\r\n\r\n");
        auto *drip = new QTimer(socket);
        auto sent = std::make_shared<int>(0);
        QObject::connect(drip, &QTimer::timeout, socket, [=] {
            if (++*sent <= Parts)
                socket->write(QByteArray(1000, 'x'));
        });
        drip->start(200); // 4 s
    });
    HttpRequest request;
    request.url = server.url();
    request.timeLimit = 3s;
    HttpSettings settings;
    settings.minimumRate = 100; // 1000 bytes are 10 s
    HttpClient patient(settings);
    Asking patiently(&patient);
    settings.minimumRate = 100 * Mebi;
    HttpClient impatient(settings);
    Asking impatiently(&impatient);
    patiently.send(request);
    impatiently.send(request);
    QTRY_COMPARE_WITH_TIMEOUT(patiently.answers().size(), 1, Patience);
    QCOMPARE(patiently.answers()[0].problem, Problem());
    QCOMPARE(patiently.answers()[0].body.size(), 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(impatiently.answers().size(), 1, Patience);
    QCOMPARE(impatiently.answers()[0].problem.kind(), Problem::Kind::WillRetry);
}

// The same for what goes up: to a server that takes 4 s to read it.
void TestHttpBadAnswers::givesASlowUploadMoreTime()
{
    constexpr qint64 Size = 8 * Mebi;
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    connect(&server, &QTcpServer::newConnection, &server, [&server] {
        QTcpSocket *const socket = server.nextPendingConnection();
        socket->setReadBufferSize(64 * 1024);
        auto *pause = new QTimer(socket);
        auto received = std::make_shared<qint64>(0);
        connect(pause, &QTimer::timeout, socket, [=] {
            *received += socket->readAll().size();
            if (*received < Size)
                return;
            pause->stop();
            socket->write(Head + "Content-Length: 0\r\n\r\n");
        });
        pause->start(32);
    });
    HttpSettings settings;
    settings.minimumRate = 64 * 1024;
    HttpClient client(settings);
    HttpRequest request;
    request.method = HttpRequest::Method::Post;
    request.url = QUrl(QStringLiteral("http://127.0.0.1:%1/").arg(server.serverPort()));
    request.body = QByteArray(Size, 'x');
    request.timeLimit = 3s;
    QCOMPARE(Asking(&client).ask(request).problem, Problem());
}

// Whatever was wrong, the next answer is not read from what is left of it.
void TestHttpBadAnswers::goesOnAfterAnything()
{
    const QList<QByteArray> bad = {
        Head + "Content-Length: 2\r\n\r\nok and more than was said",
        Head + "Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad",
        Head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX\r\n\r\nmore",
        "HTTP/1.1 204 None\r\n\r\nwith a body",
        "HTTP/1.1 304 Same\r\nContent-Length: 3\r\n\r\nbad",
        "nonsense\r\n\r\n",
    };
    for (const QByteArray &bytes : bad) {
        ScriptedServer server(ScriptedServer::sending(bytes, Then::Wait));
        HttpClient client;
        Asking asking(&client);
        HttpRequest request;
        request.url = server.url();
        request.timeLimit = 1s;
        asking.ask(request);
        server.setScript(ScriptedServer::answering("good"));
        request.timeLimit = 30s;
        HttpAnswer answer = asking.ask(request);
        if (answer.problem) // one may be lost with the connection
            answer = asking.ask(request);
        QVERIFY2(!answer.problem, qPrintable(answer.problem.detail()));
        QCOMPARE(answer.body, QByteArray("good"));
    }
}

QTEST_GUILESS_MAIN(TestHttpBadAnswers)

#include "tst_httpbadanswers.moc"
