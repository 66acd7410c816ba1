// SPDX-License-Identifier: MIT
#include "asked.h"
#include "scriptedserver.h"

#include "cas/ipfsgateway.h"
#include "log/car.h"

#include <QTest>

#include <memory>

using namespace RemoteLogTest;
using Kind = Problem::Kind;
using Script = ScriptedServer::Script;
using Then = ScriptedServer::Then;

namespace {

const QByteArray Head = "HTTP/1.1 200 OK\r\n";

QByteArray textOf(const Block &block)
{
    return addressToText(block.address()).toLatin1();
}

Script status(const QByteArray &line, const QByteArray &headers = QByteArray())
{
    return ScriptedServer::answering("words", line, "Content-Type: text/plain\r\n" + headers);
}

Script page(const QByteArray &line)
{
    return ScriptedServer::answering("<html>", line, "Content-Type: Text/HTML; charset=x\r\n");
}

} // namespace

Q_DECLARE_METATYPE(Script)

class TestIpfsGateway : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void isOnlyReadFrom();
    void getsABlock();
    void understandsFailingGets_data();
    void understandsFailingGets();
    void getsATreeInOneRequest();
    void takesWhatCameOfATree_data();
    void takesWhatCameOfATree();
    void asksForTheBlockWhereThereIsNoTree_data();
    void asksForTheBlockWhereThereIsNoTree();
    void readsNoMoreOfATreeThanAllowed();
    void goesAwayWhenTold();
    void knowsWhatIsHeld_data();
    void knowsWhatIsHeld();
    void endsWhatStalls_data();
    void endsWhatStalls();
    void answersThoughItIsDestroyed();
    void sendsTheCredentialAndTellsNobody();
    void asksBelowThePathOfItsUrl();

private:
    Result<QList<Block>> get(const Fetch &fetch) { return valueOf(m_store->get(fetch)); }
    void makeStore(const QUrl &url);
    // Answers for a tree and for a block.
    void answer(const Script &tree, const Script &block);

    const QList<Block> m_chain = chain(4);
    std::unique_ptr<HttpClient> m_http;
    std::unique_ptr<ScriptedServer> m_server;
    std::unique_ptr<IpfsGateway> m_store;
};

void TestIpfsGateway::init()
{
    m_store.reset();
    m_http = std::make_unique<HttpClient>();
    m_server = std::make_unique<ScriptedServer>();
    makeStore(m_server->url(QString()));
}

void TestIpfsGateway::makeStore(const QUrl &url)
{
    m_store = std::make_unique<IpfsGateway>(helperAt(url, u"gateway"_s), *m_http,
                                            [] { return QByteArray("Bearer s3cret"); });
}

void TestIpfsGateway::answer(const Script &tree, const Script &block)
{
    m_server->setScript([=](QTcpSocket *socket, const ReceivedRequest &request) {
        (request.target.contains("format=car") ? tree : block)(socket, request);
    });
}

void TestIpfsGateway::isOnlyReadFrom()
{
    QVERIFY(m_store->isReadOnly());
    QVERIFY(!m_store->needsNetwork());
    QCOMPARE(valueOf(m_store->put(withHead(m_chain))).kind(), Kind::Rejected);
    QCOMPARE(m_server->requests().size(), 0);
    makeStore(m_server->url(u"/?network=required"_s));
    QVERIFY(m_store->needsNetwork());
}

void TestIpfsGateway::getsABlock()
{
    const Block wanted = m_chain[0];
    m_server->setScript(ScriptedServer::answering(wanted.bytes()));
    const Result<QList<Block>> got = get(single(wanted.address()));
    QVERIFY(got.ok());
    QCOMPARE(got.value().size(), 1);
    QCOMPARE(got.value()[0].address(), wanted.address());
    QCOMPARE(got.value()[0].bytes(), wanted.bytes());
    QCOMPARE(m_server->requests().size(), 1);
    const ReceivedRequest &asked = m_server->requests()[0];
    QCOMPARE(asked.method, "GET");
    QCOMPARE(asked.target, "/ipfs/" + textOf(wanted) + "?format=raw");
    QCOMPARE(asked.header("Accept"), "application/vnd.ipld.raw");
    QCOMPARE(get(single("no address")).problem().kind(), Kind::InvalidArgument);
}

