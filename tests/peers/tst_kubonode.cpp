// SPDX-License-Identifier: MIT
#include "kubonode.h"
#include "plainhttp.h"

#include "interface/multibase.h"
#include "log/address.h"
#include "log/block.h"
#include "log/namerecord.h"
#include "security/keys.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace Qt::StringLiterals;

// What the plugin may expect of a node: asked without the plugin's own HTTP in between.
class KuboNodeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void blocksReachTheOtherNode();
    void namesReachTheOtherNode();
    void anUnchangedNameIsSentAgain();
    void anUnknownNameIsNoRecord();
    void anOlderRecordIsNotRefused();
    void theHeadHoldsTheLog();
    void aGatewaysCarOfALongChainIsCut();
    void whatIsMissingIsNotThere();
    void browsersAreRefused();
    void restartsWhereItWas();
    void servesOffline();

private:
    // Puts them, oldest first, and the last one with its pin; their addresses as the node says.
    QStringList put(const KuboNode &node, const QList<QByteArray> &blocks);
    PlainAnswer putRecord(const KuboNode &node, const QByteArray &record);
    PlainAnswer record(const KuboNode &node) { return m_http.get(node.gatewayUrl(), m_name); }
    QByteArray sign(quint64 number) const;

    std::unique_ptr<KuboNode> m_alice;
    std::unique_ptr<KuboNode> m_bob;
    PlainHttp m_http;
    LogKeys m_keys = MasterSecret::generate().logKeys(u"label"_s);
    const QString m_log = Multibase::nameFromPublicKey(m_keys.publicKey);
    const QString m_name = u"/routing/v1/ipns/"_s + m_log;
};

namespace {

const QByteArray RecordType = "application/vnd.ipfs.ipns-record";

QByteArray block(const QByteArray &body, const QList<QByteArray> &links = {})
{
    return encodeBlock({body, links});
}

QString textOf(const QByteArray &block)
{
    return addressToText(blockAddress(block));
}

QString rawOf(const QByteArray &block)
{
    return u"/ipfs/%1?format=raw"_s.arg(textOf(block));
}

QString stored(const QByteArray &block)
{
    return u"/api/v0/block/stat?arg=%1&offline=true"_s.arg(textOf(block));
}

} // namespace

void KuboNodeTest::initTestCase()
{
    if (const QString missing = KuboNode::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    QVERIFY(initializeCryptography());
    m_alice = std::make_unique<KuboNode>();
    m_bob = std::make_unique<KuboNode>();
    QVERIFY(m_alice->start());
    QVERIFY(m_bob->start());
    QVERIFY(m_alice->peerId() != m_bob->peerId());
    QVERIFY(m_bob->connectTo(*m_alice));
}

QStringList KuboNodeTest::put(const KuboNode &node, const QList<QByteArray> &blocks)
{
    QStringList keys;
    const PlainAnswer answer = m_http.postFiles(
        node.rpcUrl(), u"/api/v0/block/put?cid-codec=dag-cbor&mhtype=sha2-256"_s, blocks);
    for (const QByteArray &line : answer.body.split('\n')) {
        if (!line.isEmpty())
            keys += QJsonDocument::fromJson(line).object().value(u"Key"_s).toString();
    }
    return keys;
}

PlainAnswer KuboNodeTest::putRecord(const KuboNode &node, const QByteArray &record)
{
    return m_http.ask("PUT", node.gatewayUrl(), m_name, record, {{"Content-Type", RecordType}});
}

QByteArray KuboNodeTest::sign(quint64 number) const
{
    NameRecordDraft draft;
    draft.address = blockAddress(block(QByteArray::number(number)));
    draft.number = number;
    draft.validity = Validity::fromDateTime(QDateTime::currentDateTimeUtc().addDays(30));
    draft.signedAt = QDateTime::currentMSecsSinceEpoch();
    return signNameRecord(draft, m_keys);
}

void KuboNodeTest::blocksReachTheOtherNode()
{
    const QByteArray first = block("first");
    const QByteArray second = block("second", {blockAddress(first)});
    QCOMPARE(put(*m_alice, {first, second}), QStringList({textOf(first), textOf(second)}));
    QCOMPARE(m_http.ask("POST", m_bob->rpcUrl(), stored(first)).status, 500);

    const PlainAnswer got = m_http.ask(
        "POST", m_bob->rpcUrl(), u"/api/v0/block/get?arg=%1&timeout=30s"_s.arg(textOf(first)));
    QCOMPARE(got.status, 200);
    QCOMPARE(got.body, first);

    const PlainAnswer raw =
        m_http.get(m_bob->gatewayUrl(), rawOf(second), {{"Accept", "application/vnd.ipld.raw"}});
    QCOMPARE(raw.status, 200);
    QCOMPARE(raw.header("Content-Type"), "application/vnd.ipld.raw");
    QCOMPARE(raw.body, second);
}

void KuboNodeTest::namesReachTheOtherNode()
{
    const QByteArray signedRecord = sign(1);
    const PlainAnswer answer = putRecord(*m_alice, signedRecord);
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, QByteArray());
    for (const KuboNode *node : {m_alice.get(), m_bob.get()}) {
        const PlainAnswer got = record(*node);
        QCOMPARE(got.status, 200);
        QCOMPARE(got.header("Content-Type"), RecordType);
        QCOMPARE(got.body, signedRecord);
    }
}

