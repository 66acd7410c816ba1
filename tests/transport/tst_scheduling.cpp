// SPDX-License-Identifier: MIT
#include "support/loadedplugin.h"
#include "support/memoryhelpers.h"
#include "support/party.h"
#include "support/sealedlog.h"

#include <QTimer>
#include <QtTest>

#include <mutex>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

// What a name system on the network was asked, by the worker, and how much of it at a time.
struct Traffic
{
    std::mutex mutex;
    QStringList asked;
    int underWay = 0;
    int most = 0;

    QStringList takeAsked()
    {
        const std::lock_guard lock(mutex);
        return std::exchange(asked, {});
    }
    int count()
    {
        const std::lock_guard lock(mutex);
        return int(asked.size());
    }
};

Traffic &traffic()
{
    static Traffic one;
    return one;
}

// Answers after a while, as a network does, with what the memory world "budget" has.
class DistantNames : public NameSystem
{
public:
    bool needsNetwork() const override { return true; }
    void abort() override {}
    int embedLimit() const override { return 0; }
    QFuture<Problem> put(const QString &name, const QByteArray &record) override
    {
        return m_world->putRecord(name, record);
    }
    QFuture<Result<QList<QByteArray>>> get(const QString &name, qint64) override
    {
        {
            const std::lock_guard lock(traffic().mutex);
            traffic().asked.append(name);
            traffic().most = std::max(traffic().most, ++traffic().underWay);
        }
        const auto promise = std::make_shared<QPromise<Result<QList<QByteArray>>>>();
        promise->start();
        QTimer::singleShot(20, this, [this, promise, name] {
            {
                const std::lock_guard lock(traffic().mutex);
                --traffic().underWay;
            }
            promise->addResult(m_world->getRecords(name).result());
            promise->finish();
        });
        return promise->future();
    }

private:
    std::shared_ptr<MemoryWorld> m_world = MemoryWorld::named(QStringLiteral("budget"));
};

const QUrl Distant(QStringLiteral("distant://names"));
constexpr auto Connected = NetworkWatch::Reachability::Connected;
constexpr auto Disconnected = NetworkWatch::Reachability::Disconnected;
constexpr int Logs = 100;

} // namespace

// A reader of many logs, as his messenger and the name systems see him.
class SchedulingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void manyLogsShareABudget();
    void nothingIsAttemptedWhilePaused();
    void nothingIsAttemptedWhileOffline();
    void aLostSignalOfTheNetworkIsMadeUpForBySyncNow();
};

void SchedulingTest::initTestCase()
{
    QVERIFY(!loadedPlugin().registerNameSystem(QStringLiteral("distant"),
                                               [](const QUrl &) { return new DistantNames; }));
}

void SchedulingTest::manyLogsShareABudget()
{
    const auto world = MemoryWorld::named(QStringLiteral("budget"));
    std::vector<std::unique_ptr<SealedLog>> logs;
    QHash<QString, int> numbers;
    for (int i = 0; i < Logs; ++i) {
        logs.push_back(std::make_unique<SealedLog>(QString::number(i)));
        logs.back()->add({"entry"});
        numbers.insert(logs.back()->name(), i);
        world->publish(logs.back()->name(), logs.back()->blocks, logs.back()->record());
    }
    Party bob({helperOnNetwork("budget-blocks"), Distant});
    MemoryWorld::named(QStringLiteral("budget-blocks"))->setBlocks(world->blocks());
    bob.network.set(Disconnected);
    bob.open();
    std::vector<IncomingLog *> followed;
    for (const auto &log : logs)
        followed.push_back(bob.transport().follow(log->link()));
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Offline; }));

    QCOMPARE(traffic().count(), 0);
    bob.network.set(Connected);
    QVERIFY(waitFor([&] {
        return std::all_of(followed.begin(), followed.end(),
                           [](const IncomingLog *log) { return log->head().recordNumber() == 1; });
    }));
    QStringList asked = traffic().takeAsked();
    asked.removeDuplicates();
    QCOMPARE(asked.size(), Logs);
    QVERIFY2(traffic().most <= 8, qPrintable(QString::number(traffic().most)));
    QVERIFY(traffic().most > 1);

    // Those that had news since go first when all are asked.
    QList<int> recent;
    for (const int place : {75, 20, 50}) {
        const int i = numbers.value(asked.at(place));
        logs.at(std::size_t(i))->add({"news"});
        world->publish(logs.at(std::size_t(i))->name(), {}, logs.at(std::size_t(i))->record());
        followed.at(std::size_t(i))->checkNow();
        QVERIFY(waitFor([&] { return followed.at(std::size_t(i))->head().recordNumber() == 2; }));
        recent.prepend(i);
    }
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Idle; }));
    traffic().takeAsked();
    const auto longestIdle = std::size_t(numbers.value(asked.constFirst()));
    logs.at(longestIdle)->add({"news"});
    world->publish(logs.at(longestIdle)->name(), {}, logs.at(longestIdle)->record());
    bob.transport().syncNow();
    QVERIFY(waitFor([] { return traffic().count() >= 3; }));
    // It would have to wait for all others.
    followed.at(longestIdle)->checkNow();
    QVERIFY(waitFor([&] { return followed.at(longestIdle)->head().recordNumber() == 2; }));
    asked = traffic().takeAsked();
    QVERIFY2(asked.size() < Logs - 10, qPrintable(QString::number(asked.size())));
    QList<int> first;
    for (const QString &name : asked.first(3))
        first.append(numbers.value(name));
    QCOMPARE(first, recent);
    QVERIFY2(traffic().most <= 8, qPrintable(QString::number(traffic().most)));
}

