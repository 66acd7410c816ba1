// SPDX-License-Identifier: MIT
#include "engine/writing/patrol.h"
#include "logandstores.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

// What a store is asked for in the background, and when it is left alone.
class PatrolTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void allIsAskedForAndNothingPut();
    void whatIsMissingIsPutBack();
    void aHeadIsPutBackAsHead();
    void goesOnWhereItWasInterrupted();
    void waitsForTheStore_data();
    void waitsForTheStore();
    void everythingElseGoesFirst();
    void whatIsHeardIsTheStoresHealth();
    void endsWhenSomebodyElseLooks();
    void whatAlwaysFailsEndsTheRound_data();
    void whatAlwaysFailsEndsTheRound();
    void aSleepCounts();
    void aSlowAnswerIsAwaited();
    void logsTakeTurns();

private:
    void start();
    // What comes at once, and by timers of no time, has come after this.
    void settle()
    {
        for (int round = 0; round < 3; ++round) {
            QEventLoop loop;
            QTimer::singleShot(1, &loop, &QEventLoop::quit);
            loop.exec();
        }
    }
    void answerAllThere()
    {
        store()->answerExists(QList<bool>(store()->questions.first().size(), true));
    }

    bool m_mayGo = true;
    std::unique_ptr<LogAndStores> m_own;
    std::unique_ptr<Patrol> m_patrol;
};

void PatrolTest::init()
{
    m_patrol.reset();
    m_own.reset();
    m_own = std::make_unique<LogAndStores>();
    m_own->timing.patrolFirst = 0ms;
    m_own->timing.patrolStep = 0ms;
    m_own->timing.patrolPause = 0ms;
    m_own->use({First});
    m_mayGo = true;
}

void PatrolTest::start()
{
    m_own->place({m_own->log.position.nextPage, m_own->log.position.tail});
    m_patrol = std::make_unique<Patrol>(
        m_own->log, m_own->helper(), *m_own->context, [this] { return m_mayGo; }, nullptr);
    connect(m_own->helpers.get(), &HelperSet::usable, m_patrol.get(), &Patrol::advance);
}

void PatrolTest::allIsAskedForAndNothingPut()
{
    m_own->addPages(130, 100);
    QList<QByteArray> all;
    const QList<OwnBlock> blocks = m_own->blocks();
    for (const OwnBlock &block : blocks)
        all.append(block.block.address());
    // The newest first, for this may not last for long.
    const QList<QByteArray> newestFirst = all.mid(66) + all.mid(2, 64) + all.mid(0, 2);
    start();
    for (int round = 0; round < 2; ++round) {
        QList<QByteArray> asked;
        for (const int count : {64, 64, 2}) {
            QTRY_COMPARE(store()->questions.size(), 1);
            QCOMPARE(store()->questions.first().size(), count);
            asked += store()->questions.first();
            answerAllThere();
        }
        QCOMPARE(asked, newestFirst);
    }
    settle();
    QVERIFY(store()->puts.isEmpty());
}

void PatrolTest::whatIsMissingIsPutBack()
{
    m_own->addPages(3, 100, 1);
    start();
    QTRY_COMPARE(store()->questions.size(), 1);
    store()->answerExists(QList<bool>{true, true, false, true, false, true});
    QTRY_COMPARE(store()->puts.size(), 1);
    const Upload upload = store()->puts.first();
    QCOMPARE(upload.blocks().size(), 2);
    QCOMPARE(upload.blocks().first().bytes(), m_own->blocks().at(2).block.bytes());
    QCOMPARE(upload.blocks().last().bytes(), m_own->blocks().at(4).block.bytes());
    // The head is there, and so is what pins it.
    QVERIFY(upload.head().isNull());
    QVERIFY(!upload.completesTree());
    store()->answerPut({});
    QTRY_COMPARE(store()->questions.size(), 1); // the next round
    QVERIFY(store()->puts.isEmpty());
}