// Version 0.43 writes its Etag without the quotes that it looks for in If-None-Match, so a poll by
// 304 is possible only behind a cache that does better. If this fails, a newer Kubo does.
void KuboNodeTest::anUnchangedNameIsSentAgain()
{
    const QByteArray sent = sign(2);
    QCOMPARE(putRecord(*m_alice, sent).status, 200);
    const QString asked = u"/ipns/%1?format=ipns-record"_s.arg(m_log);
    const PlainAnswer got = m_http.get(m_bob->gatewayUrl(), asked, {{"Accept", RecordType}});
    QCOMPARE(got.status, 200);
    QCOMPARE(got.header("Content-Type"), RecordType);
    QCOMPARE(got.body, sent);
    const QByteArray tag = got.header("Etag");
    QVERIFY(!tag.isEmpty());
    for (const QByteArray &known : {tag, '"' + tag + '"', "W/\"" + tag + '"'}) {
        const PlainAnswer again =
            m_http.get(m_bob->gatewayUrl(), asked, {{"If-None-Match", known}});
        QCOMPARE(again.status, 200);
        QCOMPARE(again.header("Etag"), tag);
    }
    QCOMPARE(m_http.get(m_bob->gatewayUrl(), asked, {{"If-None-Match", "*"}}).status, 304);

    // The Etag is the record's own.
    QCOMPARE(putRecord(*m_alice, sign(3)).status, 200);
    const PlainAnswer changed = m_http.ask("HEAD", m_bob->gatewayUrl(), asked);
    QCOMPARE(changed.status, 200);
    QVERIFY(changed.header("Etag") != tag);
}

void KuboNodeTest::anUnknownNameIsNoRecord()
{
    const QString other =
        Multibase::nameFromPublicKey(MasterSecret::generate().logKeys(u"label"_s).publicKey);
    const PlainAnswer answer = m_http.get(m_bob->gatewayUrl(), u"/routing/v1/ipns/"_s + other);
    QCOMPARE(answer.status, 200);
    QVERIFY(answer.header("Content-Type").startsWith("text/plain"));
    QCOMPARE(m_http.get(m_bob->gatewayUrl(), u"/ipns/%1?format=ipns-record"_s.arg(other)).status,
             500);
}

// Nothing in the answer says so: only a read-back does.
void KuboNodeTest::anOlderRecordIsNotRefused()
{
    const QByteArray newer = sign(11);
    QCOMPARE(putRecord(*m_alice, newer).status, 200);
    QCOMPARE(putRecord(*m_alice, sign(10)).status, 200);
    QCOMPARE(record(*m_alice).body, newer);
}

void KuboNodeTest::theHeadHoldsTheLog()
{
    const QByteArray page = block("page");
    const QByteArray head = block("head", {blockAddress(page)});
    const QByteArray loose = block("loose");
    QCOMPARE(put(*m_alice, {page, loose}).size(), 2);
    QCOMPARE(m_http
                 .postFiles(m_alice->rpcUrl(),
                            u"/api/v0/block/put?cid-codec=dag-cbor&mhtype=sha2-256&pin=true"_s,
                            {head})
                 .status,
             200);

    const auto pinned = m_alice->run({u"pin"_s, u"ls"_s, u"--type=recursive"_s, u"--quiet"_s});
    QCOMPARE(pinned.exitCode, 0);
    QVERIFY(pinned.output.split('\n').contains(textOf(head).toLatin1()));
    QCOMPARE(m_alice->run({u"repo"_s, u"gc"_s, u"--quiet"_s}).exitCode, 0);
    QCOMPARE(m_http.ask("POST", m_alice->rpcUrl(), stored(page)).status, 200);
    QCOMPARE(m_http.ask("POST", m_alice->rpcUrl(), stored(loose)).status, 500);

    const auto exported =
        m_alice->run({u"dag"_s, u"export"_s, u"--progress=false"_s, textOf(head)});
    QCOMPARE(exported.exitCode, 0);
    QVERIFY(exported.output.contains(page));
    QVERIFY(exported.output.contains(head));
    // Read back by another one.
    QCOMPARE(m_bob->run({u"dag"_s, u"import"_s}, exported.output).exitCode, 0);
    QCOMPARE(m_http.ask("POST", m_bob->rpcUrl(), stored(page)).status, 200);
}

