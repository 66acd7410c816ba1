// SPDX-License-Identifier: MIT
#include "log/plainpage.h"

#include "support/samples.h"

#include <QTest>

using namespace RemoteLog;

namespace {

PlainPage pageOf(const QByteArray &oldestFirst)
{
    PlainPage page;
    for (const char id : oldestFirst)
        page.pairs.prepend(PlainPair{"address", QByteArray(1, id), {}});
    return page;
}

QByteArray idsOf(const QList<PlainPair> &pairs)
{
    QByteArray ids;
    for (const PlainPair &pair : pairs)
        ids += pair.localHash;
    return ids;
}

} // namespace

class TestPlainPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheSpecificationsMessage();
    void readsWhatItWrites();
    void readsOurPages();
    void refusesWhatIsNoMessage_data();
    void refusesWhatIsNoMessage();
    void findsWhatIsNew_data();
    void findsWhatIsNew();
};

void TestPlainPage::isTheSpecificationsMessage()
{
    PlainPage page;
    page.pairs = {{"r", "l", "d"}, {}};
    page.tail = "t";
    QCOMPARE(encodePlainPage(page).toHex(), QByteArray("0a090a0172"
                                                       "12016c"
                                                       "1a0164"
                                                       "0a00"
                                                       "120174"));
}

void TestPlainPage::readsWhatItWrites()
{
    PlainPage page;
    page.pairs = {{}, {"any address", "any id", QByteArray(100000, 'd')}, {{}, "id", {}}};
    page.tail = "any tail";
    const Result<PlainPage> read = decodePlainPage(encodePlainPage(page));
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    QCOMPARE(read.value().pairs, page.pairs);
    QCOMPARE(read.value().tail, page.tail);
    QVERIFY(decodePlainPage(QByteArrayView()).value().pairs.isEmpty());
}

// Extensions are fields that others pass over.
void TestPlainPage::readsOurPages()
{
    const Page ours = samplePage();
    const Result<PlainPage> read = decodePlainPage(encodePage(ours));
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    QCOMPARE(read.value().tail, ours.tail);
    QCOMPARE(read.value().pairs.size(), ours.pairs.size());
    QCOMPARE(read.value().pairs.at(1).remoteHash, ours.pairs.at(1).address);
    QCOMPARE(read.value().pairs.at(1).localHash, ours.pairs.at(1).id);
    QCOMPARE(read.value().pairs.at(2).data, ours.pairs.at(2).data);
}

void TestPlainPage::refusesWhatIsNoMessage_data()
{
    QTest::addColumn<QByteArray>("hex");
    QTest::newRow("field 0") << QByteArray("0000");
    QTest::newRow("a group") << QByteArray("0b");
    QTest::newRow("a length beyond the end") << QByteArray("120574");
    QTest::newRow("a length beyond the end of a pair") << QByteArray("0a020a05");
    QTest::newRow("half an unknown field") << QByteArray("1880");
}

void TestPlainPage::refusesWhatIsNoMessage()
{
    QFETCH(QByteArray, hex);
    QCOMPARE(decodePlainPage(QByteArray::fromHex(hex)).problem().kind(), Problem::Kind::Tampered);
}

void TestPlainPage::findsWhatIsNew_data()
{
    QTest::addColumn<QByteArray>("page"); // one letter an id, oldest first
    QTest::addColumn<QByteArray>("known");
    QTest::addColumn<QByteArray>("fresh");
    const auto row = [](const char *name, const char *page, const char *known, const char *fresh) {
        QTest::newRow(name) << QByteArray(page) << QByteArray(known) << QByteArray(fresh);
    };
    row("nothing known", "abc", "", "abc");
    row("nothing there", "", "ab", "");
    row("all known", "abc", "abc", "");
    row("the oldest known", "abcd", "ab", "cd");
    row("one known", "abc", "a", "bc");
    row("none known", "abc", "xyz", "abc");
    row("a longer run that ends here", "cdef", "abcd", "ef");
    row("a run that only begins alike", "abxd", "abc", "abxd");
    row("an id twice, the run decides", "axaby", "ab", "y");
    row("a run twice, the older counts", "abxaby", "ab", "xaby");
    row("the same id again and again", "aaaa", "aa", "aa");
}

void TestPlainPage::findsWhatIsNew()
{
    QFETCH(QByteArray, page);
    QFETCH(QByteArray, known);
    QList<QByteArray> ids;
    for (const char id : std::as_const(known))
        ids.append(QByteArray(1, id));
    QTEST(idsOf(newPairs(pageOf(page), ids)), "fresh");
}

QTEST_APPLESS_MAIN(TestPlainPage)
#include "tst_plainpage.moc"
