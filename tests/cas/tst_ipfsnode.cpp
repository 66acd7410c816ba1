// SPDX-License-Identifier: MIT
#include "asked.h"
#include "fakenode.h"

#include "cas/ipfsnode.h"
#include "log/car.h"

#include <QTest>

#include <memory>

using namespace RemoteLogTest;
using Kind = Problem::Kind;
using Script = ScriptedServer::Script;
using Then = ScriptedServer::Then;
using Commands = QList<QByteArray>;

namespace {

const QByteArray Secret = "Bearer s3cret";

Script page(const QByteArray &status)
{
    return ScriptedServer::answering("<html>", status, "Content-Type: text/html\r\n");
}

} // namespace

Q_DECLARE_METATYPE(Script)

// With a node that counts, and misbehaves as real ones do too rarely.
class TestIpfsNode : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

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
    void asksForFewBlocksAtATime();
    void asksNoMoreAfterAProblem();

    void endsWhatStalls_data();
    void endsWhatStalls();
    void answersThoughItIsDestroyed();
    void sendsTheCredentialAndTellsNobody();
    void asksBelowThePathOfItsUrl();
    void needsTheNetworkAsItsUrlSays();

private:
    Problem put(const Upload &upload) { return valueOf(m_store->put(upload)); }
    Result<QList<Block>> get(const Fetch &fetch) { return valueOf(m_store->get(fetch)); }
    void makeStore(const QUrl &url);
    qsizetype count(const QByteArray &command) const { return m_node->commands().count(command); }

    std::unique_ptr<HttpClient> m_http;
    std::unique_ptr<FakeNode> m_node;
    std::unique_ptr<IpfsNode> m_store;
};

void TestIpfsNode::init()
{
    m_store.reset();
    m_http = std::make_unique<HttpClient>();
    m_node = std::make_unique<FakeNode>();
    makeStore(m_node->url());
}

void TestIpfsNode::makeStore(const QUrl &url)
{
    m_store = std::make_unique<IpfsNode>(helperAt(url, u"kubo"_s), *m_http, [] { return Secret; });
}

// ---- Put

void TestIpfsNode::putsASmallMessageInTwoRequests()
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

void TestIpfsNode::putsManyBlocksAtOnceAndTheHeadLast()
{
    const QList<Block> blocks = chain(100);
    QCOMPARE(put(withHead(blocks)), Problem());
    QCOMPARE(m_node->commands(), Commands({"dag/import", "block/put"}));
    QCOMPARE(m_node->targets()[0], "/api/v0/dag/import?pin-roots=false&stats=true");
    QCOMPARE(m_node->stored, addressesOf(blocks));
    QCOMPARE(m_node->pins, QSet{blocks.constLast().address()});
}

void TestIpfsNode::putsBlocksWithoutAHead()
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

void TestIpfsNode::putsNothingWithoutARequest()
{
    QCOMPARE(put(Upload()), Problem());
    QVERIFY(m_node->commands().isEmpty());
}

void TestIpfsNode::takesNoHeadThatIsNotTheLastBlock()
{
    Upload upload = withHead(chain(2));
    upload.setHead(block("other").address());
    QCOMPARE(put(upload).kind(), Kind::InvalidArgument);
    upload.setBlocks({});
    QCOMPARE(put(upload).kind(), Kind::InvalidArgument);
    QVERIFY(m_node->commands().isEmpty());
}

void TestIpfsNode::keepsAllOfALogWithOnePin()
{
    const QList<Block> blocks = chain(20);
    QCOMPARE(put(withHead(blocks.first(10))), Problem());
    QCOMPARE(put(withHead(blocks.sliced(10, 1), blocks[9].address())), Problem());
    QCOMPARE(put(withHead(blocks.sliced(11), blocks[10].address())), Problem());
    QCOMPARE(m_node->pins.size(), 1);
    m_node->collectGarbage();
    QCOMPARE(m_node->blocks.size(), blocks.size());
}

