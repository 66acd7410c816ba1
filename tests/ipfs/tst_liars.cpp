// SPDX-License-Identifier: MIT
#include "fakehelpers.h"

#include "log/address.h"
#include "log/block.h"
#include "log/car.h"

#include <QtTest>
#include <QUrlQuery>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace RemoteLogTest;
using namespace Qt::StringLiterals;

using Script = ScriptedServer::Script;
// What is answered to whoever asks for the block of this address, or for the tree below it.
using Answers = std::function<Script(const QByteArray &address)>;
Q_DECLARE_METATYPE(Answers)

// The whole plugin reads from a store that serves what is wrong, with a good one behind it.
class TestLiars : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void gateway_data();
    void gateway();
    void node_data();
    void node();

private:
    QList<Block> tree() const;
    void verifyThatBobReads(const QUrl &liar, Problem::Kind kind);
    static void verifyThatFewWereAsked(const QList<QByteArray> &requests, Problem::Kind kind);

    FakeNode m_good;
    LogLink m_link;
    QList<QByteArray> m_payloads;
};

namespace {

using Kind = Problem::Kind;

constexpr int Entries = 10;
// One CAR and one block: a liar is the last to be asked for others.
constexpr qsizetype MostOfLiar = 2;

Script notFound()
{
    return FakeNode::plain("404 Not Found", "not here");
}

Script good(const QByteArray &body)
{
    return ScriptedServer::answering(body);
}

// Says that there is more than comes.
Script half(const QByteArray &body)
{
    return ScriptedServer::sending("HTTP/1.1 200 OK\r\nContent-Length: "
                                       + QByteArray::number(body.size()) + "\r\n\r\n"
                                       + body.first(body.size() / 2),
                                   ScriptedServer::Then::Close);
}

Script flood(const char *length)
{
    return ScriptedServer::flooding("HTTP/1.1 200 OK\r\n" + QByteArray(length) + "\r\n",
                                    QByteArray(64 * 1024, 'x'));
}

template <class Script>
Answers always(const Script &script)
{
    return [script](const QByteArray &) { return script; };
}

} // namespace

void TestLiars::initTestCase()
{
    Party alice({helperAt(m_good)});
    OutgoingLog *log = alice.open().openLog(u"liars"_s);
    for (int i = 1; i <= Entries; ++i) {
        // Too large for a record to have them.
        m_payloads.append(QByteArray(3000, char('a' + i)));
        QVERIFY(await(log->append(m_payloads.constLast())).ok());
        QVERIFY(waitFor([&] { return log->head().lastSequence() == quint64(i); }));
    }
    m_link = linkOf(log);
    QCOMPARE(m_good.blocks.size(), Entries);
    // Else nothing is left to ask the liar for.
    m_good.answerAlways("dag/export", FakeNode::failing("ipld: could not find it"));
}

// The whole log, the head first.
QList<Block> TestLiars::tree() const
{
    QList<Block> found;
    for (auto address = m_good.stored.crbegin(); address != m_good.stored.crend(); ++address)
        found.append(Block(*address, m_good.blocks.value(*address)));
    return found;
}

void TestLiars::verifyThatBobReads(const QUrl &liar, Problem::Kind kind)
{
    Party bob({liar, helperAt(m_good)});
    Reader reader(bob.open().follow(m_link));
    QVERIFY(waitFor([&] { return reader.log->position() == Entries; }));
    for (int i = 0; i < Entries; ++i)
        QCOMPARE(reader.entries.at(i).payload(), m_payloads.at(i));
    QVERIFY(waitFor([&] { return problemOf(bob).kind() == kind; }));
    QVERIFY(!problemOf(bob, 1));
    QVERIFY(!reader.log->problem());
}

void TestLiars::verifyThatFewWereAsked(const QList<QByteArray> &requests, Problem::Kind kind)
{
    const QByteArray all = requests.join(' ');
    QVERIFY(!requests.isEmpty());
    QVERIFY2(requests.size() == QSet(requests.begin(), requests.end()).size(), all.constData());
    QVERIFY2(kind != Kind::Tampered || requests.size() <= MostOfLiar, all.constData());
}

// ---- A gateway

