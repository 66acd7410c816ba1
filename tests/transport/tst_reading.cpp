// SPDX-License-Identifier: MIT
#include "support/memoryhelpers.h"
#include "support/party.h"
#include "support/sealedlog.h"

#include <QtTest>

#include <SQLiteCpp/Database.h>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

// The worker is through with what it was told before.
void settle(Party &party)
{
    QVERIFY(!await(party.transport().applySettings(party.settings)));
    QVERIFY(waitFor([&party] { return party.transport().state() != Transport::State::Syncing; }));
}

} // namespace

// What a follower does beside plain reading: with what is shared, lost, too much, or not there yet.
class ReadingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoEntriesShareAContent();
    void lostContentIsFetchedAgain();
    void tooLargeIsNotTriedAgain();
    void stuckLogCostsOneGet();
    void newHeadThatIsMissingDoesNotHideTheRest();
    void hangingNamesDelayNobody();
    void offlineIsNoProblem();
};

void ReadingTest::twoEntriesShareAContent()
{
    const auto world = MemoryWorld::named(QStringLiteral("shared-content"));
    Party bob({helper("shared-content")});
    SealedLog log;
    const QByteArray payload(1000, 'p');
    QByteArray address;
    log.addMapped(payload, [&](Page &page) { address = page.pairs.first().address; });
    log.addMapped(payload, [&](Page &page) { page.pairs.first().address = address; });
    world->publish(log.name(), log.blocks, log.record());
    {
        Reader reader(bob.open().follow(log.link()), false);
        QVERIFY(waitFor([&reader] { return reader.entries.size() == 2; }));
        reader.log->commit(1);
        QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
        bob.close();
    }
    world->setBlocks({});
    Reader reader(bob.open().follow(log.link()));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
    QCOMPARE(reader.entries.last().payload(), payload);
}

void ReadingTest::lostContentIsFetchedAgain()
{
    const auto world = MemoryWorld::named(QStringLiteral("lost-content"));
    Party bob({helper("lost-content")});
    SealedLog log;
    log.addMapped("mapped");
    log.add({"embedded"});
    world->publish(log.name(), log.blocks, log.record());
    {
        Reader reader(bob.open().follow(log.link()), false);
        QVERIFY(waitFor([&reader] { return reader.entries.size() == 2; }));
        bob.close();
    }
    const QString file = bob.settings.directory() + QStringLiteral("/remotelog.sqlite");
    SQLite::Database(file.toStdString(), SQLite::OPEN_READWRITE).exec("DELETE FROM inbox_contents");
    Reader reader(bob.open().follow(log.link()));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
    QCOMPARE(reader.entries.first().payload(), QByteArray("mapped"));
    QVERIFY(waitFor([&reader] { return !reader.log->problem(); }));
}

