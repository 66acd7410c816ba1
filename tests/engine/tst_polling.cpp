// SPDX-License-Identifier: MIT
#include "testengine.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

// Which of many logs an engine asks for, when, and in which order.
class PollingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_engine = std::make_unique<TestEngine>(); }
    void cleanup() { m_engine.reset(); }
    void manyLogsStayWithinTheBudget();
    void checkNowAndNewsOvertake();
    void recentlyActiveFirst();
    void unfollowedIsNotAsked();
    void newHintsAreAReasonToAsk();
    void whoNeverAnswersKeepsNobodyFromBeingAsked();
    void aNameThatFailsIsLeftToThePlan_data();
    void aNameThatFailsIsLeftToThePlan();
    void noProperAnswerIsAskedForAgain();
    void aFailureThatIsNoNewsIsTheEndOfAskingToo();
    void pollsGoOnByThemselves();
    void anIdleLogIsPolledLess();

private:
    // The log has news, and is asked for.
    void makeActive(int log);

    std::unique_ptr<TestEngine> m_engine;
};

void PollingTest::makeActive(int log)
{
    (*m_engine)->incoming().check(m_engine->key(log));
    QTRY_COMPARE(names()->gets.size(), 1);
    names()->answer(QList<QByteArray>{m_engine->log(log).record()});
    QTRY_VERIFY(!(*m_engine)->incoming().isBusy());
    // The clock by which one is active later than another goes on.
    QElapsedTimer clock;
    clock.start();
    QTRY_VERIFY(clock.hasExpired(1));
}

// ---- A budget for many logs