void TestIpfsGateway::understandsFailingGets_data()
{
    QTest::addColumn<Script>("script");
    QTest::addColumn<Kind>("kind");
    const auto row = [](const char *name, const Script &script, Kind kind) {
        QTest::newRow(name) << script << kind;
    };
    for (const char *line :
         {"404 Not Found", "410 Gone", "412 Precondition Failed", "504 Gateway Timeout"})
        row(line, status(line), Kind::None);
    row("400 Bad Request", status("400 Bad Request"), Kind::Rejected);
    row("401 Unauthorized", status("401 Unauthorized"), Kind::ActionRequired);
    row("403 Forbidden", status("403 Forbidden"), Kind::ActionRequired);
    row("406 Not Acceptable", status("406 Not Acceptable"), Kind::Rejected);
    row("429 Too Many Requests", status("429 Too Many Requests"), Kind::WillRetry);
    row("500 Internal Server Error", status("500 Internal Server Error"), Kind::WillRetry);
    row("503 Service Unavailable", status("503 Service Unavailable"), Kind::WillRetry);
    row("a redirect", status("302 Found", "Location: http://127.0.0.2:9/\r\n"), Kind::Rejected);
    row("another block", ScriptedServer::answering("other"), Kind::Tampered);
    row("nothing", ScriptedServer::answering(""), Kind::WillRetry);
    for (const char *line : {"200 OK", "404 Not Found", "410 Gone", "504 Gateway Timeout"})
        QTest::addRow("a web page, %s", line) << page(line) << Kind::WillRetry;
    row("a login page", page("403 Forbidden"), Kind::ActionRequired);
    row("half an answer",
        ScriptedServer::sending(Head + "Content-Length: 99\r\n\r\nb", Then::Close),
        Kind::WillRetry);
    row("10 GiB", ScriptedServer::sending(Head + "Content-Length: 10737418240\r\n\r\n", Then::Wait),
        Kind::Tampered);
    row("no end",
        ScriptedServer::flooding(Head + "Transfer-Encoding: chunked\r\n\r\n",
                                 "10000\r\n" + QByteArray(65536, 'x') + "\r\n"),
        Kind::Tampered);
}

void TestIpfsGateway::understandsFailingGets()
{
    QFETCH(Script, script);
    QFETCH(Kind, kind);
    m_server->setScript(script);
    const Result<QList<Block>> got = get(single(m_chain[0].address()));
    QCOMPARE(got.problem().kind(), kind);
    QVERIFY(!got.ok() || got.value().isEmpty());
    QVERIFY2(!got.problem().detail().contains(u"s3cret"_s), qPrintable(got.problem().detail()));
    QCOMPARE(m_server->requests().size(), 1);
}

void TestIpfsGateway::getsATreeInOneRequest()
{
    const QList<Block> blocks = chain(300);
    m_server->setScript(ScriptedServer::answering(carOf({}, blocks)));
    const Result<QList<Block>> got = get(tree(blocks[0].address()));
    QVERIFY(got.ok());
    QCOMPARE(addressesOf(got.value()), addressesOf(blocks));
    QCOMPARE(m_server->requests().size(), 1);
    const ReceivedRequest &asked = m_server->requests()[0];
    QCOMPARE(asked.target, "/ipfs/" + textOf(blocks[0]) + "?format=car&dag-scope=all");
    QCOMPARE(asked.header("Accept"), "application/vnd.ipld.car; version=1");
}

void TestIpfsGateway::takesWhatCameOfATree_data()
{
    QTest::addColumn<Script>("script");
    QTest::addColumn<int>("count");
    const QByteArray car = carOf({}, {m_chain[3], m_chain[2], m_chain[1], m_chain[0]});
    const QByteArray start = carOf({}, {m_chain[3], m_chain[2]});
    const auto row = [](const char *name, const Script &script, int count) {
        QTest::newRow(name) << script << count;
    };
    row("all", ScriptedServer::answering(car), 4);
    row("cut at a depth of the gateway's",
        ScriptedServer::answering(start
                                  + "\n\n[Gateway Error: CAR stream truncated, response is "
                                    "incomplete]"),
        2);
    row("with a wrong block",
        ScriptedServer::answering(
            carOf({}, {m_chain[3], Block(m_chain[2].address(), "other"), m_chain[1]})),
        1);
    row("10 GiB",
        ScriptedServer::flooding(Head + "Content-Length: 10737418240\r\n\r\n" + car,
                                 QByteArray(65536, '\x7f')),
        4);
}

