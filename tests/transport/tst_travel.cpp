// SPDX-License-Identifier: MIT
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

} // namespace

// From Alice, who is offline when she writes, to Bob, who comes when she is gone.
class TravelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void entryTravelsWhileNeverBothAreThere();
    void nothingIsAttemptedWithoutNetwork_data();
    void nothingIsAttemptedWithoutNetwork();
    void localHelperNeedsNoNetwork();
    void bothWaysLive();
    void statesAreReportedInOrder();
    void withdrawnEntryIsSkipped();
    void idsAreKept();
    void acknowledgedIsTheHostsWord();
    void secondStoreIsFilledLater();
    void auditPutsBackWhatIsLost();
    void pausedUploadsNothing();
};

void TravelTest::entryTravelsWhileNeverBothAreThere()
{
    Party alice({helper("travel")});
    Party bob({helper("travel")});
    alice.open();
    OutgoingLog *log = alice.transport().openLog(Label);
    const Result<quint64> sequence = await(log->append("hello"));
    QVERIFY(sequence.ok());
    QCOMPARE(sequence.value(), 1u);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    const LogLink link = linkOf(log);
    QVERIFY(waitFor([&alice] { return alice.transport().lastPublished().isValid(); }));
    alice.close();

    bob.open();
    Reader reader(bob.transport().follow(link));
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 1; }));
    QCOMPARE(reader.entries.first().payload(), QByteArray("hello"));
    QCOMPARE(reader.entries.first().sequence(), 1u);
    QCOMPARE(reader.entries.first().state(), Entry::State::Received);
    QCOMPARE(reader.entries.first().id(),
             QCryptographicHash::hash("hello", QCryptographicHash::Sha256));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
    QCOMPARE(reader.log->head().lastSequence(), 1u);
    QVERIFY(reader.log->head().signedAt().isValid());
    QVERIFY(!reader.log->problem());
}

void TravelTest::nothingIsAttemptedWithoutNetwork_data()
{
    QTest::addColumn<NetworkWatch::Reachability>("reachability");
    QTest::addColumn<bool>("isCaptivePortal");
    QTest::addColumn<bool>("isMetered");
    QTest::newRow("disconnected") << NetworkWatch::Reachability::Disconnected << false << false;
    QTest::newRow("captive portal") << NetworkWatch::Reachability::Connected << true << false;
    QTest::newRow("metered, held") << NetworkWatch::Reachability::Connected << false << true;
}

void TravelTest::nothingIsAttemptedWithoutNetwork()
{
    QFETCH(NetworkWatch::Reachability, reachability);
    QFETCH(bool, isCaptivePortal);
    QFETCH(bool, isMetered);
    Party alice({helperOnNetwork("network")});
    const auto world = MemoryWorld::named(QStringLiteral("network"));
    world->resetCounts();
    alice.settings.setMeteredPolicy(Settings::Policy::Hold);
    alice.network.set(reachability, isCaptivePortal, isMetered);
    alice.open();
    OutgoingLog *log = alice.transport().openLog(Label);
    for (int i = 0; i < 5; ++i)
        QVERIFY(await(log->append("waiting")).ok());
    QVERIFY(waitFor([&alice] { return alice.transport().pendingCount() == 5; }));
    QCOMPARE(alice.transport().pendingBytes(), 5 * 7);
    QVERIFY(waitFor([&alice] { return alice.transport().state() == Transport::State::Offline; }));
    QVERIFY(!alice.transport().problem());
    alice.transport().syncNow();
    QVERIFY(await(log->read(1, 10)).ok()); // the worker has seen syncNow()
    QCOMPARE(world->counts().puts, 0);
    QCOMPARE(world->counts().nameGets, 0);

    alice.network.set(NetworkWatch::Reachability::Connected);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 5; }));
    QVERIFY(waitFor([&alice] { return alice.transport().pendingCount() == 0; }));
    QVERIFY(waitFor([&alice] { return alice.transport().state() == Transport::State::Idle; }));
}

