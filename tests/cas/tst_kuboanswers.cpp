// SPDX-License-Identifier: MIT
#include "cas/kuboanswers.h"
#include "interface/multibase.h"
#include "log/address.h"
#include "network/httpproblem.h"

#include <QTest>

using namespace RemoteLog;
using namespace Qt::StringLiterals;

namespace {

const QByteArray one = blockAddress("one");
const QByteArray two = blockAddress("two");

QByteArray text(const QByteArray &address)
{
    return addressToText(address).toLatin1();
}

// As HttpClient makes it.
HttpAnswer answered(int status, const QByteArray &body)
{
    HttpAnswer answer;
    answer.problem = problemOfStatus(status, u"node:5001"_s);
    answer.status = status;
    answer.body = body;
    return answer;
}

QByteArray error(const QByteArray &message, int code = 0)
{
    return R"({"Message":")" + message + R"(","Code":)" + QByteArray::number(code)
           + R"(,"Type":"error"})" + '\n';
}

QByteArray stored(const QByteArray &address)
{
    return R"({"Key":")" + text(address) + R"(","Size":3})" + '\n';
}

QByteArray root(const QByteArray &address, const QByteArray &failure = QByteArray())
{
    return R"({"Root":{"Cid":{"/":")" + text(address) + R"("},"PinErrorMsg":")" + failure + R"("}})"
           + '\n';
}

QByteArray stats(int blocks)
{
    return R"({"Stats":{"BlockCount":)" + QByteArray::number(blocks) + R"(,"BlockBytesCount":17}})"
           + '\n';
}

// The same digest, and no links in it.
QByteArray rawText(const QByteArray &address)
{
    return Multibase::encodeBase32(QByteArray::fromHex("01551220") + address.sliced(4)).toLatin1();
}

using Kind = Problem::Kind;

void kindColumns(const char *input)
{
    QTest::addColumn<QByteArray>(input);
    QTest::addColumn<Kind>("kind");
}

void row(const char *name, const QByteArray &input, Kind kind)
{
    QTest::newRow(name) << input << kind;
}

} // namespace

class TestKuboAnswers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void understandsRefusals_data();
    void understandsRefusals();
    void keepsWhatTheClientSaid();
    void readsNoEndlessAnswer();
    void takesNoWebPageForAnAnswer();
    void comparesWhatWasStored_data();
    void comparesWhatWasStored();
    void knowsWhatIsHeld_data();
    void knowsWhatIsHeld();
    void knowsThatThereIsNoBlock_data();
    void knowsThatThereIsNoBlock();
    void unpinsOnce_data();
    void unpinsOnce();
    void countsWhatWasImported_data();
    void countsWhatWasImported();
    void tellsNothingThatANodeSays_data();
    void tellsNothingThatANodeSays();
    void believesNoHalfOfAnAnswer();
};

