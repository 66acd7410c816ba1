// SPDX-License-Identifier: MIT
#include "fakehelpers.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace RemoteLogTest;
using namespace Qt::StringLiterals;

using Script = ScriptedServer::Script;
Q_DECLARE_METATYPE(Script)

// The whole plugin at a node that fails: what is said about it is true, and nothing is lost.
class TestFailures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goesOnWhenItWorksAgain_data() { failures(); }
    void goesOnWhenItWorksAgain();
    void anotherHelperIsEnough_data() { failures(); }
    void anotherHelperIsEnough();
    void leavesAloneWhoAsksForIt_data();
    void leavesAloneWhoAsksForIt();
    void aStallEndsWithTheNetwork_data();
    void aStallEndsWithTheNetwork();
    void goesOnWithACredential();

private:
    void failures();

    ScriptedServer m_elsewhere; // where a redirect leads
};

namespace {

using Kind = Problem::Kind;

// Milliseconds: a put that nobody ends would end by itself after 30 s, and be tried again.
constexpr int LessThanPatience = 20'000;

constexpr char Html[] = "Content-Type: text/html\r\n";

// One who writes one entry, and all that is said about it.
struct Writer
{
    explicit Writer(const QList<QUrl> &helpers)
        : party(helpers)
        , log(party.open().openLog(u"failures"_s))
    {
        QObject::connect(log, &OutgoingLog::entryStatesChanged, log,
                         [this](quint64, quint64, Entry::State state) { states.insert(state); });
    }

    bool append(const QByteArray &payload) { return await(log->append(payload)).ok(); }
    bool hasPublished(quint64 last) const { return log->head().lastSequence() == last; }
    bool isSilentAboutIt()
    {
        return log->head().isNull() && !states.contains(Entry::State::Published)
               && !party.transport().lastPublished().isValid();
    }
    void useAlso(const QUrl &helper)
    {
        party.settings.setHelpers(party.settings.helpers() + QList{helper});
        QVERIFY(!await(party.transport().applySettings(party.settings)));
    }

    QSet<Entry::State> states; // the log tells of them until the party is over
    Party party;
    OutgoingLog *log;
};

// The payloads, as Bob reads them who has these helpers.
QList<QByteArray> readBy(const QList<QUrl> &helpers, const LogLink &link, quint64 last)
{
    Party bob(helpers);
    Reader reader(bob.open().follow(link));
    QList<QByteArray> payloads;
    if (!waitFor([&] { return reader.log->position() == last; }))
        return payloads;
    for (const Entry &entry : std::as_const(reader.entries))
        payloads.append(entry.payload());
    return payloads;
}

Script redirectTo(const QUrl &url)
{
    return ScriptedServer::answering({}, "307 Temporary Redirect",
                                     "Location: " + url.toEncoded() + "\r\n");
}

Script cut()
{
    return ScriptedServer::sending("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Key\":",
                                   ScriptedServer::Then::Close);
}

Script ended()
{
    return [](QTcpSocket *socket, const ReceivedRequest &) { socket->disconnectFromHost(); };
}

Script tooMany(const char *retryAfter)
{
    return ScriptedServer::answering({}, "429 Too Many Requests",
                                     "Retry-After: " + QByteArray(retryAfter) + "\r\n");
}

} // namespace

// ---- What can go wrong

