// SPDX-License-Identifier: MIT
#include "httpnames.h"
#include "ns/gatewaysystem.h"

using namespace RemoteLogTest;
using Kind = Problem::Kind;

// A gateway that answers as the test says; and what is not sent twice.
class GatewaySystemTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_names = std::make_unique<HttpNames<GatewaySystem>>(); }

    void asksForARecord();
    void isOnlyReadFrom();
    void understandsAnswers_data();
    void understandsAnswers();
    void whatIsUnchangedIsNotSentAgain_data();
    void whatIsUnchangedIsNotSentAgain();
    void anotherRecordHasAnotherTag();
    void whatIsGoneIsNotKnownAnyMore();
    void failuresForgetNothing();
    void whatIsKnownIsNotOverTheLimit();

private:
    std::unique_ptr<HttpNames<GatewaySystem>> m_names;
};

namespace {

// As Kubo's gateway has them; a server that knows 304 sends as much.
QByteArray headersOf(const QByteArray &tag)
{
    return "Access-Control-Allow-Origin: *\r\nCache-Control: public, max-age=60\r\n"
           "X-Content-Type-Options: nosniff\r\nDate: Wed, 25 Nov 2026 13:03:11 GMT\r\n"
           "X-Ipfs-Path: /ipns/k51qzi5uqu5dm0t4vbwri4lkg76q03b4x9tsvekgvbu4zli6454ff7w8wdosa4\r\n"
           "ETag: "
           + tag + "\r\n";
}

} // namespace

void GatewaySystemTest::asksForARecord()
{
    const QByteArray record = m_names->log.record(1);
    m_names->serve(record);
    QCOMPARE(m_names->get().value(), one(record));
    QCOMPARE(m_names->last().method, "GET");
    QCOMPARE(m_names->last().target,
             "/ipns/" + m_names->log.logName().toLatin1() + "?format=ipns-record");
    QCOMPARE(m_names->last().header("Accept"), "application/vnd.ipfs.ipns-record");
    QCOMPARE(m_names->last().header("Cache-Control"), "no-cache");
}

void GatewaySystemTest::isOnlyReadFrom()
{
    QVERIFY(m_names->system.isReadOnly());
    QCOMPARE(m_names->put(m_names->log.record(1)).kind(), Kind::Rejected);
    QCOMPARE(m_names->server.requests().size(), 0);
    QCOMPARE(await(m_names->system.get(u"hello"_s, AnswerLimit)).problem().kind(),
             Kind::InvalidArgument);
    QCOMPARE(m_names->server.requests().size(), 0);
}

void GatewaySystemTest::understandsAnswers_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Kind>("kind"); // None: there is no record
    QTest::addColumn<QByteArray>("type");
    const QByteArray text = "text/plain; charset=utf-8";
    QTest::newRow("Kubo: missing") << QByteArray("500 Internal Server Error")
                                   << QByteArray("routing: not found\n") << Kind::None << text;
    QTest::newRow("404") << QByteArray("404 Not Found") << QByteArray("no") << Kind::None << text;
    QTest::newRow("404 of a web server") << QByteArray("404 Not Found") << QByteArray("<html>no")
                                         << Kind::WillRetry << QByteArray("text/html");
    QTest::newRow("a login page") << QByteArray("200 OK") << QByteArray("<html>") << Kind::WillRetry
                                  << QByteArray("text/html");
    QTest::newRow("another type") << QByteArray("200 OK") << QByteArray("text") << Kind::WillRetry
                                  << text;
    QTest::newRow("another server's JSON") << QByteArray("200 OK") << QByteArray("{}")
                                           << Kind::WillRetry << QByteArray("application/json");
    QTest::newRow("too slow") << QByteArray("504 Gateway Timeout") << QByteArray("slow")
                              << Kind::WillRetry << text;
    QTest::newRow("no names") << QByteArray("501 Not Implemented") << QByteArray("no")
                              << Kind::ActionRequired << text;
    QTest::newRow("for browsers only")
        << QByteArray("301 Moved Permanently") << QByteArray() << Kind::Rejected << text;
    QTest::newRow("blocked") << QByteArray("410 Gone") << QByteArray("no") << Kind::Rejected
                             << text;
}