void TestKuboAnswers::understandsRefusals_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Kind>("kind");
    const auto refusal = [](const char *name, int status, const QByteArray &body, Kind kind) {
        QTest::newRow(name) << status << body << kind;
    };
    refusal("normal", 500, error("something", 0), Kind::WillRetry);
    refusal("of the client", 400, error("invalid codec", 1), Kind::Rejected);
    refusal("of the client with another status", 500, error("invalid codec", 1), Kind::Rejected);
    refusal("of the node's own making", 500, error("bug", 2), Kind::WillRetry);
    refusal("too often", 500, error("slow down", 3), Kind::WillRetry);
    refusal("forbidden", 500, error("no", 4), Kind::ActionRequired);
    refusal("a code to come", 500, error("what", 77), Kind::WillRetry);
    refusal("a code to come, refused", 400, error("what", 77), Kind::Rejected);
    refusal("disk full", 500, error("write /x: no space left on device"), Kind::LocalStorageFull);
    refusal("quota", 500, error("write /x: disk quota exceeded"), Kind::LocalStorageFull);
    refusal("read-only", 500, error("open /x: read-only file system"), Kind::LocalStorageFull);
    refusal("permissions", 500, error("open /x: permission denied"), Kind::ActionRequired);
    refusal("a large block", 500, error("produced block is over 2MiB: big blocks can't be"),
            Kind::Rejected);
    refusal("too slow", 500, error("context deadline exceeded"), Kind::WillRetry);
    refusal("missing", 500, error("ipld: could not find " + text(one)), Kind::WillRetry);
    refusal("words before the code", 500, error("x: no space left on device", 1),
            Kind::LocalStorageFull);

    refusal("CSRF", 403, "403 - Forbidden", Kind::ActionRequired);
    refusal("no token", 403, "Kubo RPC Access Denied: Please provide a valid authorization token",
            Kind::ActionRequired);
    refusal("a proxy's login", 401, "", Kind::ActionRequired);
    refusal("unknown command", 404, "404 page not found", Kind::ActionRequired);
    refusal("no POST", 405, "405 - Method Not Allowed", Kind::ActionRequired);
    refusal("bad argument", 400, "file argument 'data' is required", Kind::Rejected);
    refusal("a proxy's limit", 413, "<html>", Kind::Rejected);
    refusal("a proxy without a node", 502, "<html>", Kind::WillRetry);
    refusal("busy", 429, error("slow down"), Kind::WillRetry);
    refusal("elsewhere", 307, "", Kind::Rejected);

    refusal("another type", 500, R"({"Message":"x","Code":1,"Type":"warning"})", Kind::WillRetry);
    refusal("a message that is no text", 500, R"({"Message":1,"Code":1,"Type":"error"})",
            Kind::WillRetry);
    refusal("a code that is no number", 500, R"({"Message":"x","Code":"1","Type":"error"})",
            Kind::WillRetry);
    refusal("half an error", 500, error("invalid codec", 1).chopped(4), Kind::WillRetry);
    refusal("an error of 15 KiB", 500, error(QByteArray(15 * 1024, 'x'), 1), Kind::Rejected);
    refusal("an error of 17 KiB", 500, error(QByteArray(17 * 1024, 'x'), 1), Kind::WillRetry);
    refusal("nested deeply", 500, QByteArray("[").repeated(16000), Kind::WillRetry);
}

void TestKuboAnswers::understandsRefusals()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(Kind, kind);
    const HttpAnswer answer = answered(status, body);
    const Problem problem = Kubo::problemOf(answer);
    QCOMPARE(problem.kind(), kind);
    QVERIFY(problem.detail().startsWith(answer.problem.detail()));
    QCOMPARE(Kubo::putProblem(answer, {one}), problem);
    QCOMPARE(Kubo::wasPinned(answer, one).problem(), problem);
    QCOMPARE(Kubo::importProblem(answer, {one}, 1), problem);
}

void TestKuboAnswers::keepsWhatTheClientSaid()
{
    HttpAnswer answer = answered(500, error("forbidden", 4));
    answer.problem = answer.problem.withRetryAfter(std::chrono::seconds(7));
    QCOMPARE(Kubo::problemOf(answer).retryAfter(), std::chrono::seconds(7));

    HttpAnswer none;
    none.problem = Problem(Kind::WillRetry, u"no connection"_s);
    QCOMPARE(Kubo::problemOf(none), none.problem);
    QCOMPARE(Kubo::isHeld(none, one).problem(), none.problem);

    QCOMPARE(Kubo::problemOf(answered(200, "nonsense")), Problem());
}

// TooLarge would be said of the blocks.
void TestKuboAnswers::readsNoEndlessAnswer()
{
    HttpAnswer endless;
    endless.status = 200;
    endless.problem = Problem(Kind::TooLarge, u"more than that"_s);
    QCOMPARE(Kubo::problemOf(endless), endless.problem);
    for (const Problem &problem :
         {Kubo::putProblem(endless, {one}), Kubo::isHeld(endless, one).problem(),
          Kubo::wasPinned(endless, one).problem(), Kubo::importProblem(endless, {}, 1)})
        QCOMPARE(problem.kind(), Kind::WillRetry);
}

