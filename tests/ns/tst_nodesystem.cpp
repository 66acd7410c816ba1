// SPDX-License-Identifier: MIT
#include "httpnames.h"
#include "ns/nodesystem.h"

using namespace RemoteLogTest;
using Kind = Problem::Kind;

// A node's RPC that answers as the test says.
class NodeSystemTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_names = std::make_unique<HttpNames<NodeSystem>>(); }

    void asksForARecord();
    void putsARecord();
    void isAskedForNamesOnly();
    void understandsAnswers_data();
    void understandsAnswers();
    void webPagesAreOfAnotherServer_data();
    void webPagesAreOfAnotherServer();
    void understandsRefusalsOfPuts_data();
    void understandsRefusalsOfPuts();
    void whatTheNodeDropsAsExpiredIsNotTaken();

private:
    std::unique_ptr<HttpNames<NodeSystem>> m_names;
};

namespace {

const QByteArray JsonLine = "Content-Type: application/json\r\n";

QByteArray errorOf(const QByteArray &message)
{
    return R"({"Message":")" + message + R"(","Code":0,"Type":"error"})" + "\n";
}

} // namespace

void NodeSystemTest::asksForARecord()
{
    const QByteArray record = m_names->log.record(1);
    m_names->serve(record);
    QCOMPARE(m_names->get().value(), one(record));
    QCOMPARE(m_names->last().method, "POST");
    QCOMPARE(m_names->last().target, "/api/v0/name/get?arg=" + m_names->log.logName().toLatin1());
    QCOMPARE(m_names->last().body, QByteArray());
    QCOMPARE(m_names->last().header("Authorization"), Secret);
}

void NodeSystemTest::putsARecord()
{
    const QByteArray record = m_names->log.record(1);
    m_names->answer(R"({"Name":"k51","Value":"/ipfs/x"})", "200 OK", JsonLine);
    QVERIFY(!m_names->put(record));
    QCOMPARE(m_names->server.requests().size(), 1); // nothing was looked up before
    const ReceivedRequest &asked = m_names->last();
    QCOMPARE(asked.method, "POST");
    QCOMPARE(asked.target, "/api/v0/name/put?arg=" + m_names->log.logName().toLatin1()
                               + "&force=true&allow-offline=true");
    const QByteArray type = asked.header("Content-Type");
    QVERIFY(type.startsWith("multipart/form-data; boundary="));
    const QByteArray boundary = "--" + type.mid(type.indexOf('=') + 1);
    QVERIFY(asked.body.startsWith(boundary + "\r\n"));
    QVERIFY(asked.body.endsWith("\r\n\r\n" + record + "\r\n" + boundary + "--\r\n"));
    QCOMPARE(asked.body.count(boundary), 2);
}

void NodeSystemTest::isAskedForNamesOnly()
{
    for (const QString &name : {u"hello"_s, u"k51&force=true"_s}) {
        QCOMPARE(await(m_names->system.get(name, AnswerLimit)).problem().kind(),
                 Kind::InvalidArgument);
        QCOMPARE(await(m_names->system.put(name, "record")).kind(), Kind::InvalidArgument);
    }
    QCOMPARE(m_names->server.requests().size(), 0);
}

void NodeSystemTest::understandsAnswers_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Kind>("kind"); // None: there is no record
    const QByteArray failed = "500 Internal Server Error";
    QTest::newRow("missing") << failed << errorOf("routing: not found") << Kind::None;
    QTest::newRow("a node that is offline")
        << failed << errorOf("this action must be run in online mode, try running 'ipfs daemon'")
        << Kind::ActionRequired;
    QTest::newRow("too slow") << failed << errorOf("context deadline exceeded") << Kind::WillRetry;
    QTest::newRow("an old node") << QByteArray("404 Not Found") << QByteArray("404 page not found")
                                 << Kind::ActionRequired;
    QTest::newRow("no RPC") << QByteArray("405 Method Not Allowed") << QByteArray()
                            << Kind::ActionRequired;
    QTest::newRow("refused") << QByteArray("403 Forbidden") << QByteArray("from the server")
                             << Kind::ActionRequired;
    QTest::newRow("another type") << QByteArray("200 OK") << QByteArray("{}") << Kind::WillRetry;
}

void NodeSystemTest::understandsAnswers()
{
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, body);
    m_names->answer(body, status, JsonLine);
    const Records records = m_names->get();
    QTEST(records.problem().kind(), "kind");
    QVERIFY(!records.ok() || records.value().isEmpty());
    QVERIFY(isDiscreet(records.problem()));
}

void NodeSystemTest::webPagesAreOfAnotherServer_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<Kind>("kind");
    QTest::newRow("good") << QByteArray("200 OK") << Kind::ActionRequired;
    QTest::newRow("no such page") << QByteArray("404 Not Found") << Kind::ActionRequired;
    QTest::newRow("a proxy without its node") << QByteArray("502 Bad Gateway") << Kind::WillRetry;
}

void NodeSystemTest::webPagesAreOfAnotherServer()
{
    QFETCH(QByteArray, status);
    m_names->answer("<html>routing: not found", status, "Content-Type: text/html\r\n");
    QTEST(m_names->get().problem().kind(), "kind");
    QTEST(m_names->put(m_names->log.record(1)).kind(), "kind");
}

void NodeSystemTest::understandsRefusalsOfPuts_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<Kind>("kind");
    QTest::newRow("expired") << QByteArray("record validation failed: record is expired")
                             << Kind::Clock;
    QTest::newRow("older") << QByteArray("existing IPNS record has sequence 2 \\u003e= new record "
                                         "sequence 1, use 'ipfs name put --force'")
                           << Kind::Rejected;
    QTest::newRow("offline") << QByteArray("can't put while offline: pass `--allow-offline`")
                             << Kind::ActionRequired;
    QTest::newRow("else") << QByteArray("something") << Kind::WillRetry;
}

void NodeSystemTest::understandsRefusalsOfPuts()
{
    QFETCH(QByteArray, message);
    m_names->answer(errorOf(message), "500 Internal Server Error", JsonLine);
    QTEST(m_names->put(m_names->log.record(1)).kind(), "kind");
}

void NodeSystemTest::whatTheNodeDropsAsExpiredIsNotTaken()
{
    m_names->answer("{}", "200 OK", JsonLine + "Date: Wed, 05 Mar 2025 00:00:00 GMT\r\n");
    QCOMPARE(m_names->put(m_names->log.record(1)).kind(), Kind::Clock);
    QVERIFY(!m_names->put(m_names->log.record(1, 30)));
}

QTEST_GUILESS_MAIN(NodeSystemTest)
#include "tst_nodesystem.moc"