void ReadingTest::tooLargeIsNotTriedAgain()
{
    const auto world = MemoryWorld::named(QStringLiteral("too-large"));
    Party bob({helper("too-large")});
    bob.settings.setMaxPayload(1'000);
    SealedLog log;
    log.add({"small"});
    log.add({QByteArray(2'000, 'x')});
    world->publish(log.name(), log.blocks, log.record());
    Reader reader(bob.open().follow(log.link()));
    QVERIFY(waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::TooLarge; }));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
    settle(bob);
    world->resetCounts();
    // What happens at every poll, and whenever a helper may be used again.
    for (int i = 1; i <= 3; ++i) {
        bob.transport().setPaused(true);
        bob.transport().setPaused(false);
        QVERIFY(waitFor([&] { return world->counts().nameGets >= i; }));
        settle(bob);
    }
    QCOMPARE(world->counts().gets, 0);
    QCOMPARE(reader.log->problem().kind(), Problem::Kind::TooLarge);
    bob.settings.setMaxPayload(3'000);
    settle(bob);
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
}

void ReadingTest::stuckLogCostsOneGet()
{
    // 16 MiB of pages, twice what a reader holds, wait for the oldest one.
    const auto world = MemoryWorld::named(QStringLiteral("stuck-log"));
    Party bob({helper("stuck-log")});
    SealedLog log;
    QList<PageRange> ranges;
    for (int i = 0; i < 400; ++i) {
        const QByteArray page =
            log.add({QByteArray(40'000, 'x')}, [&](Page &head) { head.ranges = ranges; });
        ranges.append(log.range(page));
    }
    world->publish(log.name(), log.blocks, log.record());
    QHash<QByteArray, QByteArray> some = log.blocks;
    some.remove(ranges.first().address);
    world->setBlocks(some);
    Reader reader(bob.open().follow(log.link()));
    QVERIFY(
        waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::WillRetry; }));
    for (int i = 0; i < 3; ++i) {
        world->resetCounts();
        reader.log->checkNow();
        QVERIFY(waitFor([&] { return world->counts().gets > 0; }));
        settle(bob);
        // That page only, however often: the retry may have come as well.
        QCOMPARE(world->counts().bytesGot, 0);
    }
    world->setBlocks(log.blocks);
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->position() == 400; }));
}

void ReadingTest::newHeadThatIsMissingDoesNotHideTheRest()
{
    const auto world = MemoryWorld::named(QStringLiteral("no-head"));
    Party bob({helper("no-head")});
    SealedLog log;
    for (int i = 0; i < 100; ++i)
        log.add({QByteArray::number(i)});
    world->publish(log.name(), log.blocks, log.record());
    world->holdGets(true);
    Reader reader(bob.open().follow(log.link()));
    QVERIFY(waitFor([&] { return world->waitingGets() == 1; }));
    world->answerRound(); // the head
    QVERIFY(waitFor([&reader] { return reader.log->head().lastSequence() == 100; }));
    const QHash<QByteArray, QByteArray> all = log.blocks;
    log.add({"new"});
    world->publish(log.name(), log.blocks, log.record());
    world->setBlocks(all); // the new head is not on this store yet
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->head().recordNumber() == 2; }));
    world->holdGets(false);
    world->answerRound();
    QVERIFY(waitFor([&reader] { return reader.log->position() == 100; }));
    QVERIFY(
        waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::WillRetry; }));
    world->setBlocks(log.blocks);
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->position() == 101; }));
    QVERIFY(waitFor([&reader] { return !reader.log->problem(); }));
}

void ReadingTest::hangingNamesDelayNobody()
{
    const auto hanging = MemoryWorld::named(QStringLiteral("names-that-hang"));
    const auto quick = MemoryWorld::named(QStringLiteral("quick-names"));
    hanging->setMood(MemoryWorld::Mood::Hangs);
    Party bob({helper("quick-names"), helper("names-that-hang")});
    SealedLog log;
    log.add({"one"});
    quick->publish(log.name(), log.blocks, log.record());
    Reader reader(bob.open().follow(log.link()));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
    log.add({"two"});
    quick->publish(log.name(), log.blocks, log.record());
    // Less than the time after which the one that hangs is given up.
    const QDeadlineTimer deadline(25'000);
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
    QVERIFY(!deadline.hasExpired());
    QCOMPARE(hanging->counts().nameGets, 1);
}

void ReadingTest::offlineIsNoProblem()
{
    const auto world = MemoryWorld::named(QStringLiteral("offline-reader"));
    Party bob({helperOnNetwork("offline-reader")});
    SealedLog log;
    log.add({"one"});
    world->publish(log.name(), log.blocks, log.record());
    world->setBlocks({});
    {
        Reader reader(bob.open().follow(log.link()));
        QVERIFY(waitFor([&reader] { return bool(reader.log->problem()); }));
        bob.close();
    }
    bob.network.set(NetworkWatch::Reachability::Disconnected);
    world->resetCounts();
    Reader reader(bob.open().follow(log.link()));
    QSignalSpy problems(reader.log, &IncomingLog::problemChanged);
    QVERIFY(waitFor([&bob] { return bob.transport().state() == Transport::State::Offline; }));
    settle(bob);
    QVERIFY(problems.isEmpty());
    QCOMPARE(world->counts().gets, 0);
    world->setBlocks(log.blocks);
    bob.network.set(NetworkWatch::Reachability::Connected);
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
}

QTEST_GUILESS_MAIN(ReadingTest)
#include "tst_reading.moc"
