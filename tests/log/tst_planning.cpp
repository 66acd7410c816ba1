// SPDX-License-Identifier: MIT
#include "log/rangemap.h"

#include "support/samples.h"

#include <QTest>

#include <numeric>

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

// Pages of one entry each.
RangeMap mapOf(std::initializer_list<quint64> sequences)
{
    RangeMap map;
    for (const quint64 sequence : sequences)
        map.add(range(sequence, sequence, int(sequence)), 0);
    return map;
}

} // namespace

// Which fetches a RangeMap plans, and in which order.
class TestPlanning : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plansWhatIsMissingOldestFirst();
    void plansNothingElse();
    void leavesOutWhatIsUnderWay();
    void asksAboveTheOldestGapFirst();
    void leavesAFarGapForLater();
    void prefersWhatCostsLess();
    void planningIsCheap();
};

void TestPlanning::plansWhatIsMissingOldestFirst()
{
    const RangeMap map = mapOf({5, 3, 1, 4, 2});
    QCOMPARE(firsts(map.plan(1, 5, nothingHeld, 10)), QList<quint64>({1, 2, 3, 4, 5}));
    QCOMPARE(firsts(map.plan(1, 5, nothingHeld, 2)), QList<quint64>({1, 2}));
    QCOMPARE(firsts(map.plan(1, 5, nothingHeld, 0)), QList<quint64>());
    QCOMPARE(firsts(map.plan(1, 5, nothingHeld, -1)), QList<quint64>());
    QCOMPARE(firsts(RangeMap().plan(1, 5, nothingHeld, 10)), QList<quint64>());
}

void TestPlanning::plansNothingElse()
{
    RangeMap map = mapOf({1, 2, 3, 4, 5});
    QCOMPARE(firsts(map.plan(3, 4, nothingHeld, 10)), QList<quint64>({3, 4}));
    QCOMPARE(firsts(map.plan(6, 9, nothingHeld, 10)), QList<quint64>());
    QCOMPARE(firsts(map.plan(4, 3, nothingHeld, 10)), QList<quint64>());
    QCOMPARE(firsts(map.plan(0, 3, nothingHeld, 10)), QList<quint64>());
    map.add(range(10, 20, 10), 0);
    QCOMPARE(firsts(map.plan(20, 30, nothingHeld, 10)), QList<quint64>({10}));
    QCOMPARE(firsts(map.plan(21, 30, nothingHeld, 10)), QList<quint64>());
    QCOMPARE(firsts(map.plan(8, 10, nothingHeld, 10)), QList<quint64>({10}));
    QCOMPARE(firsts(map.plan(8, 9, nothingHeld, 10)), QList<quint64>());
}

void TestPlanning::leavesOutWhatIsUnderWay()
{
    const RangeMap map = mapOf({1, 2, 3, 4, 5});
    const auto isHeld = [](const QByteArray &address) {
        return address == sampleAddress(1) || address == sampleAddress(3);
    };
    QCOMPARE(firsts(map.plan(1, 5, isHeld, 2)), QList<quint64>({2, 4}));
}

void TestPlanning::asksAboveTheOldestGapFirst()
{
    RangeMap map;
    for (quint64 sequence = 1; sequence <= 10; ++sequence) // then a gap
        map.add(range(sequence, sequence, int(sequence)), 0);
    for (quint64 sequence = 21; sequence <= 60; ++sequence)
        map.add(range(sequence, sequence, int(sequence)), 0);

    QList<quint64> expected(16);
    std::iota(expected.begin(), expected.end(), 21);
    for (quint64 sequence = 1; sequence <= 10; ++sequence)
        expected.append(sequence);
    expected.append({37, 38});
    QCOMPARE(firsts(map.plan(1, 60, nothingHeld, 28)), expected);
    QCOMPARE(firsts(map.plan(1, 60, nothingHeld, 3)), QList<quint64>({21, 22, 23}));

    // Those under way are among the 16.
    const auto isHeld = [](const QByteArray &address) {
        return address == sampleAddress(21) || address == sampleAddress(22);
    };
    QCOMPARE(firsts(map.plan(1, 60, isHeld, 15)), expected.sliced(2, 15));

    // No gap, no hurry; nor one below or above what is wanted.
    QCOMPARE(firsts(map.plan(21, 60, nothingHeld, 2)), QList<quint64>({21, 22}));
    QCOMPARE(firsts(map.plan(1, 10, nothingHeld, 2)), QList<quint64>({1, 2}));
    QCOMPARE(firsts(map.plan(21, 70, nothingHeld, 2)), QList<quint64>({21, 22}));
}

void TestPlanning::leavesAFarGapForLater()
{
    RangeMap map;
    for (quint64 sequence = 1; sequence <= 1000; ++sequence)
        map.add(range(sequence, sequence, int(sequence)), 0);
    map.add(range(1002, 1002, 1002), 0);
    QCOMPARE(firsts(map.plan(1, 1002, nothingHeld, 2)), QList<quint64>({1, 2}));
    map.removeBefore(900);
    QCOMPARE(firsts(map.plan(900, 1002, nothingHeld, 2)), QList<quint64>({1002, 900}));
}

void TestPlanning::prefersWhatCostsLess()
{
    // Ten small pages against one block with all their entries: 10 x (1000 + 4096) against size +
    // 4096.
    for (const quint64 size : {46000, 47000}) {
        RangeMap map;
        for (int i = 0; i < 10; ++i)
            map.add(range(quint64(i) + 1, quint64(i) + 1, i), 0);
        map.add(range(1, 10, 100, size), 0);
        const bool isCheap = size + 4096 < 10 * (1000 + 4096);
        QCOMPARE(map.plan(1, 10, nothingHeld, 20).size(), isCheap ? 1 : 10);
        // For two entries the block is never worth it.
        QCOMPARE(map.plan(9, 10, nothingHeld, 20).size(), 2);
        // And if most small pages are in hand, it is not either.
        map.setHeld(1, 7);
        QCOMPARE(map.plan(1, 10, nothingHeld, 20).size(), 3);
    }

    // A size that cannot be, or is not said, is not believed.
    RangeMap map;
    map.add(range(1, 2, 1, MaxSequence), 0);
    map.add(range(1, 1, 2, 0), 0);
    map.add(range(2, 2, 3, 0), 0);
    QCOMPARE(map.plan(1, 2, nothingHeld, 9).size(), 2);
}

// One plan looks at what it gives back and what is under way, whatever else is known.
void TestPlanning::planningIsCheap()
{
    RangeMap map;
    for (int i = RangeMap::MaxUnread; i > 0; --i)
        map.add({quint64(i) * 2, 2, QByteArray::number(i), 1}, 0);
    const quint64 before = map.steps();
    QCOMPARE(map.plan(1, MaxSequence, nothingHeld, 64).size(), 64);
    QVERIFY2(map.steps() - before < 64 + 16 + 256 + 8,
             qPrintable(QString::number(map.steps() - before)));
}

QTEST_APPLESS_MAIN(TestPlanning)
#include "tst_planning.moc"
