// SPDX-License-Identifier: MIT
#include "kubonode.h"

#include "asked.h"

#include "cas/ipfsgateway.h"
#include "cas/ipfsnode.h"
#include "log/car.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include <memory>

using namespace RemoteLog::Testing;
using namespace RemoteLogTest;
using Kind = Problem::Kind;

// The stores against real nodes: Alice's, to which she puts, and Bob's, which knows hers.
class IpfsStoresTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void theHeadsPinKeepsTheLog();
    void aTreeComesInOneAnswer();
    void bobsNodeGetsAlicesBlocks();
    void gatewaysGiveBlocksAndTrees();
    void aGatewayKnowsThisComputerByItsName();
    void theLargestBlockFits();
    void whatIsMissingIsNoProblem();
    void aLostLogIsNoticed();
    void aNodeThatDiesIsTriedAgain();
    void anotherPortIsTheWrongOne();
    void credentialsOpenTheNode();

private:
    struct Stores
    {
        explicit Stores(const KuboNode &at, HttpClient &http, const QByteArray &credential = {})
            : node(helperAt(at.rpcUrl(), u"kubo"_s), http, [credential] { return credential; })
            , gateway(helperAt(at.gatewayUrl(), u"gateway"_s), http, {})
        {
        }

        Problem put(const Upload &upload) { return valueOf(node.put(upload)); }
        QList<Block> get(const Fetch &fetch) { return blocksOf(valueOf(node.get(fetch))); }
        QList<Block> getFromGateway(const Fetch &fetch)
        {
            return blocksOf(valueOf(gateway.get(fetch)));
        }
        qsizetype held(const QList<QByteArray> &addresses)
        {
            const Result<QList<bool>> answer = valueOf(node.exists(addresses));
            return answer.ok() ? answer.value().count(true) : -1;
        }

        IpfsNode node;
        IpfsGateway gateway;

    private:
        static QList<Block> blocksOf(const Result<QList<Block>> &answer)
        {
            if (!answer.ok())
                qWarning() << answer.problem();
            return answer.ok() ? answer.value() : QList<Block>();
        }
    };

    HttpClient m_http;
    std::unique_ptr<KuboNode> m_alice;
    std::unique_ptr<KuboNode> m_bob;
    std::unique_ptr<Stores> m_atAlice;
    std::unique_ptr<Stores> m_atBob;
};

namespace {

// Of our blocks: an empty node has a pin of its own.
QByteArrayList pinsOf(const KuboNode &node)
{
    const auto listed = node.run({u"pin"_s, u"ls"_s, u"--type=recursive"_s, u"--quiet"_s});
    QByteArrayList pins = listed.output.trimmed().split('\n');
    pins.removeIf([](const QByteArray &pin) { return !pin.startsWith("bafyrei"); });
    return pins;
}

QByteArray textOf(const Block &block)
{
    return addressToText(block.address()).toLatin1();
}

QList<QByteArray> reversed(QList<QByteArray> list)
{
    std::reverse(list.begin(), list.end());
    return list;
}

} // namespace

