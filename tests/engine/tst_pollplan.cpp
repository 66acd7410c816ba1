// SPDX-License-Identifier: MIT
#include "engine/pollplan.h"
#include "helpers/ratelimit.h"

#include <QtTest>

using namespace RemoteLog;
using namespace std::chrono_literals;

namespace {

qint64 never(qint64)
{
    return 0;
}

qint64 always(qint64 bound)
{
    return bound - 1;
}

} // namespace

// Which log is asked for when, with a clock that the test turns.
class PollPlanTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsNewIsDueAtOnce();
    void recentlyActiveFirst();
    void theIntervalGrowsWithIdleness_data();
    void theIntervalGrowsWithIdleness();
    void fewAreNeverRare_data();
    void fewAreNeverRare();
    void jitterSpreadsButNeverDelays();
    void newsMakesDueSoon();
    void askedOutOfTurnIsNotDue();
    void addedAgainKeepsWhatWasSeen();
    void allDueLosesNothing();
    void removedIsNotDue();
    void patienceIsBounded();
    void rateIsKeptOnAverage();
};

void PollPlanTest::whatIsNewIsDueAtOnce()
{
    PollPlan plan(60s, 1h, 1, never);
    QVERIFY(!plan.next());
    plan.add(QStringLiteral("a"), 0s, 5s);
    QCOMPARE(plan.next(), std::optional(PollPlan::Span(5s)));
    QCOMPARE(plan.takeDue(5s), QStringList{QStringLiteral("a")});
    QCOMPARE(plan.takeDue(5s), QStringList());
}

void PollPlanTest::recentlyActiveFirst()
{
    PollPlan plan(60s, 1h, 1, never);
    plan.add(QStringLiteral("old"), -3h, 0s);
    plan.add(QStringLiteral("fresh"), -1s, 0s);
    plan.add(QStringLiteral("middle"), -1h, 0s);
    const QStringList expected{QStringLiteral("fresh"), QStringLiteral("middle"),
                               QStringLiteral("old")};
    QCOMPARE(plan.all(), expected);
    QCOMPARE(plan.takeDue(0s), expected);
    QVERIFY(plan.patience(QStringLiteral("fresh"), 0s)
            < plan.patience(QStringLiteral("middle"), 0s));
}

void PollPlanTest::theIntervalGrowsWithIdleness_data()
{
    QTest::addColumn<int>("idleSeconds");
    QTest::addColumn<int>("intervalSeconds");
    QTest::newRow("just active") << 0 << 60;
    QTest::newRow("ten minutes") << 600 << 60;
    QTest::newRow("an hour") << 3600 << 360;
    QTest::newRow("five hours") << 18'000 << 1800;
    QTest::newRow("a year") << 31'536'000 << 3600;
}

void PollPlanTest::theIntervalGrowsWithIdleness()
{
    QFETCH(int, idleSeconds);
    QFETCH(int, intervalSeconds);
    PollPlan plan(60s, 1h, 1, never);
    for (int i = 0; i < 60; ++i)
        plan.add(QString::number(i), std::chrono::seconds(-idleSeconds), 0s);
    QCOMPARE(plan.takeDue(0s).size(), 60);
    QCOMPARE(plan.next(), std::optional(PollPlan::Span(std::chrono::seconds(intervalSeconds))));
}

void PollPlanTest::fewAreNeverRare_data()
{
    QTest::addColumn<int>("logs");
    QTest::addColumn<int>("intervalSeconds");
    QTest::newRow("one") << 1 << 60;
    QTest::newRow("as many as always") << 60 << 60;
    QTest::newRow("twice as many") << 120 << 120;
    QTest::newRow("very many") << 10'000 << 3600;
}

void PollPlanTest::fewAreNeverRare()
{
    QFETCH(int, logs);
    QFETCH(int, intervalSeconds);
    PollPlan plan(60s, 1h, 60, never);
    for (int i = 0; i < logs; ++i)
        plan.add(QString::number(i), -8760h, 0s);
    QCOMPARE(plan.takeDue(0s).size(), logs);
    QCOMPARE(plan.next(), std::optional(PollPlan::Span(std::chrono::seconds(intervalSeconds))));
}

void PollPlanTest::jitterSpreadsButNeverDelays()
{
    PollPlan late(60s, 1h, 1, never);
    PollPlan early(60s, 1h, 1, always);
    for (PollPlan *plan : {&late, &early}) {
        plan->add(QStringLiteral("a"), 0s, 0s);
        plan->takeDue(0s);
    }
    QCOMPARE(late.next(), std::optional(PollPlan::Span(60s)));
    QCOMPARE(early.next(), std::optional(PollPlan::Span(45s)));
}

