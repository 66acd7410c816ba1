// SPDX-License-Identifier: MIT
#include "kubosaid.h"

#include "cas/kuboanswers.h"

#include <QTest>

using namespace RemoteLogTest;

// What a node says that is wrong, to whichever command.
class TestKuboRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void understandsRefusals_data();
    void understandsRefusals();
    void keepsWhatTheClientSaid();
    void readsNoEndlessAnswer();
    void takesNoWebPageForAnAnswer();
    void tellsNothingThatANodeSays_data();
    void tellsNothingThatANodeSays();
};

void TestKuboRefusals::understandsRefusals_data()
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

void TestKuboRefusals::understandsRefusals()
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

void TestKuboRefusals::keepsWhatTheClientSaid()
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
void TestKuboRefusals::readsNoEndlessAnswer()
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

void TestKuboRefusals::takesNoWebPageForAnAnswer()
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

void TestKuboRefusals::tellsNothingThatANodeSays_data()
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

void TestKuboRefusals::tellsNothingThatANodeSays()
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

QTEST_APPLESS_MAIN(TestKuboRefusals)
#include "tst_kuborefusals.moc"