// That nothing is put either is seen where no while passes before an entry is cut: in tests/engine.
void SchedulingTest::nothingIsAttemptedWhilePaused()
{
    const auto world = MemoryWorld::named(QStringLiteral("still-paused"));
    SealedLog log;
    log.add({"one"});
    world->publish(log.name(), log.blocks, log.record());
    Party bob({helperOnNetwork("still-paused")});
    bob.open();
    OutgoingLog *own = bob.transport().openLog(QStringLiteral("notes"));
    Reader reader(bob.transport().follow(log.link()));
    QVERIFY(waitFor([&] { return reader.entries.size() == 1 && own->isReady(); }));
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Idle; }));

    bob.transport().setPaused(true);
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Offline; }));
    world->resetCounts();
    log.add({"two"});
    world->publish(log.name(), log.blocks, log.record());
    reader.log->checkNow();
    bob.transport().syncNow();
    SealedLog another(QStringLiteral("another"));
    Reader newcomer(bob.transport().follow(another.link()));
    QVERIFY(await(own->append("waits")).ok());
    QVERIFY(await(own->read(1, 1)).ok()); // the worker has seen all of it
    const MemoryWorld::Counts counts = world->counts();
    QCOMPARE(counts.nameGets, 0);
    QCOMPARE(counts.gets, 0);
    QVERIFY(!bob.transport().problem());

    // All of it was only put off.
    bob.transport().setPaused(false);
    QVERIFY(waitFor([&] { return reader.entries.size() == 2; }));
    QVERIFY(waitFor([&] { return own->head().lastSequence() == 1; }));
}

void SchedulingTest::nothingIsAttemptedWhileOffline()
{
    const auto world = MemoryWorld::named(QStringLiteral("still-offline"));
    SealedLog log;
    log.add({"one"});
    const QByteArray record = log.record();
    world->publish(log.name(), log.blocks, record);
    // What the near one does meanwhile tells that the far one would have been used.
    const auto near = MemoryWorld::named(QStringLiteral("still-near"));
    near->publish(log.name(), log.blocks, record);
    Party bob({helperOnNetwork("still-offline"), helper("still-near")});
    bob.open();
    OutgoingLog *own = bob.transport().openLog(QStringLiteral("notes"));
    Reader reader(bob.transport().follow(log.link()));
    QVERIFY(waitFor([&] { return reader.entries.size() == 1 && own->isReady(); }));
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Idle; }));

    bob.network.set(Disconnected);
    QVERIFY(waitFor([&] { return !bob.transport().helpers().constFirst().isUsable(); }));
    world->resetCounts();
    log.add({"two"});
    world->publish(log.name(), log.blocks, log.record());
    reader.log->checkNow();
    bob.transport().syncNow();
    SealedLog another(QStringLiteral("another"));
    another.add({"near"});
    near->publish(another.name(), another.blocks, another.record());
    Reader newcomer(bob.transport().follow(another.link()));
    QVERIFY(await(own->append("waits")).ok());
    QVERIFY(waitFor([&] { return own->head().lastSequence() == 1; })); // published near
    QVERIFY(waitFor([&] { return newcomer.entries.size() == 1; }));
    const MemoryWorld::Counts counts = world->counts();
    QCOMPARE(counts.nameGets, 0);
    QCOMPARE(counts.namePuts, 0);
    QCOMPARE(counts.gets, 0);
    QCOMPARE(counts.puts, 0);
    QVERIFY(!bob.transport().problem());

    // All of it was only put off.
    bob.network.set(Connected);
    QVERIFY(waitFor([&] { return reader.entries.size() == 2; }));
    QVERIFY(waitFor([&] { return world->counts().puts > 0 && world->counts().namePuts > 0; }));
}

void SchedulingTest::aLostSignalOfTheNetworkIsMadeUpForBySyncNow()
{
    Party bob({helperOnNetwork("lost-signal")});
    bob.network.set(Disconnected);
    bob.open();
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Offline; }));
    {
        const QSignalBlocker blocker(bob.network);
        bob.network.set(Connected);
    }
    bob.transport().syncNow();
    QVERIFY(waitFor([&] { return bob.transport().state() == Transport::State::Idle; }));
}

QTEST_GUILESS_MAIN(SchedulingTest)
#include "tst_scheduling.moc"