void TestIpfsGateway::takesWhatCameOfATree()
{
    QFETCH(Script, script);
    QFETCH(int, count);
    m_server->setScript(script);
    const Result<QList<Block>> got = get(tree(m_chain[3].address(), MaxBlockSize));
    QVERIFY2(got.ok(), qPrintable(got.problem().detail()));
    QCOMPARE(got.value().size(), count);
    QCOMPARE(got.value()[0].bytes(), m_chain[3].bytes());
    QCOMPARE(m_server->requests().size(), 1);
}

void TestIpfsGateway::asksForTheBlockWhereThereIsNoTree_data()
{
    QTest::addColumn<Script>("script");
    const auto row = [](const char *name, const Script &script) { QTest::newRow(name) << script; };
    for (const char *line : {"400 Bad Request", "404 Not Found", "406 Not Acceptable",
                             "500 Internal Server Error", "501 Not Implemented"})
        row(line, status(line));
    row("nothing", ScriptedServer::answering(""));
    row("an error at once",
        ScriptedServer::answering(carOf({}, {}) + "\n\n[Gateway Error: CAR stream truncated]"));
    row("other blocks", ScriptedServer::answering(carOf({}, {m_chain[1], m_chain[2]})));
    row("a wrong block",
        ScriptedServer::answering(carOf({}, {Block(m_chain[0].address(), "other")})));
    row("a block", ScriptedServer::answering(m_chain[0].bytes()));
    row("no answer", ScriptedServer::sending("", Then::Close));
}

void TestIpfsGateway::asksForTheBlockWhereThereIsNoTree()
{
    QFETCH(Script, script);
    answer(script, ScriptedServer::answering(m_chain[0].bytes()));
    const Result<QList<Block>> got = get(tree(m_chain[0].address()));
    QVERIFY2(got.ok(), qPrintable(got.problem().detail()));
    QCOMPARE(addressesOf(got.value()), QList{m_chain[0].address()});
    QVERIFY(m_server->requests().constLast().target.endsWith("?format=raw"));

    answer(script, status("404 Not Found"));
    const Result<QList<Block>> missing = get(tree(m_chain[0].address()));
    QVERIFY(missing.ok() && missing.value().isEmpty());
}

void TestIpfsGateway::readsNoMoreOfATreeThanAllowed()
{
    QList<Block> blocks;
    for (int i = 0; i < 4; ++i)
        blocks.append(block(QByteArray(500 * 1024, char('a' + i))));
    m_server->setScript(ScriptedServer::answering(carOf({}, blocks)));
    const Result<QList<Block>> got = get(tree(blocks[0].address(), 1536 * 1024));
    QVERIFY(got.ok());
    QCOMPARE(addressesOf(got.value()), addressesOf(blocks.first(3)));
}

void TestIpfsGateway::goesAwayWhenTold()
{
    m_server->setScript(status("429 Too Many Requests", "Retry-After: 17\r\n"));
    const QByteArray address = m_chain[0].address();
    const auto asked = std::chrono::seconds(17);
    QCOMPARE(get(single(address)).problem().retryAfter(), asked);
    QCOMPARE(get(tree(address)).problem().retryAfter(), asked);
    QCOMPARE(valueOf(m_store->exists({address})).problem().retryAfter(), asked);
    QCOMPARE(m_server->requests().size(), 3);
}

void TestIpfsGateway::knowsWhatIsHeld_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<bool>("isHeld");
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<QByteArray>("headers");
    const auto row = [](const char *name, const char *line, bool isHeld, Kind kind,
                        const char *headers = "") {
        QTest::newRow(name) << QByteArray(line) << isHeld << kind << QByteArray(headers);
    };
    const char *const html = "Content-Type: text/html\r\n";
    row("held", "200 OK", true, Kind::None);
    row("not cached", "412 Precondition Failed", false, Kind::None);
    row("not found", "404 Not Found", false, Kind::None);
    row("a web page", "200 OK", false, Kind::WillRetry, html);
    row("a web page, not found", "404 Not Found", false, Kind::WillRetry, html);
    row("an error", "500 Internal Server Error", false, Kind::WillRetry);
    row("refused", "403 Forbidden", false, Kind::ActionRequired);
}

