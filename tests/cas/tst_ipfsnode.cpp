// SPDX-License-Identifier: MIT
#include "storeatnode.h"

#include "log/car.h"

#include <QTest>

using namespace RemoteLogTest;

namespace {

// So many small blocks as they follow each other in a CAR.
QByteArray crumbs(int count)
{
    QList<Block> blocks;
    for (int i = 0; i < count; ++i)
        blocks.append(block(QByteArray::number(i)));
    return carOf({}, blocks).sliced(carOf({}, {}).size());
}

} // namespace

// With a node that counts, and misbehaves as real ones do too rarely. What is put:
// tst_ipfsnodeputs.
class TestIpfsNode : public QObject, private StoreAtNode
{
    Q_OBJECT

private Q_SLOTS:
    void init() { start(); }

    void getsABlock();
    void understandsFailingGets_data();
    void understandsFailingGets();
    void getsATreeInOneRequest();
    void takesWhatCameOfATree_data();
    void takesWhatCameOfATree();
    void getsTheBlockThoughTheConnectionIsCut();
    void asksForTheBlockWhereThereIsNoTree();
    void refusesATreeWithoutItsRoot();
    void readsNoMoreOfATreeThanAllowed();

    void knowsWhatTheNodeHolds();
    void knowsWhichAnswerIsToWhichQuestion();
    void asksNoMoreAfterAProblem();

    void endsWhatStalls_data();
    void endsWhatStalls();
    void answersThoughItIsDestroyed();
    void sendsTheCredentialAndTellsNobody();
    void asksBelowThePathOfItsUrl();
    void needsTheNetworkAsItsUrlSays();
};

// ---- Get

void TestIpfsNode::getsABlock()
{
    const QList<Block> blocks = chain(3);
    QCOMPARE(put(withHead(blocks)), Problem());
    m_node->forgetCommands();
    const Result<QList<Block>> got = get(single(blocks[1].address()));
    QVERIFY(got.ok());
    QCOMPARE(got.value().size(), 1);
    QCOMPARE(got.value()[0].address(), blocks[1].address());
    QCOMPARE(got.value()[0].bytes(), blocks[1].bytes());
    QCOMPARE(m_node->commands(), Commands{"block/get"});
    QVERIFY(m_node->targets()[0].endsWith("&timeout=20s"));

    const Result<QList<Block>> missing = get(single(block("nowhere").address()));
    QVERIFY(missing.ok());
    QVERIFY(missing.value().isEmpty());
    QCOMPARE(get(single("no address")).problem().kind(), Kind::InvalidArgument);
}

void TestIpfsNode::understandsFailingGets_data()
{
    QTest::addColumn<Script>("script");
    QTest::addColumn<Kind>("kind");
    const auto row = [](const char *name, const Script &script, Kind kind) {
        QTest::newRow(name) << script << kind;
    };
    const QByteArray head = "HTTP/1.1 200 OK\r\n";
    row("another block", FakeNode::streaming("other"), Kind::Tampered);
    row("an error in the trailer only", FakeNode::streaming("", "x"), Kind::WillRetry);
    row("an error", FakeNode::failing("repo is closed"), Kind::WillRetry);
    row("forbidden", ScriptedServer::answering("", "403 Forbidden"), Kind::ActionRequired);
    row("a gateway", ScriptedServer::answering("404 page not found", "404 Not Found"),
        Kind::ActionRequired);
    row("some web page", page("200 OK"), Kind::ActionRequired);
    row("a redirect",
        ScriptedServer::answering("", "302 Found", "Location: http://127.0.0.2:9/\r\n"),
        Kind::Rejected);
    row("half an answer",
        ScriptedServer::sending(head + "Content-Length: 99\r\n\r\nblock", Then::Close),
        Kind::WillRetry);
    row("10 GiB", ScriptedServer::sending(head + "Content-Length: 10737418240\r\n\r\n", Then::Wait),
        Kind::Tampered);
    row("no end",
        ScriptedServer::flooding(head + "Transfer-Encoding: chunked\r\n\r\n",
                                 "10000\r\n" + QByteArray(65536, 'x') + "\r\n"),
        Kind::Tampered);
}

void TestIpfsNode::understandsFailingGets()
{
    QFETCH(Script, script);
    QFETCH(Kind, kind);
    m_node->answerAlways("block/get", script);
    const Result<QList<Block>> got = get(single(block("wanted").address()));
    QCOMPARE(got.problem().kind(), kind);
    QVERIFY2(!got.problem().detail().contains(u"s3cret"_s), qPrintable(got.problem().detail()));
    QCOMPARE(m_node->commands().size(), 1);
}

