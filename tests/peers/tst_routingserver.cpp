// SPDX-License-Identifier: MIT
#include "interface/multibase.h"
#include "log/namerecord.h"
#include "peers/routingserver.h"
#include "support/samples.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSignalSpy>
#include <QTest>

using namespace RemoteLog;
using Testing::RoutingServer;

namespace {

constexpr int Patience = 60'000; // milliseconds

const QByteArray recordType = "application/vnd.ipfs.ipns-record";

struct Answer
{
    int status = 0; // 0: none
    QByteArray type;
    QByteArray body;
};

QByteArray recordNumbered(quint64 number, qint64 seconds = 4'000'000'000,
                          const QList<QByteArray> &embedded = {})
{
    return signNameRecord({sampleAddress(1), number, {seconds, 5}, 1'700'000'000'000, embedded},
                          sampleKeys());
}

} // namespace

// Helia's server by itself, as a stranger would talk to it.
class TestRoutingServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { m_server.forget(); }
    void hasNothingAtFirst();
    void servesWhatWasPut_data();
    void servesWhatWasPut();
    void takesEveryBaseOfAName_data();
    void takesEveryBaseOfAName();
    void refusesBadRecords_data();
    void refusesBadRecords();
    void wantsTheRightType();
    void keepsTheBetter();
    void saysNothingForCaches();
    void stopsAndForgets();

private:
    Answer put(const QByteArray &body, const QString &name, const QByteArray &type = recordType);
    Answer put(const QByteArray &body) { return put(body, m_name); }
    Answer get(const QString &name);
    Answer get() { return get(m_name); }
    Answer answerOf(QNetworkReply *reply);

    RoutingServer m_server;
    QNetworkAccessManager m_network;
    QList<QNetworkReply::RawHeaderPair> m_headers; // of the last answer
    const QString m_name = Multibase::nameFromPublicKey(sampleKeys().publicKey);
};

void TestRoutingServer::initTestCase()
{
    const QString missing = RoutingServer::missing();
    if (!missing.isEmpty())
        QSKIP(qPrintable(missing));
    QVERIFY(m_server.start());
}

Answer TestRoutingServer::answerOf(QNetworkReply *reply)
{
    const std::unique_ptr<QNetworkReply> owned(reply);
    if (!reply->isFinished()) {
        QSignalSpy finished(reply, &QNetworkReply::finished);
        if (!finished.wait(Patience))
            qFatal("a request was not answered");
    }
    m_headers = reply->rawHeaderPairs();
    return {reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(),
            reply->rawHeader("Content-Type"), reply->readAll()};
}

Answer TestRoutingServer::put(const QByteArray &body, const QString &name, const QByteArray &type)
{
    QNetworkRequest request(m_server.recordUrl(name));
    request.setRawHeader("Content-Type", type);
    return answerOf(m_network.put(request, body));
}

Answer TestRoutingServer::get(const QString &name)
{
    return answerOf(m_network.get(QNetworkRequest(m_server.recordUrl(name))));
}

void TestRoutingServer::hasNothingAtFirst()
{
    const Answer answer = get();
    QCOMPARE(answer.status, 200);
    QVERIFY2(answer.type.startsWith("text/plain"), answer.type.constData());
}

void TestRoutingServer::servesWhatWasPut_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::newRow("bare") << recordNumbered(1);
    QTest::newRow("with blocks") << sampleRecord();
    QTest::newRow("with as much as fits")
        << recordNumbered(2, 4'000'000'000, QList<QByteArray>(MaxEmbedLimit / 2, "b"));
}

void TestRoutingServer::servesWhatWasPut()
{
    QFETCH(QByteArray, record);
    const Answer stored = put(record);
    QCOMPARE(stored.status, 200);
    QCOMPARE(stored.body, QByteArray());
    const Answer answer = get();
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.type, recordType);
    QCOMPARE(answer.body, record);
}

