// SPDX-License-Identifier: MIT
#include "log/address.h"
#include "testengine.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

namespace {

const QString Label = QStringLiteral("notes");
using Mood = MemoryWorld::Mood;

// It lives for ever.
MemoryWorld *world(const char *name)
{
    return MemoryWorld::named(QString::fromLatin1(name)).get();
}

} // namespace

// Several stores and name systems, of which some are no good: what is lost, and what it costs.
class RedundancyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_alice.reset(); }
    void oneGoodHelperIsEnough();
    void aDeadStoreDelaysNobodyAndCatchesUp();
    void aStoreThatIsAddedGetsAll();
    void auditCountsADeadStoreAsFailed();
    void aPatrolGivesWay();
    void whatOneStoreLosesComesBack_data();
    void whatOneStoreLosesComesBack();

private:
    // What timers of no time bring has come after this.
    static void settle()
    {
        for (int round = 0; round < 3; ++round) {
            QEventLoop loop;
            QTimer::singleShot(1, &loop, &QEventLoop::quit);
            loop.exec();
        }
    }
    void publish(int count);
    Problem problemOf(const char *name) const;
    QByteArray newestRecord(const char *name) const;

    std::unique_ptr<TestEngine> m_alice;
};

void RedundancyTest::init()
{
    m_alice = std::make_unique<TestEngine>();
    m_alice->timing.debounce = 0ms;
    m_alice->timing.statusInterval = 0ms;
    m_alice->timing.hedge = 20ms;
    m_alice->timing.callLimit = 500ms;
    m_alice->timing.minimumRate = 1024 * 1024 * 1024;
    m_alice->timing.retryFirst = m_alice->timing.retryMost = 20ms;
}

// As many pages: each waits for the one before.
void RedundancyTest::publish(int count)
{
    for (int i = 0; i < count; ++i) {
        const quint64 sequence = m_alice->outgoing.value(Label).head.lastSequence() + 1;
        m_alice->append(Label, "entry");
        QTRY_COMPARE(m_alice->outgoing.value(Label).head.lastSequence(), sequence);
    }
}

Problem RedundancyTest::problemOf(const char *name) const
{
    for (const HelperStatus &status : m_alice->status.helpers) {
        if (status.url() == helper(name))
            return status.problem();
    }
    return Problem(Problem::Kind::InvalidArgument, QStringLiteral("no such helper"));
}

QByteArray RedundancyTest::newestRecord(const char *name) const
{
    const QString log = m_alice->outgoing.value(Label).link.logName();
    return world(name)->records().value(log).value(0);
}

