// SPDX-License-Identifier: MIT
#include "log/rangemap.h"

#include "support/samples.h"

#include <QTest>

using namespace RemoteLog;

namespace {

PageRange range(quint64 first, quint64 last, int address, quint64 size = 1000)
{
    return {first, last - first + 1, sampleAddress(address), size};
}

bool nothingHeld(const QByteArray &)
{
    return false;
}

// The first sequences of what would be fetched.
QList<quint64> firsts(const QList<PlannedFetch> &fetches)
{
    QList<quint64> firsts;
    for (const PlannedFetch &fetch : fetches)
        firsts.append(fetch.range.first);
    return firsts;
}

} // namespace

class TestRangeMap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsTheSmallestDepth();
    void keepsTheLongerClaim();
    void forgetsWhatIsInHand();
    void learnsFromPages();
    void doesNotLearnWhatIsInHand();
    void knowsGapsAgainWhenRangesGo();
    void ignoresImpossibleRanges();
    void keepsTheOldest();
    void staysCheapWhereAllOverlaps_data();
    void staysCheapWhereAllOverlaps();
    void forgetsHowLongALieWas();
};

void TestRangeMap::keepsTheSmallestDepth()
{
    RangeMap map;
    const auto depth = [&map] { return map.plan(1, 9, nothingHeld, 1).constFirst().depth; };
    map.add(range(1, 9, 1), 3);
    QCOMPARE(depth(), 4);
    map.add(range(1, 9, 1), 5);
    QCOMPARE(depth(), 4);
    map.add(range(1, 9, 1), 0);
    QCOMPARE(depth(), 1);
    QCOMPARE(map.size(), 1);
}

void TestRangeMap::keepsTheLongerClaim()
{
    RangeMap map;
    map.add(range(9, 9, 1), 0);
    map.add(range(1, 9, 1), 2);
    QCOMPARE(map.size(), 1);
    QCOMPARE(map.plan(1, 9, nothingHeld, 1).constFirst().range, range(1, 9, 1));
    QCOMPARE(map.plan(1, 9, nothingHeld, 1).constFirst().depth, 1);
    map.add(range(5, 9, 1), 0);
    QCOMPARE(map.plan(1, 9, nothingHeld, 1).constFirst().range, range(1, 9, 1));
    map.add(range(20, 30, 1), 0); // one of the two is a lie
    QCOMPARE(map.plan(1, 30, nothingHeld, 9).size(), 1);
    QCOMPARE(map.plan(1, 30, nothingHeld, 1).constFirst().range, range(1, 9, 1));
}

void TestRangeMap::forgetsWhatIsInHand()
{
    RangeMap map;
    map.add(range(1, 10, 1), 0);
    map.add(range(11, 20, 2), 0);
    map.add(range(21, 30, 3), 0);
    map.setHeld(5, 20);
    QVERIFY(map.contains(sampleAddress(1)));
    QVERIFY(!map.contains(sampleAddress(2)));
    QCOMPARE(firsts(map.plan(1, 30, nothingHeld, 9)), QList<quint64>({1, 21}));
    QCOMPARE(firsts(map.plan(5, 30, nothingHeld, 9)), QList<quint64>({21}));
    map.removeBefore(30);
    QCOMPARE(map.size(), 1);
    map.removeBefore(31);
    QCOMPARE(map.size(), 0);
    map.removeBefore(0);
    map.setHeld(7, 6);
    map.clear();
    map.add(range(1, 10, 1), 0);
    QCOMPARE(map.size(), 1);
}

void TestRangeMap::learnsFromPages()
{
    RangeMap map;
    const Page page = samplePage(); // 100..102; ranges 1..90 and 91..99, which is the tail
    map.addPage(page, 2);
    QCOMPARE(map.size(), 2);
    const QList<PlannedFetch> fetches = map.plan(1, 102, nothingHeld, 9);
    QCOMPARE(firsts(fetches), QList<quint64>({1, 91}));
    QCOMPARE(fetches.at(1).range, page.ranges.at(1));
    QCOMPARE(fetches.at(1).depth, 3);

    // Without ranges the tail is the way.
    map.clear();
    Page chained = page;
    chained.ranges.clear();
    map.addPage(chained, 0);
    QCOMPARE(map.plan(1, 102, nothingHeld, 9).size(), 1);
    QCOMPARE(map.plan(1, 102, nothingHeld, 9).at(0).range, (PageRange{99, 1, page.tail, 0}));
}

void TestRangeMap::doesNotLearnWhatIsInHand()
{
    RangeMap map;
    map.removeBefore(50);
    map.setHeld(60, 69);
    map.add(range(40, 49, 1), 0);
    map.add(range(60, 69, 2), 0);
    map.add(range(61, 62, 3), 0);
    QCOMPARE(map.size(), 0);
    map.add(range(45, 50, 4), 0);
    map.add(range(69, 70, 5), 0);
    QCOMPARE(firsts(map.plan(1, 100, nothingHeld, 9)), QList<quint64>({69, 45}));
}

void TestRangeMap::knowsGapsAgainWhenRangesGo()
{
    RangeMap map;
    map.add(range(1, 10, 1), 0);
    map.add(range(8, 20, 2), 0);
    map.add(range(31, 40, 3), 0);
    map.setHeld(15, 16);
    // The oldest gap is 21..30.
    QCOMPARE(firsts(map.plan(1, 40, nothingHeld, 1)), QList<quint64>({31}));
    map.remove(sampleAddress(2));
    map.remove(sampleAddress(2));
    QVERIFY(!map.contains(sampleAddress(2)));
    // Now it is 11..14.
    map.add(range(17, 18, 4), 0);
    QCOMPARE(firsts(map.plan(1, 40, nothingHeld, 1)), QList<quint64>({17}));
    map.remove(sampleAddress(1));
    QCOMPARE(firsts(map.plan(1, 40, nothingHeld, 9)), QList<quint64>({17, 31}));
    map.add(range(8, 20, 2), 0);
    QCOMPARE(map.size(), 3);
}

