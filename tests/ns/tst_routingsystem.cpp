// SPDX-License-Identifier: MIT
#include "httpnames.h"
#include "ns/routingsystem.h"

using namespace RemoteLogTest;
using namespace std::chrono_literals;
using Kind = Problem::Kind;

// Delegated routing, asked of a server that answers as the test says.
class RoutingSystemTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_names = std::make_unique<HttpNames<RoutingSystem>>(); }

    void asksForARecord();
    void putsARecord();
    void theBaseMaySayWhatItIs_data();
    void theBaseMaySayWhatItIs();
    void isAskedForNamesOnly();
    void understandsAnswers_data();
    void understandsAnswers();
    void aRecordIsHandedOnWhateverItSays();
    void whatIsCutIsNoLie();
    void understandsRefusalsOfPuts_data();
    void understandsRefusalsOfPuts();
    void aPutThatWasAnsweredProvesNothing();
    void theServersClockIsAhead();
    void redirectsAreNotFollowed();
    void abortEndsWhatHangs();
    void answersThoughItIsDestroyed();

private:
    std::unique_ptr<HttpNames<RoutingSystem>> m_names;
};

void RoutingSystemTest::asksForARecord()
{
    const QByteArray record = m_names->log.record(1);
    m_names->serve(record);
    QCOMPARE(m_names->get().value(), one(record));
    QCOMPARE(m_names->server.requests().size(), 1);
    const ReceivedRequest &asked = m_names->last();
    QCOMPARE(asked.method, "GET");
    QCOMPARE(asked.target, "/routing/v1/ipns/" + m_names->log.logName().toLatin1());
    QCOMPARE(asked.header("Accept"), "application/vnd.ipfs.ipns-record");
    QCOMPARE(asked.header("Cache-Control"), "no-cache");
    QCOMPARE(asked.header("Authorization"), Secret);
    QVERIFY(asked.header("If-None-Match").isNull());
    QVERIFY(!m_names->system.needsNetwork());
    QVERIFY(!m_names->system.isReadOnly());
    QCOMPARE(m_names->system.embedLimit(), 2048);
}

void RoutingSystemTest::putsARecord()
{
    const QByteArray record = m_names->log.record(1);
    m_names->answer("");
    QVERIFY(!m_names->put(record));
    QCOMPARE(m_names->server.requests().size(), 1);
    QCOMPARE(m_names->last().method, "PUT");
    QCOMPARE(m_names->last().target, "/routing/v1/ipns/" + m_names->log.logName().toLatin1());
    QCOMPARE(m_names->last().header("Content-Type"), "application/vnd.ipfs.ipns-record");
    QCOMPARE(m_names->last().body, record);
}

void RoutingSystemTest::theBaseMaySayWhatItIs_data()
{
    QTest::addColumn<QString>("base");
    QTest::addColumn<QByteArray>("target");
    QTest::newRow("none") << QString() << QByteArray("/routing/v1/ipns/");
    QTest::newRow("the whole") << u"/routing/v1"_s << QByteArray("/routing/v1/ipns/");
    QTest::newRow("a folder") << u"/some%20where"_s << QByteArray("/some%20where/routing/v1/ipns/");
    QTest::newRow("a folder with the whole")
        << u"/some%20where/routing/v1"_s << QByteArray("/some%20where/routing/v1/ipns/");
}

void RoutingSystemTest::theBaseMaySayWhatItIs()
{
    QFETCH(QString, base);
    QFETCH(QByteArray, target);
    HttpNames<RoutingSystem> names(base);
    names.serve(names.log.record(1));
    QVERIFY(names.get().ok());
    QCOMPARE(names.last().target, target + names.log.logName().toLatin1());
}

void RoutingSystemTest::isAskedForNamesOnly()
{
    RoutingSystem &system = m_names->system;
    for (const QString &name : {u"hello"_s, QString(), u"../k51"_s}) {
        QCOMPARE(await(system.get(name, AnswerLimit)).problem().kind(), Kind::InvalidArgument);
        QCOMPARE(await(system.put(name, "record")).kind(), Kind::InvalidArgument);
    }
    QCOMPARE(m_names->server.requests().size(), 0);
}