void TestIpfsNode::pinsNoHeadWhoseTreeIsIncomplete()
{
    const QList<Block> blocks = chain(3);
    QCOMPARE(put(withHead({blocks[0]})), Problem());
    Upload incomplete = withHead({blocks[1]}, blocks[0].address());
    incomplete.setCompletesTree(false);
    QCOMPARE(put(incomplete), Problem());
    QCOMPARE(m_node->pins, QSet{blocks[0].address()});

    // The pin that stayed is not forgotten.
    QCOMPARE(put(withHead({blocks[2]}, blocks[1].address())), Problem());
    QTRY_COMPARE(m_node->pins, QSet{blocks[2].address()});
}

void TestIpfsNode::putsTheSameHeadAgain()
{
    const QList<Block> blocks = chain(1);
    QCOMPARE(put(withHead(blocks)), Problem());
    QCOMPARE(put(withHead(blocks, blocks[0].address())), Problem());
    QCOMPARE(m_node->commands(), Commands({"block/put", "block/put"}));
    QCOMPARE(m_node->pins, QSet{blocks[0].address()});
}

void TestIpfsNode::noticesThatTheNodeHasLostALog()
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
void TestIpfsNode::goesOnWhereThePinWasGoneAlready()
{
    const QList<Block> blocks = chain(2);
    QCOMPARE(put(withHead({blocks[0]})), Problem());
    m_node->pins.clear();
    m_node->forgetCommands();
    QCOMPARE(put(withHead({blocks[1]}, blocks[0].address())), Problem());
    QCOMPARE(m_node->commands(), Commands({"block/put", "pin/rm", "block/stat"}));
    QCOMPARE(m_node->pins, QSet{blocks[1].address()});
}

void TestIpfsNode::triesAgainToUnpin()
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
void TestIpfsNode::keepsAHeadThatIsPutAgain()
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

void TestIpfsNode::remembersFewPins()
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

void TestIpfsNode::understandsFailingPuts_data()
{
    QTest::addColumn<Script>("script");
    QTest::addColumn<Kind>("kind");
    const auto row = [](const char *name, const Script &script, Kind kind) {
        QTest::newRow(name) << script << kind;
    };
    const auto text = [](const QByteArray &status, const QByteArray &said) {
        return ScriptedServer::answering(said, status, "Content-Type: text/plain\r\n");
    };
    const QByteArray head = "HTTP/1.1 200 OK\r\n";
    row("a success that stored nothing", FakeNode::saying(""), Kind::WillRetry);
    row("a success without a key", FakeNode::saying("{}"), Kind::WillRetry);
    row("a success for another block",
        FakeNode::saying(R"({"Key":")" + addressToText(block("x").address()).toLatin1() + R"("})"),
        Kind::Rejected);
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
        Kind::TooLarge);
    row("no end",
        ScriptedServer::flooding(head + "Transfer-Encoding: chunked\r\n\r\n",
                                 "10000\r\n" + QByteArray(65536, ' ') + "\r\n"),
        Kind::TooLarge);
}

void TestIpfsNode::understandsFailingPuts()
{
    QFETCH(Script, script);
    QFETCH(Kind, kind);
    for (const QByteArray command : {"block/put", "dag/import"}) {
        m_node->answerAlways(command, script);
        const QList<Block> blocks = chain(2);
        Upload upload = withHead(command == "block/put" ? blocks.last(1) : blocks);
        const Problem problem = put(upload);
        // Of what was imported a wrong key is only nonsense.
        if (kind == Kind::Rejected && problem.kind() == Kind::WillRetry)
            QCOMPARE(QTest::currentDataTag(), "a success for another block");
        else
            QCOMPARE(problem.kind(), kind);
        QVERIFY2(!problem.detail().contains(u"s3cret"_s), qPrintable(problem.detail()));
        QVERIFY(m_node->pins.isEmpty());
    }
    // Where there is no answer at all, Qt asks twice.
    QCOMPARE(m_node->commands().constLast(), "dag/import");
}

void TestIpfsNode::startsNoHeadBehindBlocksThatFailed()
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

void TestIpfsNode::saysWhenToComeBack()
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

void TestIpfsNode::asksForFewBlocksAtATime()
{
    QList<std::pair<QTcpSocket *, ReceivedRequest>> waiting;
    int most = 0;
    m_node->answerAlways("block/stat", [&](QTcpSocket *socket, const ReceivedRequest &request) {
        waiting.append({socket, request});
        most = std::max(most, int(waiting.size()));
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
    QVERIFY(most <= 6);
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
        QCOMPARE(request.header("Authorization"), Secret);
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
