// SPDX-License-Identifier: MIT
#include "log/plainpage.h"

#include "support/samples.h"

#include <QTest>

#include <random>

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
    void refusesTooManyPairs();
    void findsWhatIsNew_data();
    void findsWhatIsNew();
    void findsWhatAnySearchFinds();
    void staysLinear();
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

// An empty pair takes two bytes of a page and a hundred of memory.
void TestPlainPage::refusesTooManyPairs()
{
    const QByteArray pair = QByteArray::fromHex("0a00");
    QCOMPARE(decodePlainPage(pair.repeated(MaxPairs)).value().pairs.size(), MaxPairs);
    QCOMPARE(decodePlainPage(pair.repeated(MaxPairs + 1)).problem().kind(),
             Problem::Kind::Tampered);
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
    row("a run that begins like itself", "aabaabaac", "aabaac", "");
    row("its end, as long as possible", "bab", "abbab", "");
    row("its end and more", "babx", "abbab", "x");
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

// Beside a search that tries every place.
void TestPlainPage::findsWhatAnySearchFinds()
{
    std::mt19937 random(3);
    const auto word = [&random](quint32 size) {
        QByteArray letters;
        for (quint32 i = 0; i < size; ++i)
            letters += char('a' + random() % 2);
        return letters;
    };
    for (int round = 0; round < 20000; ++round) {
        const QByteArray page = word(random() % 12);
        const QByteArray known = word(1 + random() % 6);
        qsizetype start = page.indexOf(known);
        if (start >= 0) {
            start += known.size();
        } else {
            start = std::min(page.size(), known.size());
            while (!known.endsWith(page.first(start)))
                --start;
        }
        QList<QByteArray> ids;
        for (const char id : known)
            ids.append(QByteArray(1, id));
        QCOMPARE(idsOf(newPairs(pageOf(page), ids)), page.sliced(start));
    }
}

// As many pairs and ids as there may be, nearly the same: it would take minutes otherwise.
void TestPlainPage::staysLinear()
{
    PlainPage page;
    page.pairs.fill(PlainPair{{}, "same", {}}, MaxPairs);
    QList<QByteArray> ids(MaxPairs / 2, "same");
    ids.append("other");
    ids.append(QList<QByteArray>(MaxPairs / 2 - 1, "same"));
    QCOMPARE(newPairs(page, ids).size(), MaxPairs / 2 + 1);
    QCOMPARE(newPairs(page, QList<QByteArray>(10 * MaxPairs, "other")).size(), MaxPairs);
}

QTEST_APPLESS_MAIN(TestPlainPage)
#include "tst_plainpage.moc"