void TravelTest::localHelperNeedsNoNetwork()
{
    Party alice({helper("local")});
    alice.network.set(NetworkWatch::Reachability::Disconnected);
    alice.open();
    OutgoingLog *log = alice.transport().openLog(Label);
    QVERIFY(await(log->append("here")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
}

void TravelTest::bothWaysLive()
{
    Party alice({helper("live")});
    Party bob({helper("live")});
    OutgoingLog *fromAlice = alice.open().openLog(Label);
    OutgoingLog *fromBob = bob.open().openLog(Label);
    Reader atBob(bob.transport().follow(linkOf(fromAlice)));
    Reader atAlice(alice.transport().follow(linkOf(fromBob)));
    for (int round = 1; round <= 3; ++round) {
        QVERIFY(await(fromAlice->append("from alice")).ok());
        QVERIFY(await(fromBob->append("from bob")).ok());
        QVERIFY(waitFor([&] { return fromAlice->head().lastSequence() == quint64(round); }));
        QVERIFY(waitFor([&] { return fromBob->head().lastSequence() == quint64(round); }));
        atAlice.log->checkNow();
        atBob.log->checkNow();
        QVERIFY(waitFor(
            [&] { return atAlice.entries.size() == round && atBob.entries.size() == round; }));
    }
    QCOMPARE(atAlice.entries.last().payload(), QByteArray("from bob"));
    QCOMPARE(atBob.entries.last().payload(), QByteArray("from alice"));
}

void TravelTest::statesAreReportedInOrder()
{
    Party alice({helper("states")});
    OutgoingLog *log = alice.open().openLog(Label);
    QList<Entry::State> states;
    const QObject whileListening;
    connect(log, &OutgoingLog::entryStatesChanged, &whileListening,
            [&states](quint64 first, quint64 last, Entry::State state) {
                QCOMPARE(first, 1u);
                QCOMPARE(last, 3u);
                states.append(state);
            });
    QSignalSpy heads(log, &OutgoingLog::headPublished);
    QCOMPARE(await(log->appendAll({"a", "b", "c"})).value(), 1u);
    QVERIFY(waitFor([&states] { return states.size() >= 2; }));
    QCOMPARE(heads.size(), 1);
    QCOMPARE(states, (QList<Entry::State>{Entry::State::Stored, Entry::State::Published}));
    const QList<Entry> own = await(log->read(1, 10)).value();
    QCOMPARE(own.size(), 3);
    QCOMPARE(own.at(1).payload(), QByteArray("b"));
    QCOMPARE(own.at(1).state(), Entry::State::Published);
}

void TravelTest::withdrawnEntryIsSkipped()
{
    Party alice({helperOnNetwork("withdrawn")});
    Party bob({helper("withdrawn")});
    alice.network.set(NetworkWatch::Reachability::Disconnected);
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->appendAll({"one", "two", "three", "four"})).ok());
    QVERIFY(!await(log->withdraw(2)));
    QVERIFY(!await(log->withdraw(4)));
    QCOMPARE(await(log->withdraw(9)).kind(), Problem::Kind::InvalidArgument);
    QVERIFY(!await(log->withdraw(2))); // it is withdrawn already
    QVERIFY(waitFor([log] { return log->pendingCount() == 2; }));
    alice.network.set(NetworkWatch::Reachability::Connected);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 4; }));
    QCOMPARE(await(log->withdraw(1)).kind(), Problem::Kind::InvalidArgument);
    QCOMPARE(await(log->read(1, 10)).value().at(1).state(), Entry::State::Withdrawn);

    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 4; }));
    QCOMPARE(reader.entries.size(), 2);
    QCOMPARE(reader.entries.at(0).payload(), QByteArray("one"));
    QCOMPARE(reader.entries.at(1).sequence(), 3u);
}

void TravelTest::idsAreKept()
{
    Party alice({helper("ids")});
    Party bob({helper("ids")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("given", "message-1")).ok());
    QVERIFY(await(log->append("computed")).ok());
    QVERIFY(await(log->append("", "empty")).ok());
    QCOMPARE(await(log->append("x", QByteArray(65, 'i'))).problem().kind(),
             Problem::Kind::InvalidArgument);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 3; }));
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 3; }));
    QCOMPARE(reader.entries.at(0).id(), QByteArray("message-1"));
    QCOMPARE(reader.entries.at(1).id(),
             QCryptographicHash::hash("computed", QCryptographicHash::Sha256));
    QCOMPARE(reader.entries.at(2).id(), QByteArray("empty"));
    QCOMPARE(reader.entries.at(2).payload(), QByteArray());
}