void TestKuboAnswers::takesNoWebPageForAnAnswer()
{
    HttpAnswer page = answered(200, "<html>");
    page.headers = {{"Content-Type", "text/html; charset=utf-8"}};
    QCOMPARE(Kubo::problemOf(page).kind(), Kind::ActionRequired);
    page.problem = Problem(Kind::TooLarge, u"a long page"_s);
    QCOMPARE(Kubo::problemOf(page).kind(), Kind::ActionRequired);
    page.problem = Problem(Kind::WillRetry, u"half an answer"_s);
    QCOMPARE(Kubo::problemOf(page), page.problem);
    // Whatever is broken in front of the node.
    HttpAnswer proxy = answered(502, "<html>");
    proxy.headers = page.headers;
    QCOMPARE(Kubo::problemOf(proxy), proxy.problem);
}

void TestKuboAnswers::comparesWhatWasStored_data()
{
    kindColumns("body");
    const QByteArray good = stored(one) + stored(two);
    row("all", good, Kind::None);
    row("without the last line's end", good.chopped(1), Kind::None);
    row("with blank lines", "\r\n" + stored(one) + "\n\r\n" + stored(two) + "\r\n", Kind::None);
    row("in another base",
        stored(one) + R"({"Key":")" + Multibase::encodeBase36(two).toLatin1() + R"("})",
        Kind::None);
    row("nothing", "", Kind::WillRetry);
    row("one is missing", stored(one), Kind::WillRetry);
    row("a line cut in the middle", good.chopped(4), Kind::WillRetry);
    row("one too many", good + stored(two), Kind::WillRetry);
    row("the wrong order", stored(two) + stored(one), Kind::Rejected);
    row("the same twice", stored(one) + stored(one), Kind::Rejected);
    row("under another codec", stored(one) + R"({"Key":")" + rawText(two) + R"(","Size":3})",
        Kind::Rejected);
    row("under a name that is no address", stored(one) + R"({"Key":"x","Size":3})", Kind::Rejected);
    row("under no name", stored(one) + R"({"Size":3})", Kind::WillRetry);
    row("under a number", stored(one) + R"({"Key":1})", Kind::WillRetry);
    row("an error at once", error("x"), Kind::WillRetry);
    row("an error in the middle", stored(one) + error("x: no space left on device"),
        Kind::LocalStorageFull);
    row("a client error in the middle", stored(one) + error("x", 1), Kind::Rejected);
    row("an error instead of more", stored(one) + error("x", 4) + stored(two),
        Kind::ActionRequired);
    row("an error behind all", good + error("x", 1), Kind::WillRetry);
    row("HTML", "<html>\n<body>\n", Kind::WillRetry);
    row("a list", "[" + stored(one) + "]", Kind::WillRetry);
    row("both in one line", stored(one).chopped(1) + stored(two), Kind::WillRetry);
    row("a line of 15 KiB",
        stored(one) + stored(two).replace(":3", QByteArray(":") + QByteArray(15 * 1024, ' ') + '3'),
        Kind::None);
    row("a line of 17 KiB",
        stored(one) + stored(two).replace(":3", ':' + QByteArray(17 * 1024, ' ') + '3'),
        Kind::WillRetry);
}

void TestKuboAnswers::comparesWhatWasStored()
{
    QFETCH(QByteArray, body);
    QFETCH(Kind, kind);
    QCOMPARE(Kubo::putProblem(answered(200, body), {one, two}).kind(), kind);
}

