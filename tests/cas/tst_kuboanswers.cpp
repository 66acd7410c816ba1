// SPDX-License-Identifier: MIT
#include "kubosaid.h"

#include "cas/kuboanswers.h"
#include "interface/multibase.h"

#include <QTest>

using namespace RemoteLogTest;

namespace {

// The same digest, and no links in it.
QByteArray rawText(const QByteArray &address)
{
    return Multibase::encodeBase32(QByteArray::fromHex("01551220") + address.sliced(4)).toLatin1();
}

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

// What a node says of blocks and pins, command by command. Refusals: tst_kuborefusals.
class TestKuboAnswers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
    void believesNoHalfOfAnAnswer();
};

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
