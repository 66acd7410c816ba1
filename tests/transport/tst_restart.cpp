// SPDX-License-Identifier: MIT
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

QList<QByteArray> payloadsOf(const QList<Entry> &entries)
{
    QList<QByteArray> payloads;
    for (const Entry &entry : entries)
        payloads.append(entry.payload());
    return payloads;
}

} // namespace

// A run may end in any state: what was promised stays, and nothing comes twice.
class RestartTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void outboxSurvives();
    void intentSurvives_data();
    void intentSurvives();
    void storedIsNotPutAgain();
    void logsAreKnownAgain();
    void uncommittedComesAgain();
    void committedNeverComesAgain();
    void inboxIsDeliveredWithoutHelpers();
    void showsHowFarItIsWithoutItsKey();
    void sequencesGoOn();
};

void RestartTest::outboxSurvives()
{
    Party alice({helperOnNetwork("outbox")});
    alice.network.set(NetworkWatch::Reachability::Disconnected);
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->appendAll({"a", "b"})).ok());
    QVERIFY(!await(log->withdraw(1)));
    const LogLink link = linkOf(log);
    alice.close();

    log = alice.open().openLog(Label);
    QVERIFY(linkOf(log) == link);
    QVERIFY(waitFor([log] { return log->pendingCount() == 1; }));
    QCOMPARE(await(log->append("c")).value(), 3u);
    alice.network.set(NetworkWatch::Reachability::Connected);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 3; }));

    Party bob({helper("outbox")});
    Reader reader(bob.open().follow(link));
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 2; }));
    QCOMPARE(payloadsOf(reader.entries), (QList<QByteArray>{"b", "c"}));
}

void RestartTest::intentSurvives_data()
{
    QTest::addColumn<MemoryWorld::Mood>("store");
    QTest::addColumn<MemoryWorld::Mood>("names");
    QTest::addColumn<bool>("closes");
    using Mood = MemoryWorld::Mood;
    for (const bool closes : {true, false}) {
        const char *how = closes ? "closed" : "dropped";
        QTest::addRow("%s while the store hangs", how) << Mood::Hangs << Mood::Works << closes;
        QTest::addRow("%s while the store fails", how) << Mood::Fails << Mood::Works << closes;
        QTest::addRow("%s while the store lies", how) << Mood::Lies << Mood::Works << closes;
        QTest::addRow("%s while the names hang", how) << Mood::Works << Mood::Hangs << closes;
        QTest::addRow("%s while the names fail", how) << Mood::Works << Mood::Fails << closes;
        QTest::addRow("%s while the names lie", how) << Mood::Works << Mood::Lies << closes;
    }
}

void RestartTest::intentSurvives()
{
    QFETCH(MemoryWorld::Mood, store);
    QFETCH(MemoryWorld::Mood, names);
    QFETCH(bool, closes);
    const auto world = MemoryWorld::named(QStringLiteral("intent"));
    world->setBlocks({});
    world->setRecords({});
    world->setStoreMood(store);
    world->setNamesMood(names);
    world->resetCounts();
    Party alice({helper("intent")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("first")).ok());
    const LogLink link = linkOf(log);
    QVERIFY(waitFor([&world] { return world->counts().puts > 0; }));
    if (names != MemoryWorld::Mood::Works)
        QVERIFY(waitFor([&world] { return world->counts().nameGets > 0; }));
    if (closes)
        alice.close();
    else
        alice.drop();
    // A store that lied has nothing: the audit finds that, and nobody else can.
    const bool lost = store == MemoryWorld::Mood::Lies;
    world->setMood(MemoryWorld::Mood::Works);

    log = alice.open().openLog(Label);
    QCOMPARE(await(log->append("second")).value(), 2u);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 2; }));
    if (lost) {
        const Audit audit = await(log->audit()).value();
        QCOMPARE(audit.restored(), audit.missing());
    }
    Party bob({helper("intent")});
    Reader reader(bob.open().follow(link));
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 2; }));
    QCOMPARE(payloadsOf(reader.entries), (QList<QByteArray>{"first", "second"}));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
    QCOMPARE(reader.entries.size(), 2);
}

void RestartTest::storedIsNotPutAgain()
{
    const auto world = MemoryWorld::named(QStringLiteral("stored"));
    world->setNamesMood(MemoryWorld::Mood::Fails);
    Party alice({helper("stored")});
    OutgoingLog *log = alice.open().openLog(Label);
    QSignalSpy states(log, &OutgoingLog::entryStatesChanged);
    QVERIFY(await(log->append("once")).ok());
    QVERIFY(waitFor([&states] { return !states.isEmpty(); }));
    QCOMPARE(states.first().at(2).value<Entry::State>(), Entry::State::Stored);
    alice.close();
    world->resetCounts();
    world->setNamesMood(MemoryWorld::Mood::Works);
    log = alice.open().openLog(Label);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    QCOMPARE(world->counts().blocksPut, 0);
    alice.close();

    // And once it is published, a start costs one question.
    world->resetCounts();
    log = alice.open().openLog(Label);
    QVERIFY(waitFor([&world] { return world->counts().nameGets >= 1; }));
    QCOMPARE(linkOf(log).isNull(), false);
    QCOMPARE(log->head().lastSequence(), 1u);
    QCOMPARE(world->counts().puts, 0);
}