void PollingTest::manyLogsStayWithinTheBudget()
{
    QVERIFY(m_engine->open({Far, Near}));
    m_engine->follow(300);
    for (int round = 1; round <= 2; ++round) {
        const auto answerNear = [] {
            while (!names(Near)->gets.isEmpty())
                names(Near)->answer();
            return names(Near)->asked.size() >= 300;
        };
        QVERIFY(QTest::qWaitFor(answerNear, 60'000)); // however long the other one takes
        QVERIFY(names(Far)->asked.size() < 10 * round);
        const int most = m_engine->answerAll();
        // Of polls, as in the second round, a quarter less.
        const int limit = m_engine->timing.namesAtOnce;
        QCOMPARE(most, round == 1 ? limit : limit * 3 / 4);
        const QStringList &asked = names()->asked;
        QCOMPARE(QSet<QString>(asked.begin(), asked.end()).size(), 300);
        QCOMPARE(asked.size(), 300);
        QCOMPARE(names(Near)->asked.size(), 300);
        names(Near)->asked.clear();
        names(Far)->asked.clear();
        (*m_engine)->syncNow();
    }
}

void PollingTest::checkNowAndNewsOvertake()
{
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(50);
    QVERIFY(m_engine->answerAll() > 0);
    names()->asked.clear();
    (*m_engine)->syncNow();
    QTRY_COMPARE(names()->gets.size(), 3); // the ones that were followed last
    const QStringList already = names()->gets;
    names()->asked.clear();
    (*m_engine)->incoming().check(m_engine->key(12));
    Q_EMIT names()->changed(m_engine->name(17));
    const SealedLog newcomer(QStringLiteral("newcomer"));
    (*m_engine)->incoming().follow(newcomer.link(), 0);
    QTRY_COMPARE(names()->gets.size(), 4); // the first one has a place that polls leave
    names()->answer();
    names()->answer();
    QTRY_COMPARE(names()->asked,
                 QStringList({m_engine->name(12), m_engine->name(17), newcomer.name()}));
    QVERIFY(m_engine->answerAll() > 0);
    // Each of them once: who waits is not asked twice.
    QCOMPARE(names()->asked.size() + already.size(), 51);
}

void PollingTest::recentlyActiveFirst()
{
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(50);
    QVERIFY(m_engine->answerAll() > 0);
    for (const int log : {30, 10, 20})
        makeActive(log);
    names()->asked.clear();
    (*m_engine)->syncNow();
    QTRY_COMPARE(names()->asked,
                 QStringList({m_engine->name(20), m_engine->name(10), m_engine->name(30)}));
    QVERIFY(m_engine->answerAll() > 0);
    QCOMPARE(names()->asked.size(), 50);
}

void PollingTest::unfollowedIsNotAsked()
{
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(20);
    QTRY_COMPARE(names()->gets.size(), 4);
    QVERIFY(names()->gets.contains(m_engine->name(0)));
    const Reply<Problem> waiting;
    (*m_engine)->incoming().unfollow(m_engine->key(15), waiting);
    const Reply<Problem> underWay;
    (*m_engine)->incoming().unfollow(m_engine->key(0), underWay);
    QVERIFY(!waiting.future().result());
    QVERIFY(!underWay.future().result());
    QVERIFY(m_engine->answerAll() > 0);
    QVERIFY(!names()->asked.contains(m_engine->name(15)));
    QCOMPARE(names()->asked.size(), 19);
    (*m_engine)->syncNow();
    QVERIFY(m_engine->answerAll() > 0);
    QCOMPARE(names()->asked.size(), 19 + 18);
}

void PollingTest::newHintsAreAReasonToAsk()
{
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(1);
    QVERIFY(m_engine->answerAll() > 0);
    const LogLink link = m_engine->log(0).link();
    (*m_engine)->incoming().follow(link, 0);
    QVERIFY(!(*m_engine)->incoming().isBusy());
    const QUrl hint(QStringLiteral("far+https://names.messenger.net/"));
    (*m_engine)->incoming().follow(withHints(link, {hint}), 0);
    QVERIFY(m_engine->answerAll() > 0);
    QCOMPARE(names()->asked.size(), 2);
}

// ---- What is not answered

void PollingTest::whoNeverAnswersKeepsNobodyFromBeingAsked()
{
    m_engine->timing.nameGetLimit = 200ms;
    m_engine->timing.retryFirst = m_engine->timing.retryMost = 10ms;
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(9);
    QVERIFY(m_engine->answerAll() > 0);
    for (int log = 1; log < 9; ++log)
        makeActive(log);
    names()->asked.clear();
    (*m_engine)->syncNow();
    const QString longestIdle = m_engine->name(0);
    QTRY_VERIFY_WITH_TIMEOUT(names()->asked.contains(longestIdle), 60'000);
    QVERIFY(names()->asked.indexOf(longestIdle) >= 3); // the others had their turn
}

void PollingTest::aNameThatFailsIsLeftToThePlan_data()
{
    QTest::addColumn<Problem>("problem");
    QTest::addColumn<int>("questions");
    QTest::newRow("fails") << Problem(Problem::Kind::WillRetry, QStringLiteral("refused")) << 2;
    QTest::newRow("is refused") << Problem(Problem::Kind::Rejected, QStringLiteral("no")) << 1;
}

void PollingTest::aNameThatFailsIsLeftToThePlan()
{
    QFETCH(Problem, problem);
    QFETCH(int, questions);
    m_engine->timing.retryFirst = m_engine->timing.retryMost = 10ms;
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(2);
    const auto count = [this](int log) { return names()->asked.count(m_engine->name(log)); };
    const auto answer = [&] {
        while (!names()->gets.isEmpty()) {
            const bool fails = names()->gets.constFirst() == m_engine->name(0);
            names()->answer(fails ? ScriptedNames::Answer(problem)
                                  : ScriptedNames::Answer(QList<QByteArray>()));
        }
        return count(0) >= questions && !(*m_engine)->incoming().isBusy();
    };
    QVERIFY(QTest::qWaitFor(answer, 60'000));
    // Whenever the system may be used again somebody else is asked for.
    for (int round = 0; round < 50; ++round) {
        const auto before = count(1);
        (*m_engine)->incoming().check(m_engine->key(1));
        QVERIFY(QTest::qWaitFor([&] { return answer() && count(1) > before; }, 60'000));
    }
    QCOMPARE(count(0), questions);
}

void PollingTest::noProperAnswerIsAskedForAgain()
{
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(50);
    QVERIFY(m_engine->answerAll() > 0);
    // In the next run they are idle, and polled once in almost a minute.
    m_engine->timing.poll = 1s;
    m_engine->timing.pollsAlways = 1;
    QVERIFY(m_engine->open({Far}));
    const auto answer = [this] {
        while (!names()->gets.isEmpty()) {
            const bool isProper = names()->gets.constFirst() != m_engine->name(7);
            names()->answer(isProper ? ScriptedNames::Answer(QList<QByteArray>())
                                     : Problem(Problem::Kind::Tampered, QString()));
        }
        return names()->asked.count(m_engine->name(7)) == 3;
    };
    QVERIFY(QTest::qWaitFor(answer, 60'000));
    QCOMPARE(names()->asked.size(), 52);
}

void PollingTest::aFailureThatIsNoNewsIsTheEndOfAskingToo()
{
    const Problem refused(Problem::Kind::WillRetry, QStringLiteral("refused"));
    m_engine->timing.retryFirst = m_engine->timing.retryMost = 1h;
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(1);
    for (int round = 0; round < 2; ++round) {
        QTRY_COMPARE(names()->gets.size(), 1);
        QTRY_COMPARE(m_engine->status.state, Transport::State::Syncing);
        names()->answer(refused);
        QTRY_COMPARE(m_engine->status.state, Transport::State::Idle);
        (*m_engine)->syncNow();
    }
}

// ---- When

void PollingTest::pollsGoOnByThemselves()
{
    m_engine->timing.poll = 20ms;
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(3);
    const auto isPolled = [this] {
        while (!names()->gets.isEmpty())
            names()->answer();
        const QStringList &asked = names()->asked;
        return asked.count(m_engine->name(0)) >= 5 && asked.count(m_engine->name(1)) >= 5
               && asked.count(m_engine->name(2)) >= 5;
    };
    QVERIFY(QTest::qWaitFor(isPolled, 60'000));
}

void PollingTest::anIdleLogIsPolledLess()
{
    m_engine->timing.poll = 20ms;
    m_engine->timing.pollsAlways = 1;
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(20);
    int fresh = 0;
    int idle = 0;
    const auto answer = [&] {
        while (!names()->gets.isEmpty()) {
            const bool isFresh = names()->gets.constFirst() == m_engine->name(0);
            fresh += isFresh ? 1 : 0;
            idle += names()->gets.constFirst() == m_engine->name(1) ? 1 : 0;
            m_engine->log(0).add({"news"});
            names()->answer(isFresh ? QList<QByteArray>{m_engine->log(0).record()}
                                    : QList<QByteArray>());
        }
        return fresh >= 60;
    };
    QVERIFY(QTest::qWaitFor(answer, 60'000));
    QVERIFY2(idle < fresh * 2 / 3, qPrintable(QStringLiteral("%1 of %2").arg(idle).arg(fresh)));
}

QTEST_GUILESS_MAIN(PollingTest)
#include "tst_polling.moc"