void TestKuboAnswers::knowsWhatIsHeld_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("isHeld");
    QTest::addColumn<Kind>("kind");
    const auto stat = [](const char *name, int status, const QByteArray &body, bool isHeld,
                         Kind kind) { QTest::newRow(name) << status << body << isHeld << kind; };
    stat("held", 200, stored(one), true, Kind::None);
    stat("not held", 500,
         error("block was not found locally (offline): ipld: could not find " + text(one)), false,
         Kind::None);
    stat("not held, an older node", 500, error("ipld: could not find " + text(one)), false,
         Kind::None);
    stat("another block", 200, stored(two), false, Kind::WillRetry);
    stat("no block", 200, "{}", false, Kind::WillRetry);
    stat("nothing", 200, "", false, Kind::WillRetry);
    stat("an error", 500, error("repo is closed"), false, Kind::WillRetry);
    stat("not found in plain text", 500, "ipld: could not find it", false, Kind::WillRetry);
    stat("no node", 404, "404 page not found", false, Kind::ActionRequired);
    stat("refused", 403, "403 - Forbidden", false, Kind::ActionRequired);
}

void TestKuboAnswers::knowsWhatIsHeld()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(bool, isHeld);
    QFETCH(Kind, kind);
    const Result<bool> answer = Kubo::isHeld(answered(status, body), one);
    QCOMPARE(answer.problem().kind(), kind);
    QVERIFY(!answer.ok() || answer.value() == isHeld);
}

void TestKuboAnswers::knowsThatThereIsNoBlock_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("hasNone");
    QTest::newRow("offline") << error("block was not found locally (offline): ipld: could not find "
                                      + text(one))
                             << true;
    QTest::newRow("looked for") << error("context deadline exceeded") << true;
    QTest::newRow("another error") << error("repo is closed") << false;
    QTest::newRow("plain text") << QByteArray("context deadline exceeded") << false;
}

void TestKuboAnswers::knowsThatThereIsNoBlock()
{
    QFETCH(QByteArray, body);
    QFETCH(bool, hasNone);
    QCOMPARE(Kubo::hasNoBlock(answered(500, body)), hasNone);
}

void TestKuboAnswers::unpinsOnce_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<bool>("wasPinned");
    const auto unpin = [](const char *name, int status, const QByteArray &body, Kind kind,
                          bool wasPinned = false) {
        QTest::newRow(name) << status << body << kind << wasPinned;
    };
    unpin("done", 200, R"({"Pins":[")" + text(one) + R"("]})", Kind::None, true);
    unpin("done with others", 200, R"({"Pins":[")" + text(two) + R"(",")" + text(one) + R"("]})",
          Kind::None, true);
    unpin("not pinned", 500, error("not pinned or pinned indirectly"), Kind::None);
    unpin("another pin", 200, R"({"Pins":[")" + text(two) + R"("]})", Kind::WillRetry);
    unpin("no pin", 200, R"({"Pins":null})", Kind::WillRetry);
    unpin("nothing", 200, "", Kind::WillRetry);
    unpin("an error", 500, error("repo is closed"), Kind::WillRetry);
    unpin("not pinned in plain text", 500, "not pinned or pinned indirectly", Kind::WillRetry);
}

void TestKuboAnswers::unpinsOnce()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(Kind, kind);
    QFETCH(bool, wasPinned);
    const Result<bool> answer = Kubo::wasPinned(answered(status, body), one);
    QCOMPARE(answer.problem().kind(), kind);
    QVERIFY(!answer.ok() || answer.value() == wasPinned);
}