void PatrolTest::aHeadIsPutBackAsHead()
{
    m_own->addPages(2, 100);
    start();
    QTRY_COMPARE(store()->questions.size(), 1);
    store()->answerExists(QList<bool>{false, false});
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().size(), 1);
    QVERIFY(store()->puts.first().head().isNull());
    store()->answerPut({});
    QTRY_COMPARE(store()->puts.size(), 1);
    QVERIFY(store()->questions.isEmpty());
    store()->answerPut(Refused); // comes again
    QTRY_COMPARE(store()->puts.size(), 1);
    const Upload upload = store()->puts.first();
    QCOMPARE(upload.blocks().last().address(), m_own->log.position.tail);
    QCOMPARE(upload.head(), m_own->log.position.tail);
    QVERIFY(upload.completesTree());
    // A store that lost its head would refuse this otherwise.
    QVERIFY(upload.previousHead().isNull());
}

void PatrolTest::goesOnWhereItWasInterrupted()
{
    m_own->addPages(100, 100);
    start();
    QTRY_COMPARE(store()->questions.size(), 1);
    answerAllThere();
    QTRY_COMPARE(store()->questions.size(), 1);
    const QList<QByteArray> second = store()->questions.first();
    QCOMPARE(second.size(), 36);
    store()->answerExists(Refused);
    QTRY_COMPARE(store()->questions.size(), 1);
    QCOMPARE(store()->questions.first(), second);
    QList<bool> answer(36, true);
    answer[7] = false;
    store()->answerExists(answer);
    QTRY_COMPARE(store()->puts.size(), 1);
    store()->answerPut(Refused);
    QTRY_COMPARE(store()->questions.size(), 1);
    QCOMPARE(store()->questions.first(), second);
}

void PatrolTest::waitsForTheStore_data()
{
    QTest::addColumn<bool>("isPaused");
    QTest::addColumn<Helper::Direction>("resting");
    QTest::newRow("held back") << true << Helper::Direction::Write;
    QTest::newRow("takes nothing") << false << Helper::Direction::Write;
}

void PatrolTest::waitsForTheStore()
{
    QFETCH(bool, isPaused);
    QFETCH(Helper::Direction, resting);
    m_own->timing.retryFirst = m_own->timing.retryMost = 1h;
    m_own->use({First});
    m_own->addPages(1, 100);
    Helper *helper = m_own->helper();
    if (isPaused)
        m_own->helpers->setPaused(true);
    else
        helper->failed(helper->begin(Helper::Role::Store, resting), Refused);
    start();
    settle();
    m_patrol->advance();
    QVERIFY(store()->questions.isEmpty());
    m_own->helpers->setPaused(false);
    m_own->helpers->reset(false);
    QTRY_COMPARE(store()->questions.size(), 1);
}

void PatrolTest::everythingElseGoesFirst()
{
    m_own->addPages(65, 100);
    start();
    QTRY_COMPARE(store()->questions.size(), 1);
    m_mayGo = false;
    answerAllThere();
    settle();
    QVERIFY(store()->questions.isEmpty());
    m_mayGo = true;
    m_patrol->advance();
    QCOMPARE(store()->questions.size(), 1);
    QCOMPARE(store()->questions.first().size(), 1);
    // Never twice at a time.
    m_patrol->advance();
    QCOMPARE(store()->questions.size(), 1);
}

void PatrolTest::whatIsHeardIsTheStoresHealth()
{
    const Problem busy = Refused.withRetryAfter(1h);
    m_own->addPages(1, 100);
    start();
    QTRY_COMPARE(store()->questions.size(), 1);
    store()->answerExists(busy);
    QTRY_COMPARE(m_own->helpers->statuses().first().problem().retryAfter(), busy.retryAfter());
    settle();
    QVERIFY(store()->questions.isEmpty());
}

void PatrolTest::endsWhenSomebodyElseLooks()
{
    m_own->timing.patrolPause = 24h;
    m_own->use({First});
    m_own->addPages(1, 100);
    start();
    QTRY_COMPARE(store()->questions.size(), 1);
    m_patrol->postpone();
    store()->answerExists(QList<bool>{false});
    settle();
    m_patrol->advance();
    QVERIFY(store()->puts.isEmpty());
    QVERIFY(store()->questions.isEmpty());
}

