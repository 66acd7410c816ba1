// SPDX-License-Identifier: MIT
#include "storeatnode.h"

#include <QTest>

using namespace RemoteLogTest;

// What goes up to a node, in how many requests, and what stays pinned there.
class TestIpfsNodePuts : public QObject, private StoreAtNode
{
    Q_OBJECT

private Q_SLOTS:
    void init() { start(); }

    void putsASmallMessageInTwoRequests();
    void putsManyBlocksAtOnceAndTheHeadLast();
    void putsBlocksWithoutAHead();
    void putsNothingWithoutARequest();
    void takesNoHeadThatIsNotTheLastBlock();
    void keepsAllOfALogWithOnePin();
    void pinsNoHeadWhoseTreeIsIncomplete();
    void putsTheSameHeadAgain();
    void noticesThatTheNodeHasLostALog();
    void goesOnWhereThePinWasGoneAlready();
    void triesAgainToUnpin();
    void keepsAHeadThatIsPutAgain();
    void remembersFewPins();
    void understandsFailingPuts_data();
    void understandsFailingPuts();
    void startsNoHeadBehindBlocksThatFailed();
    void saysWhenToComeBack();
};

void TestIpfsNodePuts::putsASmallMessageInTwoRequests()
{
    const QList<Block> blocks = chain(2);
    QCOMPARE(put(withHead({blocks[0]})), Problem());
    QCOMPARE(m_node->commands(), Commands{"block/put"});
    m_node->forgetCommands();

    QCOMPARE(put(withHead({blocks[1]}, blocks[0].address())), Problem());
    QCOMPARE(m_node->commands(), Commands({"block/put", "pin/rm"}));
    QCOMPARE(m_node->targets()[0], "/api/v0/block/put?cid-codec=dag-cbor&mhtype=sha2-256&pin=true");
    QVERIFY(m_node->bytesSent() < blocks[1].bytes().size() + 250);
    QCOMPARE(m_node->pins, QSet{blocks[1].address()});
    QCOMPARE(m_node->stored, addressesOf(blocks));
}

void TestIpfsNodePuts::putsManyBlocksAtOnceAndTheHeadLast()
{
    const QList<Block> blocks = chain(100);
    QCOMPARE(put(withHead(blocks)), Problem());
    QCOMPARE(m_node->commands(), Commands({"dag/import", "block/put"}));
    QCOMPARE(m_node->targets()[0], "/api/v0/dag/import?pin-roots=false&stats=true");
    QCOMPARE(m_node->stored, addressesOf(blocks));
    QCOMPARE(m_node->pins, QSet{blocks.constLast().address()});
}

void TestIpfsNodePuts::putsBlocksWithoutAHead()
{
    Upload upload;
    upload.setBlocks(chain(1));
    QCOMPARE(put(upload), Problem());
    upload.setBlocks(chain(50, "more"));
    upload.setPreviousHead(block("before").address());
    QCOMPARE(put(upload), Problem());
    QCOMPARE(m_node->commands(), Commands({"dag/import", "dag/import"}));
    QCOMPARE(m_node->blocks.size(), 51);
    QVERIFY(m_node->pins.isEmpty());
}

void TestIpfsNodePuts::putsNothingWithoutARequest()
{
    QCOMPARE(put(Upload()), Problem());
    QVERIFY(m_node->commands().isEmpty());
}

void TestIpfsNodePuts::takesNoHeadThatIsNotTheLastBlock()
{
    Upload upload = withHead(chain(2));
    upload.setHead(block("other").address());
    QCOMPARE(put(upload).kind(), Kind::InvalidArgument);
    upload.setBlocks({});
    QCOMPARE(put(upload).kind(), Kind::InvalidArgument);
    QVERIFY(m_node->commands().isEmpty());
}

void TestIpfsNodePuts::keepsAllOfALogWithOnePin()
{
    const QList<Block> blocks = chain(20);
    QCOMPARE(put(withHead(blocks.first(10))), Problem());
    QCOMPARE(put(withHead(blocks.sliced(10, 1), blocks[9].address())), Problem());
    QCOMPARE(put(withHead(blocks.sliced(11), blocks[10].address())), Problem());
    QCOMPARE(m_node->pins.size(), 1);
    m_node->collectGarbage();
    QCOMPARE(m_node->blocks.size(), blocks.size());
}

void TestIpfsNodePuts::pinsNoHeadWhoseTreeIsIncomplete()
{
    const QList<Block> blocks = chain(3);
    QCOMPARE(put(withHead({blocks[0]})), Problem());
    Upload incomplete = withHead({blocks[1]}, blocks[0].address());
    incomplete.setCompletesTree(false);
    QCOMPARE(put(incomplete), Problem());
    QCOMPARE(m_node->pins, QSet{blocks[0].address()});

    // It stays, whatever becomes of another log.
    const QList<Block> others = chain(2, "other");
    QCOMPARE(put(withHead({others[0]})), Problem());
    QCOMPARE(put(withHead({others[1]}, others[0].address())), Problem());
    QCOMPARE(put(withHead({blocks[2]}, blocks[1].address())), Problem());
    // Behind whatever else the node would be asked to unpin.
    QVERIFY(get(single(blocks[0].address())).ok());
    QCOMPARE(m_node->pins, QSet({blocks[0].address(), others[1].address(), blocks[2].address()}));
}

