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
    start();
    for (int round = 0; round < 2; ++round) {
        QList<QByteArray> asked;
        for (const int count : {64, 64, 2}) {
            QTRY_COMPARE(store()->questions.size(), 1);
            QCOMPARE(store()->questions.first().size(), count);
            asked += store()->questions.first();
            answerAllThere();
        }
        QCOMPARE(asked, all);
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
    QTest::newRow("held back") << true << Helper::Direction::Read;
    QTest::newRow("cannot be asked") << false << Helper::Direction::Read;
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

QTEST_GUILESS_MAIN(PatrolTest)
#include "tst_patrol.moc"
