// SPDX-License-Identifier: MIT
#include "log/sequenceset.h"

#include <QTest>

#include <random>
#include <set>

using namespace RemoteLog;

namespace {

QByteArray shown(const SequenceSet &set)
{
    QByteArray text;
    set.visit(1, ~quint64(0), [&text](quint64 first, quint64 last) {
        text += QByteArray::number(first) + '-' + QByteArray::number(last) + ' ';
    });
    return text.trimmed();
}

} // namespace

class TestSequenceSet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void joinsWhatTouches_data();
    void joinsWhatTouches();
    void takesOut();
    void findsWhatIsMissing();
    void behavesLikeASetOfNumbers();
};

void TestSequenceSet::joinsWhatTouches_data()
{
    QTest::addColumn<quint64>("first");
    QTest::addColumn<quint64>("last");
    QTest::addColumn<QByteArray>("result"); // of adding to 10-20 30-40
    const auto row = [](const char *name, quint64 first, quint64 last, const char *result) {
        QTest::newRow(name) << first << last << QByteArray(result);
    };
    row("below", 1, 8, "1-8 10-20 30-40");
    row("touching below", 1, 9, "1-20 30-40");
    row("overlapping below", 5, 12, "5-20 30-40");
    row("inside", 12, 18, "10-20 30-40");
    row("the same", 10, 20, "10-20 30-40");
    row("between", 22, 28, "10-20 22-28 30-40");
    row("touching both", 21, 29, "10-40");
    row("overlapping both", 15, 35, "10-40");
    row("around one", 5, 25, "5-25 30-40");
    row("around all", 1, 100, "1-100");
    row("above", 42, 42, "10-20 30-40 42-42");
}

void TestSequenceSet::joinsWhatTouches()
{
    QFETCH(quint64, first);
    QFETCH(quint64, last);
    SequenceSet set;
    set.add(10, 20);
    set.add(30, 40);
    set.add(first, last);
    QTEST(shown(set), "result");
}

void TestSequenceSet::takesOut()
{
    SequenceSet set;
    set.add(10, 40);
    set.remove(20, 25);
    QCOMPARE(shown(set), QByteArray("10-19 26-40"));
    set.remove(1, 10);
    set.remove(40, 50);
    QCOMPARE(shown(set), QByteArray("11-19 26-39"));
    set.remove(15, 30);
    QCOMPARE(shown(set), QByteArray("11-14 31-39"));
    set.remove(20, 25);
    set.remove(1, 100);
    QCOMPARE(shown(set), QByteArray());
}

void TestSequenceSet::findsWhatIsMissing()
{
    SequenceSet set;
    QCOMPARE(set.missingFrom(5), 5u);
    QCOMPARE(set.missingDownFrom(5), 5u);
    QCOMPARE(set.missingDownFrom(0), 0u);
    set.add(1, 9);
    set.add(20, 0x7fffffffffffffff);
    QCOMPARE(set.missingFrom(1), 10u);
    QCOMPARE(set.missingFrom(15), 15u);
    QCOMPARE(set.missingFrom(20), 0x8000000000000000u);
    QCOMPARE(set.missingDownFrom(9), 0u);
    QCOMPARE(set.missingDownFrom(10), 10u);
    QCOMPARE(set.missingDownFrom(100), 19u);
    QVERIFY(set.contains(1, 9));
    QVERIFY(!set.contains(1, 10));
    QVERIFY(!set.contains(12, 14));
}

void TestSequenceSet::behavesLikeASetOfNumbers()
{
    std::mt19937 random(1); // the same numbers everywhere
    SequenceSet set;
    std::set<quint64> numbers;
    for (int round = 0; round < 5000; ++round) {
        const quint64 first = 1 + random() % 60;
        const quint64 last = first + random() % 12;
        const bool adds = random() % 2;
        for (quint64 number = first; number <= last; ++number) {
            if (adds)
                numbers.insert(number);
            else
                numbers.erase(number);
        }
        if (adds)
            set.add(first, last);
        else
            set.remove(first, last);

        const quint64 from = 1 + random() % 80;
        quint64 up = from;
        while (numbers.count(up))
            ++up;
        quint64 down = from;
        while (numbers.count(down))
            --down;
        QCOMPARE(set.missingFrom(from), up);
        QCOMPARE(set.missingDownFrom(from), down);
        QCOMPARE(set.contains(from, from + 2), up > from + 2);
    }
}

QTEST_APPLESS_MAIN(TestSequenceSet)
#include "tst_sequenceset.moc"