void TestIpfsGateway::knowsWhatIsHeld()
{
    QFETCH(QByteArray, line);
    QFETCH(bool, isHeld);
    QFETCH(Kind, kind);
    QFETCH(QByteArray, headers);
    m_server->setScript([&](QTcpSocket *socket, const ReceivedRequest &request) {
        const bool isSecond = request.target.contains(textOf(m_chain[1]));
        ScriptedServer::answering("", isSecond ? line : "200 OK",
                                  isSecond ? headers : QByteArray())(socket, request);
    });
    const Result<QList<bool>> held = valueOf(m_store->exists(addressesOf(m_chain.first(2))));
    QCOMPARE(held.problem().kind(), kind);
    QVERIFY(!held.ok() || held.value() == QList({true, isHeld}));
    const ReceivedRequest &asked = m_server->requests()[0];
    QCOMPARE(asked.method, "HEAD");
    QCOMPARE(asked.header("Cache-Control"), "only-if-cached");
    QVERIFY(asked.target.endsWith("?format=raw"));
}

void TestIpfsGateway::endsWhatStalls_data()
{
    QTest::addColumn<Script>("script");
    const QByteArray car = carOf({}, {m_chain[2]});
    QTest::newRow("silent") << ScriptedServer::silent();
    QTest::newRow("before the body")
        << ScriptedServer::sending(Head + "Content-Length: 9\r\n\r\n", Then::Wait);
    QTest::newRow("in a tree") << ScriptedServer::sending(
        Head + "Content-Length: 999\r\n\r\n" + car, Then::Wait);
}

void TestIpfsGateway::endsWhatStalls()
{
    QFETCH(Script, script);
    m_server->setScript(script);
    const QByteArray address = m_chain[0].address();
    const auto got = m_store->get(single(address));
    const auto gotTree = m_store->get(tree(address));
    QTRY_COMPARE(m_server->requests().size(), 2);
    m_store->abort();
    QVERIFY(got.isFinished() && gotTree.isFinished());
    QCOMPARE(valueOf(got).problem().kind(), Kind::WillRetry);
    QCOMPARE(valueOf(gotTree).problem().kind(), Kind::WillRetry);
    m_server->setScript(ScriptedServer::answering(""));
    QVERIFY(valueOf(m_store->exists({address})).ok());
    QCOMPARE(m_server->requests().size(), 3);
}

void TestIpfsGateway::answersThoughItIsDestroyed()
{
    m_server->setScript(ScriptedServer::silent());
    const auto got = m_store->get(tree(m_chain[0].address()));
    const auto held = m_store->exists(addressesOf(m_chain));
    QTRY_COMPARE(m_server->requests().size(), 5);
    m_store.reset();
    QVERIFY(got.isFinished() && held.isFinished());
    QCOMPARE(valueOf(got).problem().kind(), Kind::WillRetry);
    QCOMPARE(valueOf(held).problem().kind(), Kind::WillRetry);
}

void TestIpfsGateway::sendsTheCredentialAndTellsNobody()
{
    m_server->setScript(status("401 Unauthorized"));
    for (const Problem &problem :
         {get(single(m_chain[0].address())).problem(), get(tree(m_chain[0].address())).problem(),
          valueOf(m_store->exists({m_chain[0].address()})).problem()}) {
        QCOMPARE(problem.kind(), Kind::ActionRequired);
        QVERIFY2(!problem.detail().contains(u"s3cret"_s), qPrintable(problem.detail()));
    }
    for (const ReceivedRequest &request : m_server->requests())
        QCOMPARE(request.header("Authorization"), "Bearer s3cret");
}

void TestIpfsGateway::asksBelowThePathOfItsUrl()
{
    makeStore(m_server->url(u"/some/path/"_s));
    m_server->setScript(ScriptedServer::answering(m_chain[0].bytes()));
    QVERIFY(get(single(m_chain[0].address())).ok());
    QVERIFY(m_server->requests()[0].target.startsWith("/some/path/ipfs/bafy"));
}

QTEST_GUILESS_MAIN(TestIpfsGateway)
#include "tst_ipfsgateway.moc"