void TestRangeMap::ignoresImpossibleRanges()
{
    RangeMap map;
    map.add({0, 5, sampleAddress(1), 1}, 0);
    map.add({5, 0, sampleAddress(1), 1}, 0);
    map.add({5, MaxSequence, sampleAddress(1), 1}, 0);
    map.add({MaxSequence + 1, 1, sampleAddress(1), 1}, 0);
    map.add({~quint64(0), ~quint64(0), sampleAddress(1), 1}, 0);
    QCOMPARE(map.size(), 0);
    map.add({1, MaxSequence, sampleAddress(1), MaxSequence}, 0);
    map.add({MaxSequence, 1, sampleAddress(2), MaxSequence}, 0);
    QCOMPARE(firsts(map.plan(1, MaxSequence, nothingHeld, 9)), QList<quint64>({1}));
    QCOMPARE(firsts(map.plan(MaxSequence, MaxSequence, nothingHeld, 9)).size(), 1);
    map.setHeld(1, MaxSequence);
    QCOMPARE(map.size(), 0);
}

void TestRangeMap::keepsTheOldest()
{
    RangeMap map;
    const auto add = [&map](quint64 first, const QByteArray &address) {
        map.add({first, 1, address, 1}, 0);
    };
    constexpr int extra = 1000;
    for (int i = 1; i <= RangeMap::MaxUnread + extra; ++i)
        add(quint64(i) * 2, QByteArray::number(i));
    QCOMPARE(map.size(), RangeMap::MaxUnread);
    QVERIFY(map.contains(QByteArray::number(RangeMap::MaxUnread)));
    QVERIFY(!map.contains(QByteArray::number(RangeMap::MaxUnread + 1)));

    // An older one makes room for itself and others, at the cost of the newest.
    add(1, "older");
    QVERIFY(map.contains("older"));
    QVERIFY(map.contains("1"));
    QVERIFY(!map.contains(QByteArray::number(RangeMap::MaxUnread)));
    QVERIFY(map.size() < RangeMap::MaxUnread && map.size() > RangeMap::MaxUnread * 9 / 10);
    map.setHeld(1, 1);
    const quint64 gap = quint64(map.size()) * 2; // all even ones up to here are known
    for (quint64 odd = 3; odd < gap; odd += 2)
        map.setHeld(odd, odd);
    QCOMPARE(map.gapFrom(1), gap + 1);
    add(1000000, "newer");
    QVERIFY(map.contains("newer"));
}

namespace {

// As many ranges as the map keeps, all of which overlap, each long.
RangeMap fullOfOverlaps()
{
    RangeMap map;
    for (int i = 0; i < RangeMap::MaxUnread; ++i)
        map.add({quint64(i) * 10 + 2000, 10'000'000, "full" + QByteArray::number(i), 1}, 0);
    return map;
}

} // namespace

// One more page into a map that a hostile writer filled: its 1024 ranges are learned in about the
// time of one walk.
void TestRangeMap::staysCheapWhereAllOverlaps_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("step"); // to the next range
    QTest::addColumn<bool>("isOneAddress");
    QTest::newRow("newer ones") << 2'000'000 << 1 << false;
    QTest::newRow("older ones") << 1 << 1 << false;
    QTest::newRow("in between") << 3000 << 500 << false;
    QTest::newRow("one address again and again") << 1025 << -1 << true;
    QTest::newRow("one address, newer") << 700'000 << -1 << true;
}

void TestRangeMap::staysCheapWhereAllOverlaps()
{
    QFETCH(int, first);
    QFETCH(int, step);
    QFETCH(bool, isOneAddress);
    RangeMap map = fullOfOverlaps();
    QCOMPARE(map.size(), RangeMap::MaxUnread);
    const quint64 before = map.steps();
    for (int i = 0; i < 1024; ++i) {
        const QByteArray address = isOneAddress ? "one" : "more" + QByteArray::number(i);
        map.add({quint64(first + i * step), 10'000'000u + quint64(i) * 2, address, 1}, 0);
    }
    QVERIFY2(map.steps() - before < 2 * RangeMap::MaxUnread,
             qPrintable(QString::number(map.steps() - before)));
    QVERIFY(map.size() <= RangeMap::MaxUnread);

    const quint64 planned = map.steps();
    QVERIFY(!map.plan(1, MaxSequence, nothingHeld, 512).isEmpty());
    QVERIFY2(map.steps() - planned <= 2 * RangeMap::MaxChain + 300,
             qPrintable(QString::number(map.steps() - planned)));
}

// A lie that ends is no burden: what it made long is short again.
void TestRangeMap::forgetsHowLongALieWas()
{
    RangeMap map;
    map.add({1, MaxSequence, "lie", 1}, 0);
    for (int i = 0; i < 1000; ++i)
        map.add(range(quint64(i) * 2 + 2, quint64(i) * 2 + 2, i), 0);
    map.remove("lie");
    const quint64 before = map.steps();
    map.setHeld(1999, 2000);
    QVERIFY(map.steps() - before <= 2);
    QCOMPARE(map.gapFrom(1), 1u);
    QCOMPARE(map.gapFrom(2), 3u);
}

QTEST_APPLESS_MAIN(TestRangeMap)
#include "tst_rangemap.moc"