void PollPlanTest::newsMakesDueSoon()
{
    PollPlan plan(60s, 1h, 1, never);
    plan.add(QStringLiteral("idle"), -100h, 0s);
    plan.add(QStringLiteral("other"), -50h, 0s);
    plan.takeDue(0s);
    plan.active(QStringLiteral("idle"), 10s);
    QCOMPARE(plan.next(), std::optional(PollPlan::Span(70s)));
    QCOMPARE(plan.all().constFirst(), QStringLiteral("idle"));
    plan.active(QStringLiteral("unknown"), 10s);
    QCOMPARE(plan.all().size(), 2);
}

void PollPlanTest::askedOutOfTurnIsNotDue()
{
    PollPlan plan(60s, 1h, 1, never);
    plan.add(QStringLiteral("a"), 0s, 0s);
    plan.asked(QStringLiteral("a"), 0s);
    QCOMPARE(plan.takeDue(59s), QStringList());
    QCOMPARE(plan.takeDue(60s).size(), 1);
}

void PollPlanTest::addedAgainKeepsWhatWasSeen()
{
    PollPlan plan(60s, 1h, 1, never);
    plan.add(QStringLiteral("a"), -3h, 0s);
    plan.add(QStringLiteral("b"), -2h, 0s);
    plan.takeDue(0s);
    plan.active(QStringLiteral("a"), 10s);
    plan.add(QStringLiteral("a"), -3h, 20s);
    QCOMPARE(plan.next(), std::optional(PollPlan::Span(20s)));
    QCOMPARE(plan.all().constFirst(), QStringLiteral("a"));
    plan.add(QStringLiteral("b"), 15s, 20s);
    QCOMPARE(plan.all().constFirst(), QStringLiteral("b"));
}

void PollPlanTest::allDueLosesNothing()
{
    PollPlan plan(60s, 1h, 1, never);
    for (int i = 0; i < 1000; ++i)
        plan.add(QString::number(i), std::chrono::seconds(-i), 0s);
    QCOMPARE(plan.takeDue(0s).size(), 1000);
    QCOMPARE(plan.takeDue(1s).size(), 0);
    plan.makeAllDue(2s);
    const QStringList due = plan.takeDue(2s);
    QCOMPARE(due.size(), 1000);
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(due.at(i), QString::number(i));
}

void PollPlanTest::removedIsNotDue()
{
    PollPlan plan(60s, 1h, 1, never);
    plan.add(QStringLiteral("a"), 0s, 0s);
    plan.add(QStringLiteral("b"), 0s, 0s);
    plan.remove(QStringLiteral("a"));
    QCOMPARE(plan.takeDue(0s), QStringList{QStringLiteral("b")});
}

void PollPlanTest::patienceIsBounded()
{
    PollPlan plan(60s, 1h, 1, never);
    // What a writer claims may lie in the future.
    plan.add(QStringLiteral("tomorrow"), 24h, 0s);
    plan.add(QStringLiteral("last year"), -8760h, 0s);
    QCOMPARE(plan.patience(QStringLiteral("tomorrow"), 0s), PollPlan::Span(0s));
    QCOMPARE(plan.patience(QStringLiteral("last year"), 0s), PollPlan::Span(1h));
    plan.takeDue(0s);
    QCOMPARE(plan.next(), std::optional(PollPlan::Span(60s)));
}

void PollPlanTest::rateIsKeptOnAverage()
{
    RateLimit rate(10, 5);
    std::chrono::microseconds now = 1h;
    int first = 0;
    for (; rate.wait(now) == 0us; ++first)
        rate.take(now);
    QCOMPARE(first, 5);
    int taken = 0;
    for (const auto end = now + 10s; now < end; now += 1ms) {
        for (; rate.wait(now) == 0us; ++taken)
            rate.take(now);
    }
    QVERIFY2(taken == 99 || taken == 100, qPrintable(QString::number(taken)));
    // A long quiet while is not saved up.
    now += 1h;
    for (first = 0; rate.wait(now) == 0us; ++first)
        rate.take(now);
    QCOMPARE(first, 5);
}

QTEST_APPLESS_MAIN(PollPlanTest)
#include "tst_pollplan.moc"