void TestKuboAnswers::countsWhatWasImported_data()
{
    QTest::addColumn<QList<QByteArray>>("pinned");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Kind>("kind");
    const auto import = [](const char *name, const QList<QByteArray> &pinned,
                           const QByteArray &body,
                           Kind kind) { QTest::newRow(name) << pinned << body << kind; };
    const QByteArray missing =
        "block was not found locally (offline): ipld: could not find " + text(two);
    import("nothing pinned", {}, stats(2), Kind::None);
    import("one root", {one}, root(one) + stats(2), Kind::None);
    import("two roots in any order", {one, two}, root(two) + root(one) + stats(2), Kind::None);
    import("more pins than asked for", {}, root(one) + stats(2), Kind::None);
    import("a line of a kind to come", {},
           R"({"Progress":1})"
           "\n" + stats(2),
           Kind::None);
    import("a root is missing", {one, two}, root(one) + stats(2), Kind::WillRetry);
    import("a pin that failed", {one}, root(one, missing) + stats(2), Kind::WillRetry);
    import("a pin that waited for a missing block", {one},
           root(one, "context deadline exceeded") + stats(2), Kind::WillRetry);
    import("a pin for which there is no space", {one},
           root(one, "write: no space left on device") + stats(2), Kind::LocalStorageFull);
    import("a block is missing", {}, stats(1), Kind::WillRetry);
    import("a block too many", {}, stats(3), Kind::WillRetry);
    import("no count", {}, R"({"Stats":{}})", Kind::WillRetry);
    import("a count that is text", {}, R"({"Stats":{"BlockCount":"2"}})", Kind::WillRetry);
    import("no stats", {one}, root(one), Kind::WillRetry);
    import("nothing", {}, "", Kind::WillRetry);
    import("an error behind the roots", {one}, root(one) + error("x", 1) + stats(2),
           Kind::Rejected);
    import("a line cut in the middle", {}, stats(2).chopped(3), Kind::WillRetry);
}

void TestKuboAnswers::countsWhatWasImported()
{
    QFETCH(QList<QByteArray>, pinned);
    QFETCH(QByteArray, body);
    QFETCH(Kind, kind);
    QCOMPARE(Kubo::importProblem(answered(200, body), pinned, 2).kind(), kind);
}

void TestKuboAnswers::tellsNothingThatANodeSays_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    const QByteArray said = "open /home/alice/.ipfs: no space left on device, token s3cret";
    for (const int status : {200, 400, 403, 404, 500, 502}) {
        QTest::addRow("text, %d", status) << status << said;
        QTest::addRow("error, %d", status) << status << error(said);
        QTest::addRow("unknown error, %d", status) << status << error("/home/alice s3cret", 1);
        QTest::addRow("key, %d", status) << status << QByteArray(R"({"Key":"/home s3cret"})");
        QTest::addRow("root, %d", status) << status << root(one, said);
    }
}

void TestKuboAnswers::tellsNothingThatANodeSays()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const HttpAnswer answer = answered(status, body);
    for (const Problem &problem :
         {Kubo::putProblem(answer, {one}), Kubo::isHeld(answer, one).problem(),
          Kubo::wasPinned(answer, one).problem(), Kubo::importProblem(answer, {one}, 1)}) {
        QVERIFY(problem);
        QVERIFY2(!problem.detail().contains(u"home"_s) && !problem.detail().contains(u"s3cret"_s),
                 qPrintable(problem.detail()));
    }
}

// Cut anywhere, an answer that was good is never one for more than it says.
void TestKuboAnswers::believesNoHalfOfAnAnswer()
{
    const QByteArray put = stored(one) + stored(two);
    const QByteArray import = root(one) + stats(2);
    const QByteArray pins = R"({"Pins":[")" + text(one) + R"("]})";
    const auto isWhole = [](const QByteArray &cut, const QByteArray &whole) {
        return cut.trimmed() == whole.trimmed();
    };
    for (qsizetype size = 0; size <= put.size(); ++size) {
        const HttpAnswer cut = answered(200, put.first(size));
        QCOMPARE(!Kubo::putProblem(cut, {one, two}), isWhole(cut.body, put));
    }
    for (qsizetype size = 0; size <= import.size(); ++size) {
        const HttpAnswer cut = answered(200, import.first(size));
        QCOMPARE(!Kubo::importProblem(cut, {one}, 2), isWhole(cut.body, import));
    }
    for (qsizetype size = 0; size <= pins.size(); ++size) {
        const HttpAnswer cut = answered(200, pins.first(size));
        QCOMPARE(Kubo::wasPinned(cut, one).ok(), isWhole(cut.body, pins));
    }
}

QTEST_APPLESS_MAIN(TestKuboAnswers)
#include "tst_kuboanswers.moc"