void TravelTest::acknowledgedIsTheHostsWord()
{
    Party alice({helper("acks")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->appendAll({"a", "b", "c", "d"})).ok());
    QSignalSpy states(log, &OutgoingLog::entryStatesChanged);
    QCOMPARE(await(log->acknowledge({1, 9})).kind(), Problem::Kind::InvalidArgument);
    QVERIFY(!await(log->acknowledge({4, 1, 2})));
    const auto told = [&states](quint64 first, quint64 last) {
        return std::any_of(states.cbegin(), states.cend(), [&](const QVariantList &arguments) {
            return arguments.at(0).toULongLong() == first && arguments.at(1).toULongLong() == last
                   && arguments.at(2).value<Entry::State>() == Entry::State::Acknowledged;
        });
    };
    QVERIFY(waitFor([&told] { return told(1, 2) && told(4, 4); }));
    const QList<Entry> own = await(log->read(1, 10)).value();
    QCOMPARE(own.at(0).state(), Entry::State::Acknowledged);
    QVERIFY(own.at(2).state() != Entry::State::Acknowledged);
    QCOMPARE(own.at(3).state(), Entry::State::Acknowledged);
}

void TravelTest::secondStoreIsFilledLater()
{
    const auto second = MemoryWorld::named(QStringLiteral("second"));
    second->setMood(MemoryWorld::Mood::Fails);
    Party alice({helper("first"), helper("second")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("twice")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    QVERIFY(second->blocks().isEmpty());
    QVERIFY(waitFor([&alice] {
        return alice.transport().helpers().at(1).problem().kind() != Problem::Kind::None;
    }));
    QVERIFY(alice.transport().helpers().at(0).isUsable());
    second->setMood(MemoryWorld::Mood::Works);
    alice.transport().syncNow();
    const auto first = MemoryWorld::named(QStringLiteral("first"));
    QVERIFY(waitFor([&] {
        return second->blocks() == first->blocks() && second->records() == first->records();
    }));
    QVERIFY(waitFor([&alice] { return !alice.transport().problem(); }));
}

void TravelTest::auditPutsBackWhatIsLost()
{
    const auto world = MemoryWorld::named(QStringLiteral("audit"));
    Party alice({helper("audit")});
    OutgoingLog *log = alice.open().openLog(Label);
    for (int i = 0; i < 5; ++i) {
        QVERIFY(await(log->append(QByteArray(200'000, char('a' + i)))).ok());
        QVERIFY(waitFor([log, i] { return log->head().lastSequence() == quint64(i + 1); }));
    }
    const QHash<QByteArray, QByteArray> all = world->blocks();
    QHash<QByteArray, QByteArray> some = all;
    some.remove(all.keys().at(0));
    some.remove(all.keys().at(3));
    world->setBlocks(some);
    const Audit audit = await(log->audit()).value();
    QCOMPARE(audit.blocks(), int(all.size()));
    QCOMPARE(audit.checked(), int(all.size()));
    QCOMPARE(audit.missing(), 2);
    QCOMPARE(audit.restored(), 2);
    QCOMPARE(audit.failed(), 0);
    QCOMPARE(world->blocks(), all);
}

void TravelTest::pausedUploadsNothing()
{
    const auto world = MemoryWorld::named(QStringLiteral("paused"));
    Party alice({helper("paused")});
    Transport &transport = alice.open();
    transport.setPaused(true);
    QVERIFY(transport.isPaused());
    OutgoingLog *log = transport.openLog(Label);
    QVERIFY(await(log->append("later")).ok());
    QVERIFY(waitFor([&transport] { return transport.state() == Transport::State::Offline; }));
    QCOMPARE(world->counts().puts, 0);
    QCOMPARE(world->counts().nameGets, 0);
    transport.setPaused(false);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
}

QTEST_GUILESS_MAIN(TravelTest)
#include "tst_travel.moc"