void TestLiars::gateway_data()
{
    QTest::addColumn<Answers>("trees");
    QTest::addColumn<Answers>("blocks");
    QTest::addColumn<Problem::Kind>("kind");
    const Answers nothing = always(notFound());
    const Answers wrong = always(good("wrong"));
    const Answers wrongCar = [](const QByteArray &address) {
        return good(carOf({address}, {Block(address, "wrong")}));
    };
    const Answers wrongBelow = [this](const QByteArray &address) {
        QList<Block> blocks = tree();
        blocks[1] = Block(blocks.at(1).address(), "wrong");
        return good(carOf({address}, blocks));
    };
    const Answers halfCar = [this](const QByteArray &address) {
        return half(carOf({address}, tree()));
    };
    const Answers tenGibibytes = always(flood("Content-Length: 10737418240\r\n"));
    const Answers endless = always(flood(""));
    const Answers silent = always(ScriptedServer::silent());

    QTest::newRow("wrong blocks") << nothing << wrong << Kind::Tampered;
    QTest::newRow("wrong blocks in CARs, too") << wrongCar << wrong << Kind::Tampered;
    // What is right counts, what comes after it is not told from the gateway's own words.
    QTest::newRow("a CAR with a wrong block below") << wrongBelow << nothing << Kind::None;
    QTest::newRow("a CAR that is cut") << halfCar << nothing << Kind::None;
    QTest::newRow("10 GiB") << tenGibibytes << tenGibibytes << Kind::Tampered;
    QTest::newRow("no end") << endless << endless << Kind::Tampered;
    QTest::newRow("blocks that are cut") << nothing << always(half("wrong")) << Kind::WillRetry;
    QTest::newRow("a web page") << nothing
                                << always(ScriptedServer::answering("<html>", "200 OK",
                                                                    "Content-Type: text/html\r\n"))
                                << Kind::WillRetry;
    QTest::newRow("silence") << silent << silent << Kind::None;
}

void TestLiars::gateway()
{
    QFETCH(const Answers, trees);
    QFETCH(const Answers, blocks);
    QFETCH(const Problem::Kind, kind);
    QList<QByteArray> requests;
    qint64 sent = 0;
    ScriptedServer liar([&](QTcpSocket *socket, const ReceivedRequest &request) {
        const QUrl url(QString::fromLatin1(request.target));
        if (!url.path().startsWith(u"/ipfs/"))
            return notFound()(socket, request);
        requests.append(request.target);
        connect(socket, &QTcpSocket::bytesWritten, this, [&](qint64 bytes) { sent += bytes; });
        const QByteArray address =
            addressFromText(url.path().section(u'/', 2)).value_or(QByteArray());
        const bool isTree = QUrlQuery(url).queryItemValue(u"format"_s) == u"car";
        (isTree ? trees : blocks)(address)(socket, request);
    });
    verifyThatBobReads(helperAt(liar.url(QString()), "gateway"), kind);
    verifyThatFewWereAsked(requests, kind);
    // A tree and a block at most are read, 9 MiB; the rest waits in the kernel, which may take 36
    // MiB for each of the two connections.
    QVERIFY2(sent < 128 * 1024 * 1024, QByteArray::number(sent));
}

// ---- A node

void TestLiars::node_data()
{
    QTest::addColumn<Answers>("trees");
    QTest::addColumn<Answers>("blocks");
    QTest::addColumn<Problem::Kind>("kind");
    const Answers missing = always(FakeNode::failing("ipld: could not find it"));
    const Answers wrong = always(FakeNode::streaming("wrong"));
    const Answers wrongCar = [](const QByteArray &address) {
        return FakeNode::streaming(carOf({address}, {Block(address, "wrong")}));
    };
    const Answers brokenOff = [this](const QByteArray &address) {
        return FakeNode::streaming(carOf({address}, tree().first(3)), "oh");
    };
    QTest::newRow("wrong blocks") << missing << wrong << Kind::Tampered;
    QTest::newRow("wrong blocks in CARs, too") << wrongCar << wrong << Kind::Tampered;
    QTest::newRow("a CAR that breaks off") << brokenOff << missing << Kind::None;
}

void TestLiars::node()
{
    QFETCH(const Answers, trees);
    QFETCH(const Answers, blocks);
    QFETCH(const Problem::Kind, kind);
    FakeNode liar;
    const auto answeredBy = [](const Answers &answers) {
        return [answers](QTcpSocket *socket, const ReceivedRequest &request) {
            const QString argument = QString::fromLatin1(FakeNode::option(request, u"arg"_s));
            answers(addressFromText(argument).value_or(QByteArray()))(socket, request);
        };
    };
    liar.answerAlways("dag/export", answeredBy(trees));
    liar.answerAlways("block/get", answeredBy(blocks));
    verifyThatBobReads(helperAt(liar), kind);
    QList<QByteArray> requests = liar.targets();
    requests.removeIf([](const QByteArray &target) { return target.contains("/name/"); });
    verifyThatFewWereAsked(requests, kind);
}

QTEST_GUILESS_MAIN(TestLiars)
#include "tst_liars.moc"