void RoutingSystemTest::understandsAnswers_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Kind>("kind"); // None: there is no record
    QTest::addColumn<qint64>("retryAfter");
    const auto row = [](const char *name, const char *status, const QByteArray &headers,
                        const QByteArray &body, Kind kind, qint64 retryAfter = 0) {
        QTest::newRow(name) << QByteArray(status) << headers << body << kind << retryAfter;
    };
    const QByteArray html = "Content-Type: Text/HTML; charset=utf-8\r\n";
    const QByteArray large(MaxNameRecordSize + 1, 'x');
    row("text", "200 OK", TextLine, "delegate error: routing: not found\n", Kind::None);
    row("much text", "200 OK", TextLine, large, Kind::None);
    row("no type", "200 OK", {}, "anything", Kind::WillRetry);
    row("another server's JSON", "200 OK", "Content-Type: application/json\r\n",
        R"({"message":"routing: not found"})", Kind::WillRetry);
    row("no content", "204 No Content", TextLine, "", Kind::WillRetry);
    row("404", "404 Not Found", TextLine, "404 page not found", Kind::None);
    row("404 of a web server", "404 Not Found", html, "<html>no</html>", Kind::WillRetry);
    row("404 in XHTML", "404 Not Found", "Content-Type: application/xhtml+xml\r\n", "<html/>",
        Kind::WillRetry);
    row("500 of a web server", "500 Internal Server Error", html, "routing: not found",
        Kind::WillRetry);
    row("a login page that says so", "403 Forbidden", html, "<html>", Kind::ActionRequired);
    row("500 that knows", "500 Internal Server Error", TextLine,
        "delegate error: routing: not found", Kind::None);
    row("500 that does not", "500 Internal Server Error", TextLine,
        "delegate error: context deadline exceeded", Kind::WillRetry);
    row("a login page", "200 OK", html, "<html>hello</html>", Kind::WillRetry);
    row("a long login page", "200 OK", html, large, Kind::WillRetry);
    row("too large", "200 OK", RecordTypeLine, large, Kind::Tampered);
    row("unchanged, unasked", "304 Not Modified", "ETag: \"x\"\r\n", {}, Kind::WillRetry);
    row("busy", "429 Too Many Requests", "Retry-After: 70\r\n", "routing: not found",
        Kind::WillRetry, 70);
    row("unknown", "401 Unauthorized", TextLine, "from the server", Kind::ActionRequired);
    row("forbidden", "403 Forbidden", TextLine, "from the server", Kind::ActionRequired);
    row("not implemented", "501 Not Implemented", TextLine, "from the server",
        Kind::ActionRequired);
    row("wrong", "400 Bad Request", TextLine, "from the server", Kind::Rejected);
    row("nothing", "200 OK", RecordTypeLine, "", Kind::WillRetry);
}

void RoutingSystemTest::understandsAnswers()
{
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, headers);
    QFETCH(QByteArray, body);
    QFETCH(Kind, kind);
    m_names->answer(body, status, headers);
    const Records records = m_names->get();
    QCOMPARE(records.problem().kind(), kind);
    QVERIFY(!records.ok() || records.value().isEmpty());
    QVERIFY2(isDiscreet(records.problem()), qPrintable(records.problem().detail()));
    QTEST(qint64(records.problem().retryAfter().count()), "retryAfter");
    QCOMPARE(m_names->server.requests().size(), 1);
}

void RoutingSystemTest::aRecordIsHandedOnWhateverItSays()
{
    m_names->answer("garbage", "200 OK",
                    "Content-Type: Application/VND.IPFS.ipns-record ;charset=x\r\n");
    QCOMPARE(m_names->get().value(), one("garbage"));
    const QByteArray longest(MaxNameRecordSize, 'x');
    m_names->serve(longest);
    QCOMPARE(m_names->get().value(), one(longest));
}

// Qt does not always notice that chunks are cut.
void RoutingSystemTest::whatIsCutIsNoLie()
{
    const QByteArray record = m_names->log.record(1);
    const auto chunks = [](const QByteArray &body) {
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + RecordTypeLine + "\r\n"
               + QByteArray::number(body.size(), 16) + "\r\n" + body + "\r\n0\r\n\r\n";
    };
    m_names->server.setScript(
        ScriptedServer::sending(chunks(record.chopped(1)), ScriptedServer::Then::Wait));
    QCOMPARE(m_names->get().problem().kind(), Kind::WillRetry);
    m_names->server.setScript(ScriptedServer::sending(chunks(record), ScriptedServer::Then::Wait));
    QCOMPARE(m_names->get().value(), one(record));
    m_names->server.setScript(
        ScriptedServer::sending("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n" + TextLine + "\r\nrout",
                                ScriptedServer::Then::Close));
    QCOMPARE(m_names->get().problem().kind(), Kind::WillRetry);
}

void RoutingSystemTest::understandsRefusalsOfPuts_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Kind>("kind");
    const auto row = [](const char *name, const char *status, const char *body, Kind kind) {
        QTest::newRow(name) << QByteArray(status) << QByteArray(body) << kind;
    };
    row("Kubo: expired", "400 Bad Request", "provided record is invalid: record is expired",
        Kind::Clock);
    row("Helia: expired", "500 Internal Server Error",
        R"({"statusCode":500,"error":"Internal Server Error","message":"record has expired"})",
        Kind::Clock);
    row("Kubo: signature", "400 Bad Request",
        "provided record is invalid: signature verification failed", Kind::Rejected);
    row("Helia: signature", "500 Internal Server Error",
        R"({"statusCode":500,"message":"Record signature verification failed"})", Kind::Rejected);
    row("older", "500 Internal Server Error",
        "delegate error: can't replace a newer value with an older value", Kind::Rejected);
    row("another failure", "500 Internal Server Error", "delegate error: no peers",
        Kind::WillRetry);
    row("another type", "415 Unsupported Media Type", "from the server", Kind::Rejected);
    row("no such place", "404 Not Found", "from the server", Kind::ActionRequired);
    row("only read from", "405 Method Not Allowed", "from the server", Kind::ActionRequired);
    row("not implemented", "501 Not Implemented", "from the server", Kind::ActionRequired);
    row("unknown", "401 Unauthorized", "record is expired", Kind::ActionRequired);
    row("busy", "429 Too Many Requests", "record is expired", Kind::WillRetry);
}