void TestFailures::failures()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<Script>("script");
    QTest::addColumn<Problem::Kind>("kind");
    const auto row = [](const char *command, const char *name, Kind kind, const Script &script) {
        QTest::addRow("%s: %s", command, name) << QByteArray(command) << script << kind;
    };
    const QByteArray other =
        R"({"Key":"bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"})";
    const Script page = ScriptedServer::answering("<html>log in</html>", "200 OK", Html);
    const Script forbidden = FakeNode::plain("403 Forbidden", "403 - Forbidden");
    const Script elsewhere = redirectTo(m_elsewhere.url());

    row("block/put", "forbidden", Kind::ActionRequired, forbidden);
    row("block/put", "another program", Kind::ActionRequired,
        FakeNode::plain("404 Not Found", "404 page not found"));
    row("block/put", "a web page", Kind::ActionRequired, page);
    row("block/put", "a redirect", Kind::Rejected, elsewhere);
    row("block/put", "another block", Kind::Rejected, FakeNode::saying(other));
    row("block/put", "a full disk", Kind::LocalStorageFull,
        FakeNode::failing("write /x: no space left on device"));
    row("block/put", "unknown words", Kind::WillRetry, FakeNode::failing("oh"));
    row("block/put", "yes to nothing", Kind::WillRetry, FakeNode::saying(""));
    row("block/put", "no key", Kind::WillRetry, FakeNode::saying(R"({"Size":1})"));
    row("block/put", "nonsense", Kind::WillRetry, FakeNode::saying(R"({"Key":"b)"));
    row("block/put", "an error after all", Kind::WillRetry,
        FakeNode::saying(R"({"Message":"oh","Code":0,"Type":"error"})"));
    row("block/put", "half an answer", Kind::WillRetry, cut());
    row("block/put", "no answer", Kind::WillRetry, ended());
    row("block/put", "too often", Kind::WillRetry, tooMany("1"));

    row("name/put", "forbidden", Kind::ActionRequired, forbidden);
    row("name/put", "a redirect", Kind::Rejected, elsewhere);
    row("name/put", "an expired record", Kind::Clock, FakeNode::failing("record is expired"));
    row("name/put", "a web page", Kind::ActionRequired, page);
    row("name/put", "no answer", Kind::WillRetry, ended());
    row("name/put", "yes, and nothing is kept", Kind::WillRetry, FakeNode::plain("200 OK", ""));
    row("name/get", "unknown words", Kind::WillRetry, FakeNode::failing("oh"));
    row("name/get", "no record", Kind::WillRetry,
        ScriptedServer::answering("oh", "200 OK",
                                  "Content-Type: application/vnd.ipfs.ipns-record\r\n"));
}

// ---- What comes of it

void TestFailures::goesOnWhenItWorksAgain()
{
    QFETCH(const QByteArray, command);
    QFETCH(const Script, script);
    QFETCH(const Problem::Kind, kind);
    FakeNode node;
    node.answerAlways(command, script);
    Writer alice({helperAt(node)});
    QVERIFY(alice.append("kept"));
    QVERIFY(waitFor([&] { return problemOf(alice.party).kind() == kind; }));
    QCOMPARE(problemOf(alice.party).helper(), helperAt(node));
    QVERIFY(!alice.party.transport().helpers().value(0).isUsable());
    QVERIFY(alice.isSilentAboutIt());
    if (command == "block/put") {
        QVERIFY(alice.states.isEmpty());
        QVERIFY(waitFor([&] { return alice.log->pendingCount() == 1; }));
        QVERIFY(node.records.isEmpty());
    }

    node.answerAgain(command);
    alice.party.transport().syncNow();
    QVERIFY(waitFor([&] { return alice.hasPublished(1); }));
    QVERIFY(waitFor([&] { return !problemOf(alice.party); }));
    QVERIFY(waitFor([&] { return alice.states.contains(Entry::State::Published); }));
    QVERIFY(alice.states.contains(Entry::State::Stored));
    QVERIFY(waitFor([&] { return alice.log->pendingCount() == 0; }));
    QCOMPARE(readBy({helperAt(node)}, alice.log->link(), 1), QList<QByteArray>{"kept"});
    QVERIFY(m_elsewhere.requests().isEmpty());
}

void TestFailures::anotherHelperIsEnough()
{
    QFETCH(const QByteArray, command);
    QFETCH(const Script, script);
    QFETCH(const Problem::Kind, kind);
    FakeNode bad;
    FakeNode good;
    bad.answerAlways(command, script);
    Writer alice({helperAt(bad)});
    QVERIFY(alice.append("kept"));
    QVERIFY(waitFor([&] { return problemOf(alice.party).kind() == kind; }));
    QVERIFY(alice.isSilentAboutIt());
    alice.useAlso(helperAt(good));
    QVERIFY(waitFor([&] { return alice.hasPublished(1); }));
    QCOMPARE(problemOf(alice.party).kind(), kind);
    QVERIFY(!problemOf(alice.party, 1));
    QCOMPARE(readBy({helperAt(good)}, alice.log->link(), 1), QList<QByteArray>{"kept"});
    QVERIFY(m_elsewhere.requests().isEmpty());
}

void TestFailures::leavesAloneWhoAsksForIt_data()
{
    QTest::addColumn<QByteArray>("command");
    for (const char *command : {"block/put", "name/put"})
        QTest::newRow(command) << QByteArray(command);
}

