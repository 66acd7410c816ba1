// SPDX-License-Identifier: MIT
#include "testengine.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

// What an engine does while it is paused or has no network: nothing, and all of it later.
class HeldBackTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_engine = std::make_unique<TestEngine>();
        m_engine->timing.poll = 5ms;
        m_engine->timing.networkQuiet = 1ms;
    }
    void cleanup() { m_engine.reset(); }
    void nothingIsAskedWhilePaused();
    void nothingIsAskedWhileOffline();

private:
    std::unique_ptr<TestEngine> m_engine;
};

void HeldBackTest::nothingIsAskedWhilePaused()
{
    QVERIFY(m_engine->open({Far, Near}));
    m_engine->follow(10);
    QTRY_COMPARE(names(Far)->gets.size(), 4);
    (*m_engine)->setPaused(true);
    while (!names(Far)->gets.isEmpty())
        names(Far)->answer();
    while (!names(Near)->gets.isEmpty())
        names(Near)->answer();
    QTRY_VERIFY(!(*m_engine)->incoming().isBusy()); // also those who waited
    names(Far)->asked.clear();
    names(Near)->asked.clear();
    (*m_engine)->syncNow();
    (*m_engine)->incoming().check(m_engine->key(3));
    Q_EMIT names(Near)->changed(m_engine->name(4));
    m_engine->setNetwork(Disconnected);
    m_engine->setNetwork(Connected);
    // Another one that is not paused polls again and again meanwhile.
    const QUrl clock(QStringLiteral("near://clock"));
    TestEngine other;
    other.timing = m_engine->timing;
    QVERIFY(other.open({clock}));
    other.follow(1);
    const auto answerClock = [&clock] {
        while (!names(clock)->gets.isEmpty())
            names(clock)->answer();
        return names(clock)->asked.size() >= 20;
    };
    QVERIFY(QTest::qWaitFor(answerClock, 60'000));
    QVERIFY(names(Far)->asked.isEmpty());
    QVERIFY(names(Near)->asked.isEmpty());
    (*m_engine)->setPaused(false);
    const auto answerFar = [] {
        while (!names(Far)->gets.isEmpty())
            names(Far)->answer();
        return QSet<QString>(names(Far)->asked.begin(), names(Far)->asked.end()).size() == 10;
    };
    QVERIFY(QTest::qWaitFor(answerFar, 60'000));
}

void HeldBackTest::nothingIsAskedWhileOffline()
{
    QVERIFY(m_engine->open({Far, Near}));
    m_engine->setNetwork(Disconnected);
    m_engine->follow(5);
    (*m_engine)->syncNow();
    (*m_engine)->incoming().check(m_engine->key(3));
    Q_EMIT names(Near)->changed(m_engine->name(4));
    // The one that needs no network is polled again and again meanwhile.
    const auto answerNear = [] {
        while (!names(Near)->gets.isEmpty())
            names(Near)->answer();
        return names(Near)->asked.size() >= 50;
    };
    QVERIFY(QTest::qWaitFor(answerNear, 60'000));
    QCOMPARE(names(Far)->asked.size(), 0);
    m_engine->setNetwork(Connected);
    QTRY_VERIFY(!names(Far)->asked.isEmpty());
}

QTEST_GUILESS_MAIN(HeldBackTest)
#include "tst_heldback.moc"