void RoutingSystemTest::understandsRefusalsOfPuts()
{
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, body);
    m_names->answer(body, status, "Retry-After: 3\r\n");
    const Problem problem = m_names->put(m_names->log.record(1));
    QTEST(problem.kind(), "kind");
    QVERIFY2(isDiscreet(problem), qPrintable(problem.detail()));
    QCOMPARE(problem.retryAfter(), 3s);
}

void RoutingSystemTest::aPutThatWasAnsweredProvesNothing()
{
    m_names->answer(QByteArray(2 * MaxNameRecordSize, 'x'), "200 OK", TextLine);
    QVERIFY(!m_names->put(m_names->log.record(1)));
    m_names->answer("Record not found", "200 OK", TextLine);
    QCOMPARE(m_names->get().value(), QList<QByteArray>());
    for (const char *status : {"200 OK", "404 Not Found"}) {
        m_names->answer("<html>", status, "Content-Type: text/html\r\n");
        QCOMPARE(m_names->put(m_names->log.record(1)).kind(), Kind::WillRetry);
    }
    m_names->answer("", "304 Not Modified");
    QCOMPARE(m_names->put(m_names->log.record(1)).kind(), Kind::WillRetry);
}

// Whoever takes what has expired for him drops it.
void RoutingSystemTest::theServersClockIsAhead()
{
    const QByteArray record = m_names->log.record(1); // until March 4, 2025, 5:06:07
    m_names->answer("", "200 OK", "Date: Tue, 04 Mar 2025 05:06:06 GMT\r\n");
    QVERIFY(!m_names->put(record));
    m_names->answer("", "200 OK", "Date: Tue, 04 Mar 2025 05:06:08 GMT\r\n");
    QCOMPARE(m_names->put(record).kind(), Kind::Clock);
    m_names->answer("", "200 OK", "Date: tomorrow\r\n");
    QVERIFY(!m_names->put(record));
}

void RoutingSystemTest::redirectsAreNotFollowed()
{
    ScriptedServer other;
    m_names->answer("", "302 Found",
                    "Location: " + other.url(u"/"_s, u"localhost"_s).toEncoded() + "\r\n");
    QCOMPARE(m_names->get().problem().kind(), Kind::Rejected);
    QCOMPARE(m_names->put(m_names->log.record(1)).kind(), Kind::Rejected);
    QCOMPARE(other.requests().size(), 0);
    QCOMPARE(m_names->server.requests().size(), 2);
}

void RoutingSystemTest::abortEndsWhatHangs()
{
    m_names->server.setScript(ScriptedServer::sending("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"
                                                          + RecordTypeLine + "\r\nrec",
                                                      ScriptedServer::Then::Wait));
    const auto record = m_names->system.get(m_names->log.logName(), AnswerLimit);
    const auto taken = m_names->system.put(m_names->log.logName(), m_names->log.record(1));
    QTRY_COMPARE_WITH_TIMEOUT(m_names->server.requests().size(), 2, Patience);
    QVERIFY(!record.isFinished());
    m_names->system.abort();
    QVERIFY(record.isFinished() && taken.isFinished());
    QCOMPARE(record.result().problem().kind(), Kind::WillRetry);
    QCOMPARE(taken.result().kind(), Kind::WillRetry);
    m_names->serve(m_names->log.record(2));
    QVERIFY(m_names->get().ok());
}

void RoutingSystemTest::answersThoughItIsDestroyed()
{
    m_names->server.setScript(ScriptedServer::silent());
    HelperUrl url;
    url.base = m_names->server.url(QString());
    auto system = std::make_unique<RoutingSystem>(url, m_names->http, nullptr);
    const auto record = system->get(m_names->log.logName(), AnswerLimit);
    const auto taken = system->put(m_names->log.logName(), m_names->log.record(1));
    QTRY_COMPARE_WITH_TIMEOUT(m_names->server.requests().size(), 2, Patience);
    system.reset();
    QVERIFY(record.isFinished() && taken.isFinished());
    QCOMPARE(record.resultCount(), 1);
    QCOMPARE(taken.resultCount(), 1);
    QCOMPARE(record.result().problem().kind(), Kind::WillRetry);
    QCOMPARE(taken.result().kind(), Kind::WillRetry);
}

QTEST_GUILESS_MAIN(RoutingSystemTest)
#include "tst_routingsystem.moc"