void TestIpfsNode::getsATreeInOneRequest()
{
    const QList<Block> blocks = chain(300);
    QCOMPARE(put(withHead(blocks)), Problem());
    m_node->forgetCommands();
    const Result<QList<Block>> got = get(tree(blocks.constLast().address()));
    QVERIFY(got.ok());
    QList<QByteArray> newestFirst = addressesOf(blocks);
    std::reverse(newestFirst.begin(), newestFirst.end());
    QCOMPARE(addressesOf(got.value()), newestFirst);
    QCOMPARE(m_node->commands(), Commands{"dag/export"});
    QVERIFY(m_node->targets()[0].contains("offline=true"));
}

void TestIpfsNode::takesWhatCameOfATree_data()
{
    QTest::addColumn<Script>("script");
    QTest::addColumn<int>("count");
    const QList<Block> blocks = chain(4);
    const QByteArray car =
        carOf({blocks[3].address()}, {blocks[3], blocks[2], blocks[1], blocks[0]});
    const QByteArray start = carOf({blocks[3].address()}, {blocks[3], blocks[2]});
    const QByteArray forever = "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n";
    const auto row = [](const char *name, const Script &script, int count) {
        QTest::newRow(name) << script << count;
    };
    row("all", FakeNode::streaming(car), 4);
    row("with repeats",
        FakeNode::streaming(carOf({}, {blocks[3], blocks[3], blocks[2], blocks[3], blocks[2]})), 2);
    row("in crumbs", FakeNode::streaming(carOf({}, {blocks[3]}) + crumbs(10'000)), 8192);
    row("in crumbs that are one", FakeNode::streaming(car + crumbs(1).repeated(10'000)), 5);
    row("an error in the trailer only", FakeNode::streaming(start, "block was not found"), 2);
    row("cut within a block", FakeNode::streaming(car.first(start.size() + 20)), 2);
    row("with a wrong block",
        FakeNode::streaming(start + carOf({}, {Block(blocks[1].address(), "other")}).sliced(18)
                            + carOf({}, {blocks[0]}).sliced(18)),
        2);
    row("with an error text",
        FakeNode::streaming(start + "\n\n[Gateway Error: CAR stream truncated]"), 2);
    row("with other blocks", FakeNode::streaming(carOf({}, {blocks[3], block("other")})), 2);
    row("10 GiB", ScriptedServer::flooding(forever + car, QByteArray(65536, '\x7f')), 4);
}

void TestIpfsNode::takesWhatCameOfATree()
{
    QFETCH(Script, script);
    QFETCH(int, count);
    const QList<Block> blocks = chain(4);
    m_node->answerAlways("dag/export", script);
    const Result<QList<Block>> got = get(tree(blocks[3].address(), MaxBlockSize));
    QVERIFY2(got.ok(), qPrintable(got.problem().detail()));
    QCOMPARE(got.value().size(), count);
    QCOMPARE(got.value()[0].bytes(), blocks[3].bytes());
    QCOMPARE(m_node->commands(), Commands{"dag/export"});
}

// What came just before, Qt gives or loses; if it was nothing, it asks again.
void TestIpfsNode::getsTheBlockThoughTheConnectionIsCut()
{
    const QList<Block> blocks = chain(4);
    const QByteArray start = carOf({}, {blocks[3], blocks[2]});
    m_node->blocks.insert(blocks[3].address(), blocks[3].bytes());
    m_node->answerAlways("dag/export", ScriptedServer::sending(
                                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                               + QByteArray::number(start.size(), 16) + "\r\n"
                                               + start + "\r\n999\r\n" + QByteArray(20, '\x7f'),
                                           Then::Close));
    const Result<QList<Block>> got = get(tree(blocks[3].address()));
    QVERIFY(got.ok());
    QCOMPARE(addressesOf(got.value()),
             addressesOf(QList{blocks[3], blocks[2]}).first(got.value().size()));
    QVERIFY(!got.value().isEmpty());
}

void TestIpfsNode::asksForTheBlockWhereThereIsNoTree()
{
    const QList<Block> blocks = chain(2);
    const QByteArray head = blocks[1].address();
    m_node->blocks.insert(head, blocks[1].bytes());
    for (const Script &script :
         {FakeNode::failing("block was not found locally (offline): ipld: could not find x"),
          FakeNode::streaming(carOf({head}, {})), FakeNode::streaming(""),
          FakeNode::streaming(carOf({head}, {blocks[0]})),
          ScriptedServer::sending("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", Then::Close)}) {
        m_node->forgetCommands();
        m_node->answerOnce("dag/export", script);
        const Result<QList<Block>> got = get(tree(head));
        QVERIFY(got.ok());
        QCOMPARE(addressesOf(got.value()), QList{head});
        QCOMPARE(count("block/get"), 1);
    }
    const Result<QList<Block>> missing = get(tree(block("nowhere").address()));
    QVERIFY(missing.ok() && missing.value().isEmpty());
}

void TestIpfsNode::refusesATreeWithoutItsRoot()
{
    const Block wanted = block("wanted");
    m_node->blocks.insert(wanted.address(), wanted.bytes());
    m_node->answerAlways("dag/export",
                         FakeNode::streaming(carOf({}, {Block(wanted.address(), "other")})));
    QCOMPARE(get(tree(wanted.address())).problem().kind(), Kind::Tampered);
    m_node->answerAlways("dag/export",
                         ScriptedServer::answering("404 page not found", "404 Not Found"));
    QCOMPARE(get(tree(wanted.address())).problem().kind(), Kind::ActionRequired);
    QCOMPARE(m_node->commands(), Commands({"dag/export", "dag/export"}));
}

void TestIpfsNode::readsNoMoreOfATreeThanAllowed()
{
    QList<Block> blocks;
    for (int i = 0; i < 4; ++i)
        blocks.append(block(QByteArray(500 * 1024, char('a' + i))));
    m_node->answerAlways("dag/export", FakeNode::streaming(carOf({}, blocks)));
    const Result<QList<Block>> got = get(tree(blocks[0].address(), 1536 * 1024));
    QVERIFY(got.ok());
    QCOMPARE(addressesOf(got.value()), addressesOf(blocks.first(3)));
}

// ---- Exists

void TestIpfsNode::knowsWhatTheNodeHolds()
{
    const QList<Block> blocks = chain(256);
    QList<bool> expected;
    for (int i = 0; i < blocks.size(); ++i) {
        expected.append(i % 3 == 0);
        if (i % 3 == 0)
            m_node->blocks.insert(blocks[i].address(), blocks[i].bytes());
    }
    const Result<QList<bool>> held = valueOf(m_store->exists(addressesOf(blocks)));
    QVERIFY(held.ok());
    QCOMPARE(held.value(), expected);
    QCOMPARE(count("block/stat"), 256);
    QVERIFY(m_node->targets()[0].endsWith("&offline=true"));

    QCOMPARE(valueOf(m_store->exists({})).value(), QList<bool>());
    QCOMPARE(valueOf(m_store->exists({"no address"})).problem().kind(), Kind::InvalidArgument);
    QCOMPARE(m_node->commands().size(), 256);
}

// How many at a time: tst_heldasking.
void TestIpfsNode::knowsWhichAnswerIsToWhichQuestion()
{
    QList<std::pair<QTcpSocket *, ReceivedRequest>> waiting;
    m_node->answerAlways("block/stat", [&](QTcpSocket *socket, const ReceivedRequest &request) {
        waiting.append({socket, request});
        // The newest first, so that the order of answers is another one.
        QTimer::singleShot(0, socket, [&] {
            const auto [next, asked] = waiting.takeLast();
            m_node->answer(next, asked);
        });
    });
    const QList<Block> blocks = chain(30);
    m_node->blocks.insert(blocks[7].address(), blocks[7].bytes());
    const Result<QList<bool>> held = valueOf(m_store->exists(addressesOf(blocks)));
    QVERIFY(held.ok());
    QCOMPARE(held.value().count(true), 1);
    QVERIFY(held.value()[7]);
}

void TestIpfsNode::asksNoMoreAfterAProblem()
{
    m_node->answerAlways("block/stat", FakeNode::failing("repo is closed"));
    QCOMPARE(valueOf(m_store->exists(addressesOf(chain(100)))).problem().kind(), Kind::WillRetry);
    // A request behind them all.
    QCOMPARE(put(withHead(chain(1))), Problem());
    QVERIFY(count("block/stat") <= 6);
}

// ---- Ends

void TestIpfsNode::endsWhatStalls_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<Script>("script");
    const QByteArray start = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    for (const char *command :
         {"dag/import", "block/put", "pin/rm", "block/stat", "dag/export", "block/get"}) {
        QTest::addRow("%s, silent", command) << QByteArray(command) << ScriptedServer::silent();
        QTest::addRow("%s, before its body", command)
            << QByteArray(command)
            << ScriptedServer::sending(start + "Content-Length: 9\r\n\r\n", Then::Wait);
        QTest::addRow("%s, in a chunk", command)
            << QByteArray(command)
            << ScriptedServer::sending(start + "Transfer-Encoding: chunked\r\n\r\n9\r\n{",
                                       Then::Wait);
    }
}

void TestIpfsNode::endsWhatStalls()
{
    QFETCH(QByteArray, command);
    QFETCH(Script, script);
    const QList<Block> blocks = chain(3);
    const QByteArray address = blocks[0].address();
    m_node->blocks.insert(address, blocks[0].bytes());
    m_node->answerAlways(command, script);
    const auto reaches = [this, &command] { return m_node->commands().contains(command); };
    if (command == "dag/export" || command == "block/get") {
        const auto got = m_store->get(command == "block/get" ? single(address) : tree(address));
        QTRY_VERIFY(reaches());
        m_store->abort();
        QVERIFY(got.isFinished());
        QCOMPARE(valueOf(got).problem().kind(), Kind::WillRetry);
    } else {
        const auto done = m_store->put(withHead(blocks.sliced(1), address));
        QTRY_VERIFY(reaches());
        m_store->abort();
        QVERIFY(done.isFinished());
        // What was done is done, whatever became of the old pin.
        QCOMPARE(valueOf(done).kind(), command == "pin/rm" ? Kind::None : Kind::WillRetry);
    }
    const qsizetype asked = m_node->commands().size();
    m_node->answerAgain(command);
    QVERIFY(valueOf(m_store->exists({address})).ok());
    QCOMPARE(m_node->commands().size(), asked + 1);
}

void TestIpfsNode::answersThoughItIsDestroyed()
{
    for (const QByteArray command : {"block/put", "block/get", "block/stat"})
        m_node->answerAlways(command, ScriptedServer::silent());
    const QList<Block> blocks = chain(1);
    const auto done = m_store->put(withHead(blocks));
    const auto got = m_store->get(single(blocks[0].address()));
    const auto held = m_store->exists({blocks[0].address()});
    QTRY_COMPARE(m_node->commands().size(), 3);
    m_store.reset();
    QVERIFY(done.isFinished() && got.isFinished() && held.isFinished());
    QCOMPARE(valueOf(done).kind(), Kind::WillRetry);
    QCOMPARE(valueOf(got).problem().kind(), Kind::WillRetry);
    QCOMPARE(valueOf(held).problem().kind(), Kind::WillRetry);
}

// ---- Where and as whom

void TestIpfsNode::sendsTheCredentialAndTellsNobody()
{
    const QList<Block> blocks = chain(3);
    QCOMPARE(put(withHead(blocks)), Problem());
    QVERIFY(get(single(blocks[0].address())).ok());
    QVERIFY(get(tree(blocks[0].address())).ok());
    QVERIFY(valueOf(m_store->exists(addressesOf(blocks))).ok());
    for (const ReceivedRequest &request : m_node->server().requests()) {
        QCOMPARE(request.method, "POST");
        QCOMPARE(request.header("Authorization"), m_secret);
        QVERIFY(!request.target.contains("s3cret"));
        QVERIFY(!request.header("User-Agent").contains("/kubo/"));
    }
}

void TestIpfsNode::asksBelowThePathOfItsUrl()
{
    makeStore(m_node->server().url(u"/ipfs%20node/"_s));
    QCOMPARE(put(withHead(chain(1))).kind(), Kind::ActionRequired);
    QVERIFY(m_node->targets()[0].startsWith("/ipfs%20node/api/v0/block/put?"));
}

void TestIpfsNode::needsTheNetworkAsItsUrlSays()
{
    QVERIFY(!m_store->needsNetwork());
    QVERIFY(!m_store->isReadOnly());
    makeStore(m_node->server().url(u"/?network=required"_s));
    QVERIFY(m_store->needsNetwork());
}

QTEST_GUILESS_MAIN(TestIpfsNode)
#include "tst_ipfsnode.moc"