void IpfsStoresTest::initTestCase()
{
    if (const QString missing = KuboNode::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    m_alice = std::make_unique<KuboNode>();
    m_bob = std::make_unique<KuboNode>();
    QVERIFY(m_alice->start());
    QVERIFY(m_bob->start());
    QVERIFY(m_bob->connectTo(*m_alice));
    m_atAlice = std::make_unique<Stores>(*m_alice, m_http);
    m_atBob = std::make_unique<Stores>(*m_bob, m_http);
}

void IpfsStoresTest::theHeadsPinKeepsTheLog()
{
    const QList<Block> blocks = chain(300, "kept");
    const QList<Block> loose = chain(3, "loose");
    Upload first;
    first.setBlocks(blocks.first(200));
    QCOMPARE(m_atAlice->put(first), Problem());
    QCOMPARE(m_atAlice->put(withHead(blocks.sliced(200, 99))), Problem());
    QCOMPARE(pinsOf(*m_alice), QByteArrayList{textOf(blocks[298])});
    QCOMPARE(m_atAlice->put(withHead({blocks[299]}, blocks[298].address())), Problem());
    QCOMPARE(pinsOf(*m_alice), QByteArrayList{textOf(blocks[299])});

    Upload unpinned;
    unpinned.setBlocks(loose);
    QCOMPARE(m_atAlice->put(unpinned), Problem());
    QCOMPARE(m_atAlice->held(addressesOf(loose)), loose.size());
    QCOMPARE(m_alice->run({u"repo"_s, u"gc"_s, u"--quiet"_s}).exitCode, 0);
    QCOMPARE(m_atAlice->held(addressesOf(loose)), 0);
    QCOMPARE(m_atAlice->held(addressesOf(blocks.first(150))), 150);
    QCOMPARE(m_atAlice->held(addressesOf(blocks.sliced(150))), 150);

    const auto exported = m_alice->run(
        {u"dag"_s, u"export"_s, u"--progress=false"_s, QString::fromLatin1(textOf(blocks[299]))});
    CarReader reader;
    QCOMPARE(addressesOf(reader.read(exported.output)), reversed(addressesOf(blocks)));
    QVERIFY(reader.isComplete());
    KuboNode other;
    QVERIFY(other.start(KuboNode::Mode::Offline));
    QCOMPARE(other.run({u"dag"_s, u"import"_s}, exported.output).exitCode, 0);
    QCOMPARE(Stores(other, m_http).held(addressesOf(blocks.first(150))), 150);
}

void IpfsStoresTest::aTreeComesInOneAnswer()
{
    const QList<Block> blocks = chain(700, "tree");
    QCOMPARE(m_atAlice->put(withHead(blocks)), Problem());
    const QByteArray head = blocks.constLast().address();
    QCOMPARE(addressesOf(m_atAlice->get(tree(head))), reversed(addressesOf(blocks)));
    // A gateway goes 1024 levels down, two for each block, and then says so in the body.
    const QList<Block> cut = m_atAlice->getFromGateway(tree(head));
    QCOMPARE(addressesOf(cut), reversed(addressesOf(blocks)).first(513));
}

void IpfsStoresTest::bobsNodeGetsAlicesBlocks()
{
    const QList<Block> blocks = chain(3, "wanted");
    QCOMPARE(m_atAlice->put(withHead(blocks)), Problem());
    QCOMPARE(m_atBob->held(addressesOf(blocks)), 0);
    const QList<Block> got = m_atBob->get(single(blocks[0].address()));
    QCOMPARE(addressesOf(got), QList{blocks[0].address()});
    QCOMPARE(got[0].bytes(), blocks[0].bytes());

    // Of the tree it holds nothing, and looks for the block alone; then it has that.
    const QByteArray head = blocks[2].address();
    QCOMPARE(addressesOf(m_atBob->get(tree(head))), QList{head});
    QCOMPARE(valueOf(m_atBob->node.exists(addressesOf(blocks))).value(),
             QList({true, false, true}));
    QCOMPARE(addressesOf(m_atBob->get(tree(head))), QList{head});
    QCOMPARE(valueOf(m_atBob->gateway.exists(addressesOf(blocks))).value(),
             QList({true, false, true}));
}

void IpfsStoresTest::gatewaysGiveBlocksAndTrees()
{
    const QList<Block> blocks = chain(20, "gateway");
    QCOMPARE(m_atAlice->put(withHead(blocks)), Problem());
    const QList<Block> got = m_atBob->getFromGateway(single(blocks[7].address()));
    QCOMPARE(addressesOf(got), QList{blocks[7].address()});
    QCOMPARE(got[0].bytes(), blocks[7].bytes());
    // A gateway fetches what its node does not hold, from Alice's.
    QCOMPARE(addressesOf(m_atBob->getFromGateway(tree(blocks[19].address()))),
             reversed(addressesOf(blocks)));
}

// Kubo redirects those who ask "localhost".
void IpfsStoresTest::aGatewayKnowsThisComputerByItsName()
{
    QUrl byName = m_alice->gatewayUrl();
    byName.setHost(u"localhost"_s);
    IpfsGateway gateway(helperAt(byName, u"gateway"_s), m_http, {});
    const QList<Block> blocks = chain(3, "by name");
    QCOMPARE(m_atAlice->put(withHead(blocks)), Problem());
    const QByteArray head = blocks[2].address();
    const Result<QList<Block>> got = valueOf(gateway.get(tree(head)));
    QVERIFY2(got.ok(), qPrintable(got.problem().detail()));
    QCOMPARE(addressesOf(got.value()), reversed(addressesOf(blocks)));
    QVERIFY(valueOf(gateway.get(single(head))).ok());
    QCOMPARE(valueOf(gateway.exists({head})).value(), QList{true});
}

void IpfsStoresTest::theLargestBlockFits()
{
    const Block large = block(encodeBlock({QByteArray(MaxBlockSize - 64, 'x'), {}}));
    const Block next = block(encodeBlock({QByteArray(MaxBlockSize - 128, 'y'), {large.address()}}));
    QCOMPARE(m_atAlice->put(withHead({large, next})), Problem());
    QCOMPARE(addressesOf(m_atAlice->get(tree(next.address()))),
             QList({next.address(), large.address()}));
    for (const QList<Block> &got : {m_atAlice->get(single(large.address())),
                                    m_atAlice->getFromGateway(single(large.address()))}) {
        QCOMPARE(got.size(), 1);
        QCOMPARE(got[0].bytes(), large.bytes());
    }
}

void IpfsStoresTest::whatIsMissingIsNoProblem()
{
    KuboNode node;
    QVERIFY(node.start(KuboNode::Mode::Offline));
    Stores stores(node, m_http);
    const QByteArray nowhere = block("nowhere").address();
    for (const Fetch &fetch : {single(nowhere), tree(nowhere)}) {
        const Result<QList<Block>> atNode = valueOf(stores.node.get(fetch));
        QVERIFY2(atNode.ok() && atNode.value().isEmpty(), qPrintable(atNode.problem().detail()));
        const Result<QList<Block>> atGateway = valueOf(stores.gateway.get(fetch));
        QVERIFY2(atGateway.ok() && atGateway.value().isEmpty(),
                 qPrintable(atGateway.problem().detail()));
    }
    QCOMPARE(valueOf(m_atAlice->gateway.exists({nowhere})).value(), QList{false});
    QCOMPARE(valueOf(m_atAlice->node.exists({nowhere})).value(), QList{false});
}

void IpfsStoresTest::aLostLogIsNoticed()
{
    const QList<Block> blocks = chain(3, "lost");
    QCOMPARE(m_atAlice->put(withHead(blocks.first(2))), Problem());
    const QString head = QString::fromLatin1(textOf(blocks[1]));
    QCOMPARE(m_alice->run({u"pin"_s, u"rm"_s, head}).exitCode, 0);
    // Not pinned, but there: nothing is lost.
    QCOMPARE(m_atAlice->put(withHead({blocks[2]}, blocks[1].address())), Problem());

    QCOMPARE(m_alice->run({u"pin"_s, u"rm"_s, QString::fromLatin1(textOf(blocks[2]))}).exitCode, 0);
    QCOMPARE(m_alice->run({u"repo"_s, u"gc"_s, u"--quiet"_s}).exitCode, 0);
    const Block next = block(encodeBlock({"next", {blocks[2].address()}}));
    const Problem problem = m_atAlice->put(withHead({next}, blocks[2].address()));
    QCOMPARE(problem.kind(), Kind::WillRetry);
    QVERIFY2(problem.detail().contains(u"lost"_s), qPrintable(problem.detail()));
    // From the oldest block on, as the plugin does then.
    QCOMPARE(m_atAlice->put(withHead(blocks + QList{next})), Problem());
    QCOMPARE(m_alice->run({u"repo"_s, u"gc"_s, u"--quiet"_s}).exitCode, 0);
    QCOMPARE(m_atAlice->held(addressesOf(blocks)), 3);
}

void IpfsStoresTest::aNodeThatDiesIsTriedAgain()
{
    KuboNode node;
    QVERIFY(node.start());
    Stores stores(node, m_http);
    const QList<Block> blocks = chain(200, "again");
    QCOMPARE(stores.put(withHead(blocks.first(100))), Problem());
    const Upload rest = withHead(blocks.sliced(100), blocks[99].address());
    const auto cut = stores.node.put(rest);
    node.kill();
    QCOMPARE(valueOf(cut).kind(), Kind::WillRetry);
    QCOMPARE(stores.put(rest).kind(), Kind::WillRetry);
    QCOMPARE(valueOf(stores.node.get(single(blocks[0].address()))).problem().kind(),
             Kind::WillRetry);
    QCOMPARE(valueOf(stores.node.exists({blocks[0].address()})).problem().kind(), Kind::WillRetry);

    QVERIFY(node.start());
    QCOMPARE(stores.put(rest), Problem());
    QCOMPARE(pinsOf(node), QByteArrayList{textOf(blocks[199])});
    QCOMPARE(stores.held(addressesOf(blocks)), blocks.size());
}

void IpfsStoresTest::anotherPortIsTheWrongOne()
{
    IpfsNode atGateway(helperAt(m_alice->gatewayUrl(), u"kubo"_s), m_http, {});
    const QList<Block> blocks = chain(2, "wrong");
    const QByteArray address = blocks[0].address();
    for (const Problem &problem : {valueOf(atGateway.put(withHead(blocks))),
                                   valueOf(atGateway.get(single(address))).problem(),
                                   valueOf(atGateway.get(tree(address))).problem(),
                                   valueOf(atGateway.exists({address})).problem()}) {
        QCOMPARE(problem.kind(), Kind::ActionRequired);
        QVERIFY2(problem.detail().contains(m_alice->gatewayUrl().authority())
                     && problem.detail().contains(u"its gateway's port?"_s),
                 qPrintable(problem.detail()));
    }
}

void IpfsStoresTest::credentialsOpenTheNode()
{
    KuboNode node;
    QVERIFY(node.set(
        u"API.Authorizations"_s,
        QJsonObject{{u"alice"_s, QJsonObject{{u"AuthSecret"_s, u"bearer:s3cret"_s},
                                             {u"AllowedPaths"_s, QJsonArray{u"/api/v0"_s}}}}}));
    QVERIFY(node.start(KuboNode::Mode::Offline));
    const Upload upload = withHead(chain(2, "secret"));
    QCOMPARE(Stores(node, m_http, "Bearer s3cret").put(upload), Problem());
    for (const QByteArray &credential : {QByteArray(), QByteArray("Bearer wr0ng")}) {
        const Problem problem = Stores(node, m_http, credential).put(upload);
        QCOMPARE(problem.kind(), Kind::ActionRequired);
        QVERIFY2(!problem.detail().contains(u"wr0ng"_s), qPrintable(problem.detail()));
    }
}

QTEST_GUILESS_MAIN(IpfsStoresTest)
#include "tst_ipfsstores.moc"
