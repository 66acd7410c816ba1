// SPDX-License-Identifier: MIT
#include "node.h"

#include "peers/plainhttp.h"
#include "support/party.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace Qt::StringLiterals;

// What is asked of a real node, counted on the line to it.
class TestRequests : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void aMessageIsFourRequests();
    void whatIsEmbeddedIsOneRequest_data() { readers(); }
    void whatIsEmbeddedIsOneRequest();
    void nothingNewIsOneRequest_data() { readers(); }
    void nothingNewIsOneRequest();

private:
    static void readers();
    QUrl readerUrl() const;
    SlowProxy &readerLine() const;
    bool publish(const QByteArray &payload);
    qint64 recordSize();

    KuboNode m_kubo;
    std::unique_ptr<CountedNode> m_node;
    std::unique_ptr<Party> m_alice;
    OutgoingLog *m_log = nullptr;
};

void TestRequests::readers()
{
    QTest::addColumn<QString>("role");
    QTest::newRow("node") << u"node"_s;
    QTest::newRow("gateway") << u"gateway"_s;
}

QUrl TestRequests::readerUrl() const
{
    QFETCH(const QString, role);
    return role == u"node"_s ? m_node->nodeUrl() : m_node->gatewayUrl();
}

SlowProxy &TestRequests::readerLine() const
{
    QFETCH(const QString, role);
    return role == u"node"_s ? m_node->rpc : m_node->gateway;
}

void TestRequests::initTestCase()
{
    if (const QString missing = KuboNode::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    QVERIFY(m_kubo.start());
    m_node = std::make_unique<CountedNode>(m_kubo);
}

void TestRequests::init()
{
    m_alice = std::make_unique<Party>(QList{m_node->nodeUrl()});
    m_log = m_alice->open().openLog(u"for Bob"_s);
    QVERIFY(publish("first"));
    QVERIFY(publish("second"));
}

// Until nothing more is asked for it.
bool TestRequests::publish(const QByteArray &payload)
{
    const Result<quint64> sequence = await(m_log->append(payload));
    return sequence.ok()
           && waitFor([&] { return m_log->head().lastSequence() == sequence.value(); })
           && waitFor([&] { return m_alice->transport().state() == Transport::State::Idle; });
}

qint64 TestRequests::recordSize()
{
    PlainHttp http;
    return http.ask("POST", m_kubo.rpcUrl(), u"/api/v0/name/get?arg="_s + linkOf(m_log).logName())
        .body.size();
}

void TestRequests::aMessageIsFourRequests()
{
    m_node->rpc.forget();
    QVERIFY(publish("third"));
    const QStringList commands = m_node->commands();
    QVERIFY2(commands.size() == 4, qPrintable(commands.join(u' ')));
    // To the store: the page with its pin, and the pin of the page before. To the name system: the
    // record, which is read back. Nobody waits for the unpinning.
    QCOMPARE(commands.first(), u"block/put"_s);
    QCOMPARE(commands.filter(u"pin/rm"_s).size(), 1);
    QCOMPARE(commands.filter(u"/get"_s).size(), 1);
    const KuboNode::Output pins = m_kubo.run({u"pin"_s, u"ls"_s, u"--type=recursive"_s, u"-q"_s});
    QVERIFY(pins.output.contains(m_log->head().address().toLatin1()));
}

void TestRequests::whatIsEmbeddedIsOneRequest()
{
    Party bob({readerUrl()});
    {
        Reader reader(bob.open().follow(linkOf(m_log)));
        QVERIFY(waitFor([&] { return reader.log->position() == 2; }));
        bob.close();
    }
    QVERIFY(publish("third"));
    m_alice->close();
    readerLine().forget();
    Transport &transport = bob.open();
    QVERIFY(waitFor([&] { return !transport.incomingLogs().isEmpty(); }));
    Reader reader(transport.incomingLogs().constFirst());
    QVERIFY(waitFor([&] { return reader.log->position() == 3; }));
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Idle; }));
    const QList<QByteArray> requests = readerLine().traffic().requests;
    QVERIFY2(requests.size() == 1, requests.join(' ').constData());
}

void TestRequests::nothingNewIsOneRequest()
{
    Party bob({readerUrl()});
    Reader reader(bob.open().follow(linkOf(m_log)));
    QVERIFY(waitFor([&] { return reader.log->position() == 2; }));
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Idle; }));
    const qint64 record = recordSize();
    QVERIFY(record > 0);
    const QDateTime before = bob.transport().lastChecked();
    readerLine().forget();
    bob.transport().syncNow();
    QVERIFY(waitFor([&] { return bob.transport().lastChecked() > before; }));
    const SlowProxy::Traffic traffic = readerLine().traffic();
    QVERIFY2(traffic.requests.size() == 1, traffic.requests.join(' ').constData());
    // Kubo sends the record whole whatever it is asked (its ETag is not quoted).
    QVERIFY2(traffic.bytesDown <= record + 1500, QByteArray::number(traffic.bytesDown)
                                                     + " bytes for a record of "
                                                     + QByteArray::number(record));
    qInfo("%lld bytes down for a record of %lld", (long long)traffic.bytesDown, (long long)record);
}

QTEST_GUILESS_MAIN(TestRequests)
#include "tst_requests.moc"
