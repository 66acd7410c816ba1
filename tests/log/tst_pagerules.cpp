// SPDX-License-Identifier: MIT
#include "log/history.h"
#include "log/pagerules.h"

#include "support/samples.h"

#include <QTest>

using namespace RemoteLog;

class TestPageRules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wantsTheWholeRange_data();
    void wantsTheWholeRange();
    void comparesHistoriesAtTheCursor();
};

void TestPageRules::wantsTheWholeRange_data()
{
    QTest::addColumn<quint64>("first");
    QTest::addColumn<quint64>("last");
    QTest::addColumn<bool>("ok");
    const auto row = [](quint64 first, quint64 last, bool ok) {
        QTest::addRow("%llu to %llu", first, last) << first << last << ok;
    };
    row(100, 102, true);
    row(100, 100, true);
    row(101, 101, true);
    row(102, 102, true);
    row(99, 102, false);
    row(100, 103, false);
    row(99, 99, false);
    row(103, 103, false);
    row(1, MaxSequence, false);
}

void TestPageRules::wantsTheWholeRange()
{
    QFETCH(quint64, first);
    QFETCH(quint64, last);
    QFETCH(bool, ok);
    const Page page = samplePage(); // 100..102
    const Problem problem = judgePage(page, {first, last - first + 1, sampleAddress(1), 0});
    QCOMPARE(problem.kind(), ok ? Problem::Kind::None : Problem::Kind::Tampered);
}

void TestPageRules::comparesHistoriesAtTheCursor()
{
    const Page page = samplePage();
    QVERIFY(!judgeHistory(page, 99, page.history));
    for (quint64 cursor = 99; cursor <= 102; ++cursor) {
        QVERIFY(!judgeHistory(page, cursor, historyAfter(page, cursor)));
        QCOMPARE(judgeHistory(page, cursor, initialHistory()).kind(), Problem::Kind::Conflict);
        if (cursor > 99)
            QCOMPARE(judgeHistory(page, cursor, page.history).kind(), Problem::Kind::Conflict);
    }
    Page other = page;
    other.pairs[1].id += '2';
    QVERIFY(!judgeHistory(other, 100, historyAfter(page, 100)));
    QVERIFY(judgeHistory(other, 101, historyAfter(page, 101)));
}

QTEST_APPLESS_MAIN(TestPageRules)
#include "tst_pagerules.moc"