void PatrolTest::whatAlwaysFailsEndsTheRound_data()
{
    QTest::addColumn<bool>("isPut");
    QTest::addColumn<Problem::Kind>("kind");
    QTest::addColumn<int>("times");
    QTest::newRow("never says what it has") << false << Problem::Kind::WillRetry << 3;
    QTest::newRow("cannot say what it has") << false << Problem::Kind::Unsupported << 1;
    QTest::newRow("never takes what it lacks") << true << Problem::Kind::WillRetry << 3;
    QTest::newRow("refuses what it lacks") << true << Problem::Kind::Rejected << 1;
    QTest::newRow("has no room for what it lacks") << true << Problem::Kind::TooLarge << 1;
}

void PatrolTest::whatAlwaysFailsEndsTheRound()
{
    QFETCH(bool, isPut);
    QFETCH(Problem::Kind, kind);
    QFETCH(int, times);
    QDateTime now = QDateTime::currentDateTimeUtc();
    m_own->timing.patrolPause = 24h;
    m_own->use({First});
    m_own->context->clock = [&now] { return now; };
    m_own->addPages(3, 100);
    start();
    const Problem problem(kind, QStringLiteral("not that"));
    for (int i = 0; i < times; ++i) {
        QTRY_COMPARE(store()->questions.size(), 1);
        if (isPut) {
            store()->answerExists(QList<bool>{true, false, true});
            QTRY_COMPARE(store()->puts.size(), 1);
            store()->answerPut(problem);
        } else {
            store()->answerExists(problem);
        }
    }
    const Helper *helper = m_own->helper();
    const auto isReady = [helper] {
        return helper->isUsable(Helper::Role::Store, Helper::Direction::Write);
    };
    settle(); // the last answer is heard
    QVERIFY(bool(helper->problem(Helper::Role::Store, Helper::Direction::Write)));
    QVERIFY(!helper->problem(Helper::Role::Store, Helper::Direction::Read)); // may serve readers
    QTRY_VERIFY(isReady());
    m_patrol->advance();
    QVERIFY(store()->questions.isEmpty());
    now = now.addDays(1);
    m_patrol->advance();
    QCOMPARE(store()->questions.size(), 1);
}

void PatrolTest::aSleepCounts()
{
    QDateTime now = QDateTime::currentDateTimeUtc();
    m_own->timing.patrolFirst = 10min;
    m_own->use({First});
    m_own->context->clock = [&now] { return now; };
    m_own->addPages(1, 100);
    start();
    now = now.addSecs(299); // half of it at least
    m_patrol->advance();
    QVERIFY(store()->questions.isEmpty());
    now = now.addSecs(301);
    m_patrol->advance();
    QCOMPARE(store()->questions.size(), 1);
}

void PatrolTest::aSlowAnswerIsAwaited()
{
    m_own->timing.callLimit = 100ms;
    m_own->use({First});
    m_own->addPages(1, 100);
    start();
    QTRY_COMPARE(store()->questions.size(), 1);
    const Helper *helper = m_own->helper();
    QTRY_VERIFY(bool(helper->problem(Helper::Role::Store, Helper::Direction::Write)));
    QTRY_VERIFY(helper->isUsable(Helper::Role::Store, Helper::Direction::Write));
    settle();
    m_patrol->advance();
    QCOMPARE(store()->questions.size(), 1);
    store()->answerExists(QList<bool>{false});
    settle();
    QVERIFY(store()->puts.isEmpty()); // it is asked again
    m_patrol->advance();
    QCOMPARE(store()->questions.size(), 1);
}

void PatrolTest::logsTakeTurns()
{
    m_own->addPages(70, 100);
    start();
    const auto first = std::exchange(m_patrol, nullptr);
    start();
    for (int round = 0; round < 4; ++round) {
        QTRY_COMPARE(store()->questions.size(), 1);
        settle();
        first->advance();
        m_patrol->advance();
        QCOMPARE(store()->questions.size(), 1);
        // Each in its turn: the newest blocks of both, then the rest of both.
        QCOMPARE(store()->questions.first().size(), round < 2 ? 64 : 6);
        answerAllThere();
    }
}

QTEST_GUILESS_MAIN(PatrolTest)
#include "tst_patrol.moc"
