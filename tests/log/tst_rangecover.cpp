// SPDX-License-Identifier: MIT
#include "log/rangecover.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace RemoteLog;

namespace {

// What the ranges of `chosen` (bits) hold of the missing entries 1..63, as bits.
quint64 heldBy(const QList<OfferedRange> &ranges, quint64 chosen, quint64 missing)
{
    quint64 held = 0;
    for (qsizetype i = 0; i < ranges.size(); ++i) {
        if (chosen >> i & 1) {
            for (quint64 n = ranges.at(i).first; n <= ranges.at(i).last; ++n)
                held |= quint64(1) << n;
        }
    }
    return held & missing;
}

quint64 costOf(const QList<OfferedRange> &ranges, quint64 chosen)
{
    quint64 cost = 0;
    for (qsizetype i = 0; i < ranges.size(); ++i)
        cost += chosen >> i & 1 ? ranges.at(i).cost : 0;
    return cost;
}

// By trying everything.
quint64 leastCost(const QList<OfferedRange> &ranges, quint64 missing)
{
    const quint64 all = (quint64(1) << ranges.size()) - 1;
    const quint64 wanted = heldBy(ranges, all, missing);
    quint64 least = ~quint64(0);
    for (quint64 chosen = 0; chosen <= all; ++chosen) {
        if (heldBy(ranges, chosen, missing) == wanted)
            least = std::min(least, costOf(ranges, chosen));
    }
    return least;
}

std::function<quint64(quint64)> missingDown(quint64 missing)
{
    return [missing](quint64 sequence) {
        while (sequence > 0 && !(missing >> sequence & 1))
            --sequence;
        return sequence;
    };
}

} // namespace

class TestRangeCover : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void choosesTheCheapest_data();
    void choosesTheCheapest();
    void choosesLikeWhoTriesEverything();
};

void TestRangeCover::choosesTheCheapest_data()
{
    QTest::addColumn<QList<quint64>>("numbers"); // first, last, cost, first, last, cost, ...
    QTest::addColumn<quint64>("held");
    QTest::addColumn<QList<qsizetype>>("chosen");
    const auto row = [](const char *name, const QList<quint64> &numbers, quint64 held,
                        const QList<qsizetype> &chosen) {
        QTest::newRow(name) << numbers << held << chosen;
    };
    row("one", {5, 9, 10}, 0, {0});
    row("one that is held", {5, 9, 10}, 0x3e0, {});
    row("a large one for less", {1, 10, 9, 1, 5, 5, 6, 10, 5}, 0, {0});
    row("small ones for less", {1, 10, 11, 1, 5, 5, 6, 10, 5}, 0, {1, 2});
    row("the large one for the rest", {1, 10, 7, 1, 5, 5, 6, 10, 8}, 0x3e, {0});
    row("a small one for the rest", {1, 10, 9, 1, 5, 5, 6, 10, 8}, 0x3e, {2});
    row("what is free", {1, 10, 9, 1, 5, 0, 6, 10, 8}, 0, {1, 2});
    row("a chain", {1, 4, 1, 3, 6, 1, 5, 8, 1, 7, 9, 1}, 0, {0, 2, 3});
    row("a chain with a shortcut", {1, 4, 1, 3, 6, 1, 4, 7, 1, 5, 8, 1, 7, 9, 1}, 0x10, {0, 3, 4});
    row("the same twice", {1, 4, 3, 1, 4, 2}, 0, {1});
}

void TestRangeCover::choosesTheCheapest()
{
    QFETCH(QList<quint64>, numbers);
    QFETCH(quint64, held);
    QList<OfferedRange> ranges;
    for (qsizetype i = 0; i < numbers.size(); i += 3)
        ranges.append({numbers.at(i), numbers.at(i + 1), numbers.at(i + 2)});
    QTEST(cheapestCover(ranges, missingDown(~held)), "chosen");
}

void TestRangeCover::choosesLikeWhoTriesEverything()
{
    std::mt19937 random(2); // the same numbers everywhere
    for (int round = 0; round < 2000; ++round) {
        QList<OfferedRange> ranges;
        quint64 reach = 10;
        for (int i = 0; i < 9; ++i) {
            const quint64 first = 10 + random() % (reach - 9); // overlaps what came before
            const quint64 last = std::min<quint64>(first + random() % 12, 60);
            reach = std::max(reach, last);
            ranges.append({first, last, random() % 3 == 0 ? 0 : random() % 20});
        }
        std::sort(ranges.begin(), ranges.end(),
                  [](const auto &a, const auto &b) { return a.first < b.first; });
        const quint64 missing =
            (quint64(random()) << 32 | random()) | (round % 2 ? ~quint64(0) : 0);
        quint64 chosen = 0;
        for (const qsizetype index : cheapestCover(ranges, missingDown(missing)))
            chosen |= quint64(1) << index;
        const quint64 all = (quint64(1) << ranges.size()) - 1;
        QCOMPARE(heldBy(ranges, chosen, missing), heldBy(ranges, all, missing));
        QCOMPARE(costOf(ranges, chosen), leastCost(ranges, missing));
    }
}

QTEST_APPLESS_MAIN(TestRangeCover)
#include "tst_rangecover.moc"