void TestIpfsNodePuts::putsTheSameHeadAgain()
{
    const QList<Block> blocks = chain(1);
    QCOMPARE(put(withHead(blocks)), Problem());
    QCOMPARE(put(withHead(blocks, blocks[0].address())), Problem());
    QCOMPARE(m_node->commands(), Commands({"block/put", "block/put"}));
    QCOMPARE(m_node->pins, QSet{blocks[0].address()});
}

void TestIpfsNodePuts::noticesThatTheNodeHasLostALog()
{
    const QList<Block> blocks = chain(2);
    QCOMPARE(put(withHead({blocks[0]})), Problem());
    m_node->blocks.clear();
    m_node->pins.clear();
    m_node->forgetCommands();
    const Problem problem = put(withHead({blocks[1]}, blocks[0].address()));
    QCOMPARE(problem.kind(), Kind::WillRetry);
    QVERIFY2(problem.detail().contains(u"lost"_s), qPrintable(problem.detail()));
    QCOMPARE(m_node->commands(), Commands({"block/put", "pin/rm", "block/stat"}));

    // As the plugin does then.
    QCOMPARE(put(withHead(blocks)), Problem());
    m_node->collectGarbage();
    QCOMPARE(m_node->blocks.size(), 2);
}

// The node unpinned it, and its answer was lost.
void TestIpfsNodePuts::goesOnWhereThePinWasGoneAlready()
{
    const QList<Block> blocks = chain(2);
    QCOMPARE(put(withHead({blocks[0]})), Problem());
    m_node->pins.clear();
    m_node->forgetCommands();
    QCOMPARE(put(withHead({blocks[1]}, blocks[0].address())), Problem());
    QCOMPARE(m_node->commands(), Commands({"block/put", "pin/rm", "block/stat"}));
    QCOMPARE(m_node->pins, QSet{blocks[1].address()});
}

void TestIpfsNodePuts::triesAgainToUnpin()
{
    const QList<Block> blocks = chain(3);
    QCOMPARE(put(withHead({blocks[0]})), Problem());
    m_node->answerOnce("pin/rm", FakeNode::failing("repo is busy"));
    QCOMPARE(put(withHead({blocks[1]}, blocks[0].address())), Problem());
    QCOMPARE(m_node->pins.size(), 2);
    m_node->forgetCommands();

    QCOMPARE(put(withHead({blocks[2]}, blocks[1].address())), Problem());
    QTRY_COMPARE(m_node->pins, QSet{blocks[2].address()});
    QCOMPARE(m_node->commands(), Commands({"block/put", "pin/rm", "pin/rm"}));
}

// A log that was read back may begin anew where the node was before.
void TestIpfsNodePuts::keepsAHeadThatIsPutAgain()
{
    const QList<Block> blocks = chain(2);
    QCOMPARE(put(withHead({blocks[0]})), Problem());
    m_node->answerOnce("pin/rm", FakeNode::failing("repo is busy"));
    QCOMPARE(put(withHead({blocks[1]}, blocks[0].address())), Problem());
    QCOMPARE(put(withHead({blocks[0]}, blocks[1].address())), Problem());
    // Behind whatever else it would be asked to unpin.
    QVERIFY(get(single(blocks[0].address())).ok());
    QCOMPARE(m_node->pins, QSet{blocks[0].address()});
}

void TestIpfsNodePuts::remembersFewPins()
{
    const QList<Block> blocks = chain(80);
    QCOMPARE(put(withHead({blocks[0]})), Problem());
    m_node->answerAlways("pin/rm", FakeNode::failing("not allowed", 4));
    for (int i = 1; i < 79; ++i)
        QCOMPARE(put(withHead({blocks[i]}, blocks[i - 1].address())), Problem());
    // A node that never unpins is not asked for all of them each time.
    QCOMPARE(count("pin/rm"), 78);

    m_node->answerAgain("pin/rm");
    m_node->forgetCommands();
    QCOMPARE(put(withHead({blocks[79]}, blocks[78].address())), Problem());
    QTRY_COMPARE(count("pin/rm"), 1 + 64);
    QTRY_COMPARE(m_node->pins.size(), 80 - 1 - 64);
}

