// SPDX-License-Identifier: MIT
#include "log/skiplist.h"

#include <QTest>

using namespace RemoteLog;

namespace {

QList<quint64> steps(quint64 number, quint64 step)
{
    QList<quint64> targets;
    for (quint64 i = 15; i > 0; --i) {
        if (i * step <= number)
            targets.append(number - i * step);
    }
    return targets;
}

} // namespace

class TestSkipList : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesEarlierPages_data();
    void namesEarlierPages();
    void keepsItsPromises();
};

void TestSkipList::namesEarlierPages_data()
{
    QTest::addColumn<quint64>("number");
    QTest::addColumn<QList<quint64>>("targets");
    const auto row = [](quint64 number, const QList<quint64> &targets) {
        QTest::addRow("%llu", number) << number << targets;
    };
    row(0, {});
    row(1, {0});
    row(2, {0, 1});
    row(15, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14});
    row(16, QList<quint64>{0} + steps(16, 1));
    row(17, {16});
    row(48, QList<quint64>{0, 16, 32} + steps(48, 1));
    row(255, {240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254});
    row(256, QList<quint64>{0} + steps(256, 16) + steps(256, 1));
    row(272, steps(272, 16) + steps(272, 1));
    row(8192, QList<quint64>{0, 4096} + steps(8192, 256) + steps(8192, 16) + steps(8192, 1));
}

void TestSkipList::namesEarlierPages()
{
    QFETCH(quint64, number);
    QTEST(skipTargets(number), "targets");
}

void TestSkipList::keepsItsPromises()
{
    constexpr quint64 pages = 10000;
    qsizetype named = 0;
    for (quint64 number = 1; number < pages; ++number) {
        const QList<quint64> targets = skipTargets(number);
        QVERIFY(std::is_sorted(targets.cbegin(), targets.cend()));
        QCOMPARE(std::adjacent_find(targets.cbegin(), targets.cend()), targets.cend());
        QCOMPARE(targets.constLast(), number - 1);
        named += targets.size();
    }
    QVERIFY(double(named) / pages > 9.2 && double(named) / pages < 9.5);

    // The most that any page can name: 15 for each power of 16.
    QCOMPARE(skipTargets(quint64(1) << 60).size(), 15 * 15 + 1);
}

QTEST_APPLESS_MAIN(TestSkipList)
#include "tst_skiplist.moc"