void RestartTest::logsAreKnownAgain()
{
    Party alice({helper("known")});
    Party bob({helper("known")});
    const LogLink link = linkOf(alice.open().openLog(Label));
    linkOf(alice.transport().openLog(QStringLiteral("other")));
    bob.open().follow(link);
    QVERIFY(waitFor([&bob] { return bob.transport().state() == Transport::State::Idle; }));
    bob.close();
    alice.close();
    alice.open();
    QVERIFY(waitFor([&alice] { return alice.transport().outgoingLogs().size() == 2; }));
    bob.open();
    QVERIFY(waitFor([&bob] { return bob.transport().incomingLogs().size() == 1; }));
    QVERIFY(bob.transport().incomingLogs().first()->link() == link);
    QCOMPARE(bob.transport().follow(link), bob.transport().incomingLogs().first());
    QVERIFY(!await(bob.transport().unfollow(bob.transport().incomingLogs().first())));
    bob.close();
    bob.open();
    QVERIFY(waitFor([&bob] { return bob.transport().state() == Transport::State::Idle; }));
    QVERIFY(bob.transport().incomingLogs().isEmpty());
}

void RestartTest::uncommittedComesAgain()
{
    Party alice({helper("again")});
    Party bob({helper("again")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->appendAll({"a", "b", "c"})).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 3; }));
    const LogLink link = linkOf(log);
    for (int run = 0; run < 2; ++run) {
        Reader reader(bob.open().follow(link), false);
        QVERIFY(waitFor([&reader] { return reader.entries.size() == 3; }));
        QCOMPARE(reader.log->position(), 0u);
        bob.close();
    }
    {
        Reader reader(bob.open().follow(link), false);
        QVERIFY(waitFor([&reader] { return reader.entries.size() == 3; }));
        reader.log->commit(2);
        QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
        bob.drop();
    }
    Reader reader(bob.open().follow(link), false);
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 1; }));
    QCOMPARE(reader.entries.first().payload(), QByteArray("c"));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
}

void RestartTest::committedNeverComesAgain()
{
    Party alice({helper("never")});
    Party bob({helper("never")});
    OutgoingLog *log = alice.open().openLog(Label);
    const LogLink link = linkOf(log);
    for (quint64 sequence = 1; sequence <= 4; ++sequence) {
        QVERIFY(await(log->append(QByteArray::number(sequence))).ok());
        QVERIFY(waitFor([log, sequence] { return log->head().lastSequence() == sequence; }));
        Reader reader(bob.open().follow(link));
        QVERIFY(waitFor([&reader, sequence] { return reader.log->position() == sequence; }));
        QCOMPARE(payloadsOf(reader.entries), (QList<QByteArray>{QByteArray::number(sequence)}));
        bob.close();
    }
}

void RestartTest::inboxIsDeliveredWithoutHelpers()
{
    const auto world = MemoryWorld::named(QStringLiteral("inbox"));
    Party alice({helper("inbox")});
    Party bob({helper("inbox")});
    OutgoingLog *log = alice.open().openLog(Label);
    // More than the window, so that a part is in the inbox and not delivered.
    QVERIFY(await(log->appendAll(QList<QByteArray>(1000, "entry"))).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1000; }));
    const LogLink link = linkOf(log);
    {
        Reader reader(bob.open().follow(link), false);
        QVERIFY(waitFor([&reader] { return reader.entries.size() == 256; }));
        QVERIFY(waitFor([&bob] { return bob.transport().state() == Transport::State::Idle; }));
        QCOMPARE(reader.entries.size(), 256);
        bob.drop();
    }
    world->setMood(MemoryWorld::Mood::Hangs);
    Reader reader(bob.open().follow(link));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1000; }));
    QCOMPARE(reader.entries.size(), 1000);
    QVERIFY(reader.largestSignal <= 256);
}

void RestartTest::showsHowFarItIsWithoutItsKey()
{
    Party alice({helper("locked")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->appendAll({"a", "b", "c"})).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 3; }));
    Party bob({helper("locked")});
    IncomingLog *news = bob.open().follow(linkOf(log));
    connect(news, &IncomingLog::entriesReceived, news, [news] { news->commit(2); });
    news->start();
    QVERIFY(waitFor([news] { return news->position() == 2; }));
    const Head head = news->head();
    bob.close();

    bob.secrets.mood = FakeSecretStore::Mood::Unavailable;
    const auto isLocked = [&bob] {
        return bob.transport().problem().kind() == Problem::Kind::SecretStoreUnavailable;
    };
    for (const bool isLate : {false, true}) {
        Transport &transport = bob.open();
        if (isLate)
            QVERIFY(waitFor(isLocked));
        news = transport.follow(linkOf(log));
        QVERIFY(waitFor([news] { return news->position() == 2; }));
        QCOMPARE(news->head(), head);
        QVERIFY(waitFor(isLocked));
        bob.close();
    }
}

void RestartTest::sequencesGoOn()
{
    Party alice({helper("sequences")});
    quint64 expected = 1;
    for (int run = 0; run < 3; ++run) {
        OutgoingLog *log = alice.open().openLog(Label);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(await(log->append("x")).value(), expected++);
        if (run % 2)
            alice.close();
        else
            alice.drop();
    }
}

QTEST_GUILESS_MAIN(RestartTest)
#include "tst_restart.moc"