void RedundancyTest::oneGoodHelperIsEnough()
{
    constexpr int Pages = 50;
    SealedLog log;
    for (int i = 0; i < Pages; ++i)
        log.add({"entry"});
    const QByteArray record = log.record();
    for (const char *name : {"dead", "liar", "slow"})
        world(name)->publish(log.name(), log.blocks, record);
    world("dead")->setMood(Mood::Hangs);
    world("liar")->setStoreMood(Mood::Lies);
    world("slow")->holdGets(true);
    // Long enough that it does not come back to be asked once more.
    m_alice->timing.retryFirst = m_alice->timing.retryMost = 1h;
    QVERIFY(m_alice->open({helper("dead"), helper("liar"), helper("slow")}));
    const IncomingKey key{identityOf(log.link()), 0};
    (*m_alice)->incoming().follow(log.link(), 0);
    (*m_alice)->incoming().start(key);
    int read = 0;
    const QObject whileListening;
    connect(
        m_alice->operator->(), &Engine::entriesReceived, &whileListening,
        [&read](const IncomingKey &, const QList<Entry> &entries) { read += int(entries.size()); });
    const auto isRead = [&read] {
        world("slow")->answerRound();
        return read == Pages;
    };
    QVERIFY(QTest::qWaitFor(isRead, 60'000));
    QCOMPARE(world("slow")->counts().blocksGot, Pages);
    // Each costs once, not for every block.
    QVERIFY2(world("dead")->counts().gets <= 2,
             qPrintable(QString::number(world("dead")->counts().gets)));
    QVERIFY2(world("liar")->counts().gets <= 2,
             qPrintable(QString::number(world("liar")->counts().gets)));
    QCOMPARE(world("dead")->counts().nameGets, 1);
    QTRY_COMPARE(problemOf("dead").kind(), Problem::Kind::WillRetry);
    QCOMPARE(problemOf("liar").kind(), Problem::Kind::Tampered);
    QVERIFY(!problemOf("slow"));
}

void RedundancyTest::aDeadStoreDelaysNobodyAndCatchesUp()
{
    MemoryWorld *dead = world("died");
    dead->setMood(Mood::Hangs);
    QVERIFY(m_alice->open({helper("died"), helper("first"), helper("second")}));
    publish(3);
    QTRY_COMPARE(world("second")->blocks().size(), 3);
    QTRY_VERIFY(problemOf("died"));
    QVERIFY(!problemOf("first"));
    QVERIFY2(dead->counts().puts <= 2, qPrintable(QString::number(dead->counts().puts)));
    dead->setMood(Mood::Works);
    dead->endHanging();
    QTRY_COMPARE(dead->blocks(), world("first")->blocks());
    QTRY_COMPARE(newestRecord("died"), newestRecord("first"));
    QTRY_VERIFY(!problemOf("died"));
    QCOMPARE(world("first")->counts().blocksPut, 3);
    QCOMPARE(world("second")->counts().blocksPut, 3);
}

void RedundancyTest::aStoreThatIsAddedGetsAll()
{
    QVERIFY(m_alice->open({helper("before")}));
    publish(3);
    Settings settings;
    settings.setHelpers({helper("before"), helper("added")});
    (*m_alice)->applySettings(settings, {});
    QTRY_COMPARE(world("added")->blocks(), world("before")->blocks());
    QTRY_COMPARE(newestRecord("added"), newestRecord("before"));
    QCOMPARE(world("added")->counts().blocksPut, 3);
    QCOMPARE(world("before")->counts().blocksPut, 3);
}

void RedundancyTest::auditCountsADeadStoreAsFailed()
{
    QVERIFY(m_alice->open({helper("dies"), helper("stays")}));
    publish(3);
    QTRY_COMPARE(world("dies")->blocks(), world("stays")->blocks());
    QTRY_VERIFY(!(*m_alice)->outgoing().isBusy());
    world("dies")->setMood(Mood::Hangs);
    world("dies")->resetCounts();
    const QByteArray lost = world("stays")->blocks().constBegin().key();
    world("stays")->removeBlock(lost);
    const Reply<Result<Audit>> reply;
    (*m_alice)->outgoing().publisher(Label).value()->audit(reply);
    QTRY_VERIFY(reply.future().isFinished());
    const Audit audit = reply.future().result().value();
    QCOMPARE(audit.blocks(), 6);
    QCOMPARE(audit.checked(), 3);
    QCOMPARE(audit.missing(), 1);
    QCOMPARE(audit.restored(), 1);
    QCOMPARE(audit.failed(), 3);
    QVERIFY(world("stays")->blocks().contains(lost));
    QCOMPARE(world("dies")->counts().exists, 1);
    world("dies")->setMood(Mood::Works);
}

void RedundancyTest::aPatrolGivesWay()
{
    m_alice->timing.callLimit = 60s;
    m_alice->timing.patrolFirst = m_alice->timing.patrolStep = m_alice->timing.patrolPause = 0ms;
    QVERIFY(m_alice->open({FarStore, helper("beside")}));
    m_alice->append(Label, "entry");
    QTRY_COMPARE(store()->puts.size(), 1);
    settle();
    (*m_alice)->syncNow();
    QVERIFY(store()->questions.isEmpty()); // while it is given something
    store()->answerPut({});
    QTRY_COMPARE(store()->questions.size(), 1);
    const Reply<Result<Audit>> reply;
    (*m_alice)->outgoing().publisher(Label).value()->audit(reply);
    QCOMPARE(store()->questions.size(), 2);
    store()->answerExists(QList<bool>{false}); // to whom nobody listens any more
    settle();
    (*m_alice)->syncNow();
    QVERIFY(store()->puts.isEmpty());
    QCOMPARE(store()->questions.size(), 1); // the audit's
    store()->answerExists(QList<bool>{true});
    QTRY_VERIFY(reply.future().isFinished());
    QCOMPARE(reply.future().result().value().missing(), 0);
    (*m_alice)->syncNow();
    QTRY_COMPARE(store()->questions.size(), 1);
}

void RedundancyTest::whatOneStoreLosesComesBack_data()
{
    QTest::addColumn<bool>("isHead");
    QTest::newRow("a block inside") << false;
    QTest::newRow("the head") << true;
}

// In the background, while nobody writes.
void RedundancyTest::whatOneStoreLosesComesBack()
{
    QFETCH(bool, isHead);
    MemoryWorld *whole = world("whole");
    MemoryWorld *losing = world("losing");
    m_alice->timing.patrolFirst = m_alice->timing.patrolStep = m_alice->timing.patrolPause = 1ms;
    QVERIFY(m_alice->open({helper("whole"), helper("losing")}));
    whole->setBlocks({});
    losing->setBlocks({});
    publish(3);
    QTRY_COMPARE(losing->blocks().size(), 3);
    QTRY_VERIFY(!(*m_alice)->outgoing().isBusy());
    for (MemoryWorld *each : {whole, losing}) {
        each->resetCounts();
        QTRY_VERIFY(each->counts().exists >= 2); // a whole round, while nothing is missing
        QCOMPARE(each->counts().puts, 0);
    }
    const QHash<QByteArray, QByteArray> before = losing->blocks();
    const QString head = m_alice->outgoing.value(Label).head.address();
    for (const QByteArray &address : before.keys()) {
        if ((addressToText(address) == head) == isHead) {
            losing->removeBlock(address);
            break;
        }
    }
    QCOMPARE(losing->blocks().size(), 2);
    QTRY_COMPARE(losing->blocks(), before);
    QCOMPARE(losing->counts().blocksPut, 1);
    QCOMPARE(whole->counts().puts, 0);
}

QTEST_GUILESS_MAIN(RedundancyTest)
#include "tst_redundancy.moc"