void TestFailures::leavesAloneWhoAsksForIt()
{
    QFETCH(const QByteArray, command);
    FakeNode tired;
    FakeNode good;
    tired.answerOnce(command, tooMany("3600"));
    Writer alice({helperAt(tired, "network=required")});
    QVERIFY(alice.append("first"));
    QVERIFY(waitFor([&] { return problemOf(alice.party).retryAfter().count() == 3600; }));
    QCOMPARE(problemOf(alice.party).kind(), Kind::WillRetry);
    tired.forgetCommands();

    alice.party.transport().syncNow();
    alice.party.network.set(NetworkWatch::Reachability::Disconnected);
    alice.party.network.set(NetworkWatch::Reachability::Connected);
    alice.useAlso(helperAt(good));
    QVERIFY(waitFor([&] { return alice.hasPublished(1); }));
    QVERIFY(alice.append("second"));
    QVERIFY(waitFor([&] { return alice.hasPublished(2); }));
    QCOMPARE(tired.commands(), QList<QByteArray>());
    QCOMPARE(readBy({helperAt(good)}, alice.log->link(), 2),
             (QList<QByteArray>{"first", "second"}));
}

void TestFailures::aStallEndsWithTheNetwork_data()
{
    QTest::addColumn<QByteArray>("command");
    for (const char *command : {"block/put", "name/put", "name/get"})
        QTest::newRow(command) << QByteArray(command);
}

void TestFailures::aStallEndsWithTheNetwork()
{
    QFETCH(const QByteArray, command);
    FakeNode node;
    Writer alice({helperAt(node, "network=required")});
    QVERIFY(alice.append("first"));
    QVERIFY(waitFor([&] { return alice.states.contains(Entry::State::Published); }));
    alice.states.clear();
    node.forgetCommands();
    node.answerAlways(command, ScriptedServer::silent());
    QVERIFY(alice.append("second"));
    QVERIFY(waitFor([&] { return node.commands().contains(command); }));
    alice.party.network.set(NetworkWatch::Reachability::Disconnected);
    QVERIFY(waitFor([&] { return alice.party.transport().state() == Transport::State::Offline; }));
    QVERIFY(!problemOf(alice.party));
    QVERIFY(alice.hasPublished(1));
    QVERIFY(!alice.states.contains(Entry::State::Published));

    node.answerAgain(command);
    alice.party.network.set(NetworkWatch::Reachability::Connected);
    QVERIFY(QTest::qWaitFor([&] { return alice.hasPublished(2); }, LessThanPatience));
    QCOMPARE(readBy({helperAt(node)}, alice.log->link(), 2),
             (QList<QByteArray>{"first", "second"}));
}

void TestFailures::goesOnWithACredential()
{
    FakeNode node;
    FakeNode open;
    node.authorization = "Bearer open-sesame";
    Writer alice({helperAt(node), helperAt(open)});
    QVERIFY(alice.append("kept"));
    QVERIFY(waitFor([&] { return problemOf(alice.party).kind() == Kind::ActionRequired; }));
    QVERIFY(waitFor([&] { return alice.hasPublished(1); }));
    QVERIFY(node.blocks.isEmpty());

    QVERIFY(!await(alice.party.transport().setCredential(helperAt(node), "bearer:open-sesame")));
    QVERIFY(waitFor([&] { return !node.records.isEmpty() && !problemOf(alice.party); }));
    // Who may not read is told so, too.
    Party bob({helperAt(node)});
    Reader reader(bob.open().follow(alice.log->link()));
    QVERIFY(waitFor([&] { return problemOf(bob).kind() == Kind::ActionRequired; }));
    QVERIFY(reader.entries.isEmpty());
    QVERIFY(!await(bob.transport().setCredential(helperAt(node), "bearer:open-sesame")));
    QVERIFY(waitFor([&] { return reader.log->position() == 1; }));

    QVERIFY(alice.append("for both"));
    QVERIFY(waitFor([&] { return open.blocks.size() == 2 && node.blocks.size() == 2; }));
    for (const ReceivedRequest &request : open.server().requests()) {
        QVERIFY(request.header("Authorization").isNull());
        QVERIFY(!request.target.contains("sesame") && !request.body.contains("sesame"));
    }
}

QTEST_GUILESS_MAIN(TestFailures)
#include "tst_failures.moc"