void GatewaySystemTest::understandsAnswers()
{
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, type);
    m_names->answer(body, status, "Content-Type: " + type + "\r\n");
    const Records records = m_names->get();
    QTEST(records.problem().kind(), "kind");
    QVERIFY(!records.ok() || records.value().isEmpty());
}

void GatewaySystemTest::whatIsUnchangedIsNotSentAgain_data()
{
    QTest::addColumn<QByteArray>("tag");
    QTest::newRow("quoted") << QByteArray("\"25euq82gspvn3\"");
    QTest::newRow("weak") << QByteArray("W/\"25euq82gspvn3\"");
    QTest::newRow("as Kubo writes it") << QByteArray("25euq82gspvn3");
}

void GatewaySystemTest::whatIsUnchangedIsNotSentAgain()
{
    QFETCH(QByteArray, tag);
    const QByteArray record = m_names->log.record(1);
    m_names->serve(record, headersOf(tag));
    QCOMPARE(m_names->get().value(), one(record));

    const QByteArray unchanged = "HTTP/1.1 304 Not Modified\r\n" + headersOf(tag) + "\r\n";
    m_names->server.setScript(ScriptedServer::sending(unchanged, ScriptedServer::Then::Wait));
    for (int poll = 2; poll < 5; ++poll) {
        QCOMPARE(m_names->get().value(), one(record));
        QCOMPARE(m_names->server.requests().size(), poll);
        QCOMPARE(m_names->last().header("If-None-Match"), tag);
    }
    // All that came down.
    QVERIFY2(unchanged.size() <= 700, QByteArray::number(unchanged.size()));
    QCOMPARE(m_names->server.connections(), 1);
}

void GatewaySystemTest::anotherRecordHasAnotherTag()
{
    m_names->serve(m_names->log.record(1), headersOf("\"one\""));
    QVERIFY(m_names->get().ok());
    const QByteArray second = m_names->log.record(2);
    m_names->serve(second, headersOf("\"two\""));
    QCOMPARE(m_names->get().value(), one(second));
    QCOMPARE(m_names->last().header("If-None-Match"), "\"one\"");
    m_names->answer("", "304 Not Modified", headersOf("\"two\""));
    QCOMPARE(m_names->get().value(), one(second));
    QCOMPARE(m_names->last().header("If-None-Match"), "\"two\"");
    // One without a tag cannot be asked for by it.
    m_names->serve(second);
    QVERIFY(m_names->get().ok());
    QVERIFY(m_names->get().ok());
    QVERIFY(m_names->last().header("If-None-Match").isNull());
}

void GatewaySystemTest::whatIsGoneIsNotKnownAnyMore()
{
    m_names->serve(m_names->log.record(1), headersOf("\"one\""));
    QVERIFY(m_names->get().ok());
    m_names->answer("no", "404 Not Found");
    QCOMPARE(m_names->get().value(), QList<QByteArray>());
    m_names->answer("", "304 Not Modified", headersOf("\"one\""));
    QCOMPARE(m_names->get().problem().kind(), Kind::WillRetry);
    QVERIFY(m_names->last().header("If-None-Match").isNull());
}

void GatewaySystemTest::failuresForgetNothing()
{
    const QByteArray record = m_names->log.record(1);
    m_names->serve(record, headersOf("\"one\""));
    QVERIFY(m_names->get().ok());
    m_names->answer("slow", "504 Gateway Timeout");
    QCOMPARE(m_names->get().problem().kind(), Kind::WillRetry);
    m_names->answer("", "304 Not Modified");
    QCOMPARE(m_names->get().value(), one(record));
}

void GatewaySystemTest::whatIsKnownIsNotOverTheLimit()
{
    const QByteArray record = m_names->log.record(1);
    m_names->serve(record, headersOf("\"one\""));
    QVERIFY(m_names->get().ok());
    m_names->answer("", "304 Not Modified", headersOf("\"one\""));
    const auto get = [this](qint64 limit) {
        return await(m_names->system.get(m_names->log.logName(), limit));
    };
    QVERIFY(!get(record.size() - 1).ok());
    QVERIFY(m_names->last().header("If-None-Match").isNull());
    QCOMPARE(get(record.size()).value(), one(record));
}

QTEST_GUILESS_MAIN(GatewaySystemTest)
#include "tst_gatewaysystem.moc"
