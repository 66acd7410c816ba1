// SPDX-License-Identifier: MIT
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QtTest>

#include <utility>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

} // namespace

// What things cost, counted by a helper that counts: rounds, blocks, bytes, calls. Never
// milliseconds.
class EfficiencyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manyPendingEntriesShareFewBlocks();
    void thousandPagesInFiveRounds();
    void oneMessageCostsThreeCalls();
    void littleMissedCostsOneQuestion();
    void nothingNewCostsOneQuestion();
    void onlyWhatIsMissingIsFetched();
};

void EfficiencyTest::manyPendingEntriesShareFewBlocks()
{
    const auto world = MemoryWorld::named(QStringLiteral("many"));
    Party alice({helperOnNetwork("many")});
    alice.network.set(NetworkWatch::Reachability::Disconnected);
    OutgoingLog *log = alice.open().openLog(Label);
    QList<QByteArray> payloads;
    for (int i = 0; i < 10'000; ++i)
        payloads.append(QByteArray::number(i).rightJustified(200, '.'));
    QCOMPARE(await(log->appendAll(payloads)).value(), 1u);
    QCOMPARE(world->counts().puts, 0);
    alice.network.set(NetworkWatch::Reachability::Connected);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 10'000; }));
    qint64 bytes = 0;
    for (const QByteArray &block : world->blocks())
        bytes += block.size();
    const double perPayloadByte = double(bytes) / (10'000 * 200);
    qInfo("%d blocks, %.4f stored bytes per payload byte", int(world->blocks().size()),
          perPayloadByte);
    QVERIFY(world->blocks().size() <= 20);
    QVERIFY(perPayloadByte <= 1.05);
    QCOMPARE(world->counts().bytesPut, bytes); // nothing went up twice

    Party bob({helper("many")});
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 10'000; }));
    for (int i = 0; i < 10'000; ++i)
        QCOMPARE(reader.entries.at(i).payload(), payloads.at(i));
    QVERIFY2(world->counts().bytesGot <= bytes, "a block came down twice");
    QVERIFY(reader.largestSignal <= 256);
}

void EfficiencyTest::thousandPagesInFiveRounds()
{
    constexpr int Pages = 1000;
    const auto world = MemoryWorld::named(QStringLiteral("rounds"));
    Party alice({helper("rounds")});
    OutgoingLog *log = alice.open().openLog(Label);
    for (quint64 i = 1; i <= Pages; ++i) {
        QVERIFY(await(log->append("entry " + QByteArray::number(i))).ok());
        QVERIFY(waitFor([log, i] { return log->head().lastSequence() == i; }));
    }
    QCOMPARE(world->blocks().size(), Pages);
    const LogLink link = linkOf(log);
    alice.close();

    world->resetCounts();
    world->holdGets(true);
    Party bob({helper("rounds")});
    Reader reader(bob.open().follow(link));
    // A round is over when the reader has taken every answer and asked for all that it could ask
    // for. It works in slices, between which the worker takes other things: nothing new while
    // many of those go by means that it is through.
    constexpr int Quiet = 25;
    int rounds = 0;
    int asked = 0;
    while (reader.entries.size() < Pages) {
        QVERIFY(
            waitFor([&] { return world->waitingGets() > 0 || reader.entries.size() == Pages; }));
        int waiting = world->waitingGets();
        for (int quiet = 0; quiet < Quiet; ++quiet) {
            QVERIFY(!await(bob.transport().applySettings(bob.settings)));
            if (std::exchange(waiting, world->waitingGets()) != waiting)
                quiet = 0;
        }
        const int answered = world->answerRound();
        asked += answered;
        rounds += answered > 0;
    }
    world->holdGets(false);
    qInfo("%d rounds after the record, %d blocks", rounds, asked);
    QVERIFY(rounds <= 1 + 5); // the head, and five after it
    QCOMPARE(asked, Pages);
}

void EfficiencyTest::oneMessageCostsThreeCalls()
{
    const auto world = MemoryWorld::named(QStringLiteral("one"));
    Party alice({helper("one")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("first")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    world->resetCounts();
    QVERIFY(await(log->append("second")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 2; }));
    const MemoryWorld::Counts counts = world->counts();
    QCOMPARE(counts.puts, 1);
    QCOMPARE(counts.blocksPut, 1);
    QCOMPARE(counts.namePuts, 1);
    QCOMPARE(counts.nameGets, 1); // read back
    QCOMPARE(counts.gets, 0);
    qInfo("%lld bytes of blocks for 6 bytes", counts.bytesPut);
}

void EfficiencyTest::littleMissedCostsOneQuestion()
{
    const auto world = MemoryWorld::named(QStringLiteral("little"));
    Party alice({helper("little", "embed=2048")});
    Party bob({helper("little")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("first")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
    for (quint64 i = 2; i <= 4; ++i) {
        QVERIFY(await(log->append("a short message")).ok());
        QVERIFY(waitFor([log, i] { return log->head().lastSequence() == i; }));
    }
    world->resetCounts();
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->position() == 4; }));
    QCOMPARE(world->counts().nameGets, 1);
    QCOMPARE(world->counts().gets, 0);
}

void EfficiencyTest::nothingNewCostsOneQuestion()
{
    const auto world = MemoryWorld::named(QStringLiteral("nothing-new"));
    Party alice({helper("nothing-new")});
    Party bob({helper("nothing-new")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("first")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
    QVERIFY(waitFor([&bob] { return bob.transport().state() == Transport::State::Idle; }));
    world->resetCounts();
    reader.log->checkNow();
    QVERIFY(waitFor([&world] { return world->counts().nameGets == 1; }));
    QVERIFY(waitFor([&bob] { return bob.transport().state() == Transport::State::Idle; }));
    // The worker is through with what it was told: idle may still be what it was before.
    QVERIFY(!await(bob.transport().applySettings(bob.settings)));
    QVERIFY(waitFor([&bob] { return bob.transport().state() == Transport::State::Idle; }));
    QCOMPARE(world->counts().gets, 0);
    QCOMPARE(world->counts().puts, 0);
}

void EfficiencyTest::onlyWhatIsMissingIsFetched()
{
    const auto world = MemoryWorld::named(QStringLiteral("missing"));
    Party alice({helper("missing")});
    Party bob({helper("missing")});
    OutgoingLog *log = alice.open().openLog(Label);
    const LogLink link = linkOf(log);
    quint64 last = 0;
    const auto append = [&](int count) {
        for (int i = 0; i < count; ++i) {
            QVERIFY(await(log->append("x")).ok());
            ++last;
            QVERIFY(waitFor([log, last] { return log->head().lastSequence() == last; }));
        }
    };
    append(100);
    {
        Reader reader(bob.open().follow(link));
        QVERIFY(waitFor([&reader] { return reader.log->position() == 100; }));
        bob.close();
    }
    append(37);
    world->resetCounts();
    Reader reader(bob.open().follow(link));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 137; }));
    QCOMPARE(world->counts().gets, 37);
}

QTEST_GUILESS_MAIN(EfficiencyTest)
#include "tst_efficiency.moc"