void TestIpfsNodePuts::understandsFailingPuts_data()
{
    QTest::addColumn<Script>("script");
    QTest::addColumn<Kind>("ofPut");
    QTest::addColumn<Kind>("ofImport");
    const auto row = [](const char *name, const Script &script, Kind kind) {
        QTest::newRow(name) << script << kind << kind;
    };
    const auto text = [](const QByteArray &status, const QByteArray &said) {
        return ScriptedServer::answering(said, status, "Content-Type: text/plain\r\n");
    };
    const QByteArray head = "HTTP/1.1 200 OK\r\n";
    row("a success that stored nothing", FakeNode::saying(""), Kind::WillRetry);
    row("a success without a key", FakeNode::saying("{}"), Kind::WillRetry);
    // An import names no blocks, so there it is only nonsense.
    QTest::newRow("a success for another block") << FakeNode::saying(
        R"({"Key":")" + addressToText(block("x").address()).toLatin1() + R"("})")
                                                 << Kind::Rejected << Kind::WillRetry;
    row("an error in a good answer",
        FakeNode::saying(R"({"Message":"write: no space left on device","Code":0,"Type":"error"})"),
        Kind::LocalStorageFull);
    row("an error in the trailer only", FakeNode::streaming("", "unexpected EOF"), Kind::WillRetry);
    row("a full disk", FakeNode::failing("write: no space left on device"), Kind::LocalStorageFull);
    row("a block that it does not like", FakeNode::failing("produced block is over 1MiB"),
        Kind::Rejected);
    row("by its User-Agent", text("403 Forbidden", "403 - Forbidden"), Kind::ActionRequired);
    row("a wrong token", text("403 Forbidden", "Kubo RPC Access Denied"), Kind::ActionRequired);
    row("a proxy's login", text("401 Unauthorized", ""), Kind::ActionRequired);
    row("a gateway", text("404 Not Found", "404 page not found"), Kind::ActionRequired);
    row("some web server", page("404 Not Found"), Kind::ActionRequired);
    row("some web page", page("200 OK"), Kind::ActionRequired);
    row("a proxy without its node", page("502 Bad Gateway"), Kind::WillRetry);
    row("too often", text("429 Too Many Requests", ""), Kind::WillRetry);
    row("a redirect",
        ScriptedServer::answering("", "307 Temporary Redirect",
                                  "Location: http://127.0.0.2:9/\r\n"),
        Kind::Rejected);
    row("no answer", ScriptedServer::sending("", Then::Close), Kind::WillRetry);
    row("half an answer",
        ScriptedServer::sending(head + "Content-Length: 99\r\n\r\n{", Then::Close),
        Kind::WillRetry);
    row("10 GiB", ScriptedServer::sending(head + "Content-Length: 10737418240\r\n\r\n", Then::Wait),
        Kind::WillRetry);
    row("no end",
        ScriptedServer::flooding(head + "Transfer-Encoding: chunked\r\n\r\n",
                                 "10000\r\n" + QByteArray(65536, ' ') + "\r\n"),
        Kind::WillRetry);
}

void TestIpfsNodePuts::understandsFailingPuts()
{
    QFETCH(Script, script);
    const QList<Block> blocks = chain(2);
    m_node->answerAlways("block/put", script);
    const Problem ofPut = put(withHead(blocks.last(1)));
    QTEST(ofPut.kind(), "ofPut");
    m_node->answerAlways("dag/import", script);
    const Problem ofImport = put(withHead(blocks));
    QTEST(ofImport.kind(), "ofImport");
    for (const Problem &problem : {ofPut, ofImport})
        QVERIFY2(!problem.detail().contains(u"s3cret"_s), qPrintable(problem.detail()));
    QVERIFY(m_node->pins.isEmpty());
    // Where there is no answer at all, Qt asks twice.
    QCOMPARE(m_node->commands().constLast(), "dag/import");
}

void TestIpfsNodePuts::startsNoHeadBehindBlocksThatFailed()
{
    // All but one.
    m_node->answerOnce("dag/import",
                       FakeNode::saying(R"({"Stats":{"BlockCount":3,"BlockBytesCount":1}})"));
    QCOMPARE(put(withHead(chain(5))).kind(), Kind::WillRetry);
    // Cut on its way up.
    m_node->answerOnce("dag/import", FakeNode::failing("unexpected EOF"));
    QCOMPARE(put(withHead(chain(5))).kind(), Kind::WillRetry);
    QCOMPARE(m_node->commands(), Commands({"dag/import", "dag/import"}));
    QCOMPARE(put(withHead(chain(5))), Problem());
}

void TestIpfsNodePuts::saysWhenToComeBack()
{
    const Script busy =
        ScriptedServer::answering("", "429 Too Many Requests", "Retry-After: 17\r\n");
    for (const QByteArray command :
         {"block/put", "dag/import", "block/get", "dag/export", "block/stat"})
        m_node->answerAlways(command, busy);
    const QList<Block> blocks = chain(2);
    const QByteArray head = blocks.constLast().address();
    const auto asked = std::chrono::seconds(17);
    QCOMPARE(put(withHead(blocks)).retryAfter(), asked);
    QCOMPARE(put(withHead(blocks.last(1))).retryAfter(), asked);
    QCOMPARE(get(single(head)).problem().retryAfter(), asked);
    // It is not asked for the block alone then.
    QCOMPARE(get(tree(head)).problem().retryAfter(), asked);
    QCOMPARE(valueOf(m_store->exists({head})).problem().retryAfter(), asked);
    QCOMPARE(m_node->commands().size(), 5);
}

QTEST_GUILESS_MAIN(TestIpfsNodePuts)
#include "tst_ipfsnodeputs.moc"
