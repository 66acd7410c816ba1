// SPDX-License-Identifier: MIT
#include "testengine.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

// What an engine makes of a network that comes, goes and changes.
class NetworkChangeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_engine = std::make_unique<TestEngine>(); }
    void cleanup() { m_engine.reset(); }
    void flappingCostsOneReset();
    void goingDownIsAtOnce_data();
    void goingDownIsAtOnce();
    void aLossIsNoReasonToAsk();
    void theNewestNetworkCounts_data();
    void theNewestNetworkCounts();
    void readingGoesOnAtOnce_data();
    void readingGoesOnAtOnce();
    void theUploadStartsOnTheEvent_data();
    void theUploadStartsOnTheEvent();

private:
    std::unique_ptr<TestEngine> m_engine;
};

void NetworkChangeTest::flappingCostsOneReset()
{
    m_engine->timing.networkQuiet = 1h;
    QVERIFY(m_engine->open({Far}, false));
    m_engine->setNetwork(Connected);
    QCOMPARE(names()->aborts, 1); // at once
    for (int i = 0; i < 10; ++i) {
        m_engine->setNetwork(Disconnected);
        m_engine->setNetwork(Connected);
        m_engine->setNetwork(Connected); // another one of the same kind
    }
    QCOMPARE(names()->aborts, 1);
}

void NetworkChangeTest::goingDownIsAtOnce_data()
{
    QTest::addColumn<NetworkWatch::Reachability>("reachability");
    QTest::addColumn<bool>("isCaptivePortal");
    QTest::newRow("disconnected") << Disconnected << false;
    QTest::newRow("captive portal") << Connected << true;
}

void NetworkChangeTest::goingDownIsAtOnce()
{
    QFETCH(NetworkWatch::Reachability, reachability);
    QFETCH(bool, isCaptivePortal);
    m_engine->timing.networkQuiet = 1h;
    QVERIFY(m_engine->open({Far}, false));
    m_engine->setNetwork(Connected);
    QTRY_VERIFY(m_engine->isUsable());
    m_engine->setNetwork(reachability, isCaptivePortal);
    QTRY_VERIFY(m_engine->isHeldBack());
    QCOMPARE(names()->aborts, 1);
}

void NetworkChangeTest::aLossIsNoReasonToAsk()
{
    m_engine->timing.networkQuiet = 20ms;
    QVERIFY(m_engine->open({Near, Far}));
    m_engine->follow(3);
    QTRY_COMPARE(names(Far)->gets.size(), 3);
    while (!names(Far)->gets.isEmpty())
        names(Far)->answer();
    QVERIFY(m_engine->answerAll(Near) > 0);
    names(Near)->asked.clear();
    m_engine->setNetwork(Disconnected);
    QTRY_COMPARE(names(Far)->aborts, 1); // it is acted on
    // Whoever had been woken by it would have asked before these.
    QStringList asked;
    for (int round = 0; round < 5; ++round) {
        (*m_engine)->incoming().check(m_engine->key(0));
        asked.append(m_engine->name(0));
        QVERIFY(m_engine->answerAll(Near) > 0);
    }
    QCOMPARE(names(Near)->asked, asked);
    // What comes then is a reason, and is not delayed.
    m_engine->setNetwork(Connected);
    QCOMPARE(names(Far)->aborts, 2);
    QTRY_COMPARE(names(Near)->asked.size(), asked.size() + 3);
}

void NetworkChangeTest::theNewestNetworkCounts_data()
{
    QTest::addColumn<bool>("isUp");
    QTest::newRow("up") << true;
    QTest::newRow("down") << false;
}

void NetworkChangeTest::theNewestNetworkCounts()
{
    QFETCH(bool, isUp);
    m_engine->timing.networkQuiet = 200ms;
    QVERIFY(m_engine->open({Far}, false));
    m_engine->setNetwork(Connected);
    m_engine->setNetwork(Disconnected);
    m_engine->setNetwork(Connected);
    m_engine->setNetwork(Disconnected);
    if (isUp)
        m_engine->setNetwork(Connected);
    QTRY_VERIFY(names()->aborts >= 2);
    QTRY_COMPARE(m_engine->isUsable(), isUp);
    QCOMPARE(m_engine->isHeldBack(), !isUp);
}

// ---- What goes on with it

void NetworkChangeTest::readingGoesOnAtOnce_data()
{
    QTest::addColumn<bool>("isSame");
    QTest::newRow("another network of the same kind") << true;
    QTest::newRow("the network is back") << false;
}

void NetworkChangeTest::readingGoesOnAtOnce()
{
    QFETCH(bool, isSame);
    m_engine->timing.retryFirst = m_engine->timing.retryMost = 1h;
    m_engine->timing.networkQuiet = 0ms;
    QVERIFY(m_engine->open({FarStore, Near}));
    store()->endsGetsOnAbort = true;
    m_engine->setNetwork(Connected);
    m_engine->follow(1);
    (*m_engine)->incoming().start(m_engine->key(0));
    QTRY_COMPARE(names(Near)->gets.size(), 1);
    SealedLog &log = m_engine->log(0);
    names(Near)->answer(QList<QByteArray>{log.record()});
    QTRY_COMPARE(store()->gets.size(), 1);
    if (!isSame)
        m_engine->setNetwork(Disconnected);
    m_engine->setNetwork(Connected);
    QTRY_COMPARE(store()->aborts, 2); // the first one was before
    QTRY_COMPARE(store()->gets.size(), 1);
    store()->answerGet(log.blocks.value(store()->gets.constFirst()));
    QTRY_COMPARE(m_engine->received.size(), 1);
}

void NetworkChangeTest::theUploadStartsOnTheEvent_data()
{
    QTest::addColumn<bool>("isPaused");
    QTest::newRow("paused") << true;
    QTest::newRow("offline") << false;
}

// With every timer disabled that stands behind the events.
void NetworkChangeTest::theUploadStartsOnTheEvent()
{
    QFETCH(bool, isPaused);
    Timing &timing = m_engine->timing;
    timing.retryFirst = timing.retryMost = timing.networkQuiet = 1h;
    timing.debounce = 0ms;
    QVERIFY(m_engine->open({FarStore, Far}));
    const auto holdBack = [&](bool hold) {
        if (isPaused)
            (*m_engine)->setPaused(hold);
        else
            m_engine->setNetwork(hold ? Disconnected : Connected);
    };
    holdBack(true);
    // The second one finds that the first one's time to be cut is over.
    for (const int pending : {1, 2}) {
        m_engine->append(QStringLiteral("notes"), "entry");
        QTRY_COMPARE(m_engine->status.pendingCount, pending);
    }
    (*m_engine)->syncNow();
    QTRY_COMPARE(m_engine->status.state, Transport::State::Offline);
    QVERIFY(store()->puts.isEmpty());
    QVERIFY(store()->questions.isEmpty());
    QVERIFY(names()->asked.isEmpty());

    holdBack(false);
    QTRY_COMPARE(store()->puts.size(), 1);
    QTRY_COMPARE(names()->gets.size(), 1);
    names()->answer(); // nobody else has this name
    store()->answerPut({});
    QTRY_COMPARE(names()->puts, 1);
    QTRY_COMPARE(names()->gets.size(), 1);
    QVERIFY(m_engine->status.lastPublished.isNull());
    names()->answer(QList<QByteArray>{names()->lastPut});
    QTRY_VERIFY(!m_engine->status.lastPublished.isNull());
    QTRY_COMPARE(m_engine->status.pendingCount, 0);
}

QTEST_GUILESS_MAIN(NetworkChangeTest)
#include "tst_networkchange.moc"