void TestRoutingServer::takesEveryBaseOfAName_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("status");
    const QByteArray id = QByteArray::fromHex("002408011220") + sampleKeys().publicKey;
    const QByteArray cid = QByteArray::fromHex("0172") + id;
    QTest::newRow("base36") << Multibase::encodeBase36(cid) << 200;
    QTest::newRow("base32") << Multibase::encodeBase32(cid) << 200;
    QTest::newRow("a peer id") << QStringLiteral(
        "12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5pV")
                               << 422;
    QTest::newRow("no name") << QStringLiteral("hello") << 422;
}

void TestRoutingServer::takesEveryBaseOfAName()
{
    QFETCH(QString, name);
    QFETCH(int, status);
    const QByteArray record = recordNumbered(1);
    QCOMPARE(put(record).status, 200);
    const Answer answer = get(name);
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.body == record, status == 200);
    QCOMPARE(put(record, name).status, status);
}

void TestRoutingServer::refusesBadRecords_data()
{
    QTest::addColumn<QByteArray>("record");
    QByteArray forged = recordNumbered(1);
    forged[10] = char(forged.at(10) ^ 1);
    QTest::newRow("another signature") << forged;
    QTest::newRow("cut off") << recordNumbered(1).chopped(1);
    QTest::newRow("expired") << recordNumbered(1, 1'700'000'000);
    QTest::newRow("too large") << recordNumbered(1) + QByteArray(MaxNameRecordSize, '\0');
    QTest::newRow("none") << QByteArray("hello");
}

void TestRoutingServer::refusesBadRecords()
{
    QFETCH(QByteArray, record);
    const Answer refusal = put(record);
    // The specification has 400 for all of these.
    QCOMPARE(refusal.status, 500);
    QVERIFY2(refusal.type.startsWith("application/json"), refusal.type.constData());
    QVERIFY(get().type.startsWith("text/plain"));
}

void TestRoutingServer::wantsTheRightType()
{
    // The specification has 406.
    QCOMPARE(put(recordNumbered(1), m_name, "application/octet-stream").status, 415);
    QVERIFY(get().type.startsWith("text/plain"));
}

void TestRoutingServer::keepsTheBetter()
{
    const QByteArray second = recordNumbered(2);
    QCOMPARE(put(second).status, 200);
    QCOMPARE(put(second).status, 200);
    QCOMPARE(put(recordNumbered(1, 4'100'000'000)).status, 500);
    QCOMPARE(get().body, second);
    const QByteArray refreshed = recordNumbered(2, 4'000'000'001);
    QCOMPARE(put(refreshed).status, 200);
    QCOMPARE(get().body, refreshed);
    const QByteArray third = recordNumbered(3, 3'900'000'000);
    QCOMPARE(put(third).status, 200);
    QCOMPARE(get().body, third);
}

// So a poll of such a server costs the whole record each time.
void TestRoutingServer::saysNothingForCaches()
{
    QCOMPARE(put(recordNumbered(1)).status, 200);
    QCOMPARE(get().body, recordNumbered(1));
    for (const auto &[header, value] : std::as_const(m_headers)) {
        for (const char *const word : {"etag", "expires", "cache-control", "last-modified"})
            QVERIFY2(header.compare(word, Qt::CaseInsensitive) != 0, word);
    }
}

void TestRoutingServer::stopsAndForgets()
{
    const QUrl url = m_server.url();
    QCOMPARE(url.host(), QStringLiteral("127.0.0.1"));
    QCOMPARE(put(recordNumbered(1)).status, 200);
    m_server.stop();
    QVERIFY(!m_server.isRunning());
    QCOMPARE(get().status, 0);
    QVERIFY(m_server.start());
    QCOMPARE(m_server.url(), url);
    QVERIFY(get().type.startsWith("text/plain"));
}

QTEST_GUILESS_MAIN(TestRoutingServer)
#include "tst_routingserver.moc"