// A gateway goes at most 1024 levels down, two for each block of ours. It says so where a CAR's
// next section would be, and ends as if all were well.
void KuboNodeTest::aGatewaysCarOfALongChainIsCut()
{
    QList<QByteArray> chain{block("oldest")};
    while (chain.size() < 600)
        chain.append(block(QByteArray::number(chain.size()), {blockAddress(chain.last())}));
    QCOMPARE(put(*m_alice, chain).size(), chain.size());
    const QString head = textOf(chain.last());
    const PlainAnswer car =
        m_http.get(m_alice->gatewayUrl(), u"/ipfs/%1?format=car&dag-scope=all"_s.arg(head));
    QCOMPARE(car.status, 200);
    QVERIFY(car.body.contains(chain.last()));
    QVERIFY(car.body.endsWith("CAR stream truncated, response is incomplete]"));
    const auto held = [&chain](const QByteArray &bytes) {
        return std::count_if(chain.begin(), chain.end(),
                             [&](const QByteArray &one) { return bytes.contains(one); });
    };
    QCOMPARE(held(car.body), 513);

    const auto exported = m_alice->run({u"dag"_s, u"export"_s, u"--progress=false"_s, head});
    QCOMPARE(exported.exitCode, 0);
    QCOMPARE(held(exported.output), chain.size());
}

void KuboNodeTest::whatIsMissingIsNotThere()
{
    const PlainAnswer answer =
        m_http.ask("POST", m_alice->rpcUrl(),
                   u"/api/v0/block/get?arg=%1&timeout=100ms"_s.arg(textOf(block("nowhere"))));
    QCOMPARE(answer.status, 500);
    QVERIFY(
        !QJsonDocument::fromJson(answer.body).object().value(u"Message"_s).toString().isEmpty());
    QCOMPARE(m_http
                 .ask("HEAD", m_alice->gatewayUrl(), rawOf(block("nowhere")), {},
                      {{"Cache-Control", "only-if-cached"}})
                 .status,
             412);
}

void KuboNodeTest::browsersAreRefused()
{
    QCOMPARE(m_http
                 .ask("POST", m_alice->rpcUrl(), u"/api/v0/version"_s, {},
                      {{"User-Agent", "Mozilla/5.0"}})
                 .status,
             403);
}

void KuboNodeTest::restartsWhereItWas()
{
    KuboNode node;
    QVERIFY(node.start());
    const QUrl rpc = node.rpcUrl();
    const QUrl gateway = node.gatewayUrl();
    const QString address = node.address();
    const QByteArray kept = block("kept");
    QCOMPARE(put(node, {kept}).size(), 1);

    QVERIFY(node.stop());
    QCOMPARE(m_http.get(gateway, rawOf(kept)).status, 0);
    QVERIFY(node.set(u"Gateway.NoFetch"_s, true));
    QVERIFY(node.start());
    QCOMPARE(m_http.get(gateway, rawOf(kept)).body, kept);
    QCOMPARE(m_http.get(gateway, rawOf(block("nowhere"))).status, 404);
    node.kill();
    QVERIFY(!node.isRunning());
    QVERIFY(node.start());
    QCOMPARE(m_http.get(gateway, rawOf(kept)).body, kept);
    QCOMPARE(node.rpcUrl(), rpc);
    QCOMPARE(node.gatewayUrl(), gateway);
    QCOMPARE(node.address(), address);
    QVERIFY(m_bob->connectTo(node));
}

void KuboNodeTest::servesOffline()
{
    KuboNode node;
    QVERIFY(node.start(KuboNode::Mode::Offline));
    const QByteArray kept = block("kept");
    QCOMPARE(put(node, {kept}).size(), 1);
    QCOMPARE(m_http.get(node.gatewayUrl(), rawOf(kept)).body, kept);
    QCOMPARE(m_http.get(node.gatewayUrl(), rawOf(block("nowhere"))).status, 404);
    const QByteArray signedRecord = sign(1);
    QCOMPARE(putRecord(node, signedRecord).status, 200);
    QCOMPARE(record(node).body, signedRecord);
    // Only there, not through the RPC.
    const QString asked = u"/api/v0/routing/get?arg=/ipns/"_s + m_log;
    QCOMPARE(m_http.ask("POST", node.rpcUrl(), asked).status, 500);
    QCOMPARE(m_http.ask("POST", m_bob->rpcUrl(), asked).status, 200);
}

QTEST_GUILESS_MAIN(KuboNodeTest)
#include "tst_kubonode.moc"
