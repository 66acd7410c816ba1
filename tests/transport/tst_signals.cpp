// SPDX-License-Identifier: MIT
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

} // namespace

// A host that deletes the transport in one of its slots.
class Executioner : public QObject
{
    Q_OBJECT

public:
    explicit Executioner(Party &party)
        : m_party(party)
    {
    }

public Q_SLOTS:
    void kill()
    {
        disconnect();
        m_party.drop();
    }

private:
    Party &m_party;
};

// What a host finds when a signal reaches it, and what it may do in its slots.
class SignalsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eventsComeAfterWhatTheyImply();
    void entriesComeAfterTheHead();
    void everyChangeIsToldOnce();
    void headNeverEndsBeforeThePosition();
    void deletedInASlot_data();
    void deletedInASlot();
    void followedAnewBeginsAnew();
    void unfollowedStaysAway();
    void failedUnfollowChangesNothing();
    void logsOfEarlierRunsAreAnnounced();
    void questionsWaitForTheKey();
};

void SignalsTest::eventsComeAfterWhatTheyImply()
{
    Party alice({helper("order")});
    alice.open();
    // Many logs: what is published before the first status was told would show in one of them.
    for (int i = 0; i < 20; ++i) {
        OutgoingLog *log = alice.transport().openLog(QString::number(i));
        QStringList early;
        int published = 0;
        connect(log, &OutgoingLog::entryStatesChanged, this,
                [&](quint64, quint64, Entry::State state) {
                    if (!log->isReady() || log->link().isNull())
                        early.append(QStringLiteral("state before ready"));
                    if (state == Entry::State::Published && log->head().lastSequence() != 1)
                        early.append(QStringLiteral("published before head"));
                });
        connect(log, &OutgoingLog::headPublished, this, [&](const Head &head) {
            ++published;
            if (!log->isReady() || log->link().isNull())
                early.append(QStringLiteral("head before link"));
            if (log->head() != head)
                early.append(QStringLiteral("another head"));
            if (!alice.transport().lastPublished().isValid())
                early.append(QStringLiteral("head before lastPublished"));
        });
        QVERIFY(await(log->append("one")).ok());
        QVERIFY(waitFor([&] { return published > 0; }));
        QVERIFY(waitFor([log] { return log->pendingCount() == 0; }));
        log->disconnect(this);
        QCOMPARE(early, QStringList());
        QCOMPARE(published, 1);
    }
}

void SignalsTest::entriesComeAfterTheHead()
{
    Party alice({helper("head-first")});
    Party bob({helper("head-first")});
    bob.open();
    for (int i = 0; i < 10; ++i) {
        OutgoingLog *log = alice.isOpen() ? alice.transport().openLog(QString::number(i))
                                          : alice.open().openLog(QString::number(i));
        QVERIFY(await(log->append("one")).ok());
        QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
        IncomingLog *news = bob.transport().follow(log->link());
        bool isHeadKnown = false;
        int received = 0;
        connect(news, &IncomingLog::entriesReceived, this, [&](const QList<Entry> &entries) {
            isHeadKnown = news->head().lastSequence() >= entries.constLast().sequence();
            ++received;
        });
        news->start();
        QVERIFY(waitFor([&received] { return received > 0; }));
        QVERIFY(isHeadKnown);
        news->disconnect(this);
    }
}

void SignalsTest::everyChangeIsToldOnce()
{
    QList<Transport::State> states; // outlives Alice, who closes at the end
    Party alice({helper("once")});
    Transport &transport = alice.open();
    OutgoingLog *log = transport.openLog(Label);
    QSignalSpy ready(log, &OutgoingLog::readyChanged);
    QSignalSpy heads(log, &OutgoingLog::headPublished);
    QSignalSpy problems(log, &OutgoingLog::problemChanged);
    QSignalSpy helpers(&transport, &Transport::helpersChanged);
    connect(&transport, &Transport::stateChanged, this,
            [&states](Transport::State state) { states.append(state); });
    for (int i = 1; i <= 3; ++i) {
        QVERIFY(await(log->append("x")).ok());
        QVERIFY(waitFor([log, i] { return log->head().lastSequence() == quint64(i); }));
    }
    QVERIFY(waitFor([&] { return transport.state() == Transport::State::Idle; }));
    QCOMPARE(ready.size(), 1);
    QCOMPARE(heads.size(), 3);
    QCOMPARE(problems.size(), 0);
    QVERIFY(helpers.size() >= 1);
    for (qsizetype i = 1; i < states.size(); ++i)
        QVERIFY2(states.at(i) != states.at(i - 1), "the same state twice");
}

void SignalsTest::headNeverEndsBeforeThePosition()
{
    Party alice({helper("never-before")});
    Party bob({helper("never-before")});
    OutgoingLog *log = alice.open().openLog(Label);
    Reader reader(bob.open().follow(linkOf(log)));
    bool isBehind = false;
    const auto compare = [&] {
        isBehind = isBehind || reader.log->head().lastSequence() < reader.log->position();
    };
    connect(reader.log, &IncomingLog::headChanged, this, compare);
    connect(reader.log, &IncomingLog::positionChanged, this, compare);
    for (quint64 i = 1; i <= 5; ++i) {
        QVERIFY(await(log->append("x")).ok());
        QVERIFY(waitFor([log, i] { return log->head().lastSequence() == i; }));
        reader.log->checkNow();
        QVERIFY(waitFor([&] { return reader.log->position() == i; }));
    }
    QVERIFY(!isBehind);
}

void SignalsTest::deletedInASlot_data()
{
    QTest::addColumn<QByteArray>("signal");
    for (const char *signal :
         {SIGNAL(stateChanged(RemoteLog::Transport::State)), SIGNAL(pendingChanged()),
          SIGNAL(lastPublishedChanged()), SIGNAL(lastCheckedChanged()), SIGNAL(helpersChanged()),
          SIGNAL(problemChanged(RemoteLog::Problem)), SIGNAL(logsChanged())})
        QTest::newRow(signal + 1) << QByteArray(signal);
}

void SignalsTest::deletedInASlot()
{
    QFETCH(const QByteArray, signal);
    const auto world = MemoryWorld::named(QStringLiteral("slot"));
    world->setMood(MemoryWorld::Mood::Works);
    Party bob({helper("slot")});
    OutgoingLog *theirs = bob.open().openLog(QString::fromLatin1(signal));
    const LogLink link = linkOf(theirs);
    QVERIFY(await(theirs->append("x")).ok());
    QVERIFY(waitFor([theirs] { return theirs->head().lastSequence() == 1; }));

    Party alice({helper("slot"), QUrl(QStringLiteral("unheard-of:helper"))});
    alice.open();
    Executioner executioner(alice);
    connect(&alice.transport(), signal.constData(), &executioner, SLOT(kill()));
    // As a host that does a lot at once.
    QPointer<Transport> transport(&alice.transport());
    if (transport) {
        const QPointer<OutgoingLog> log = transport->openLog(Label);
        if (log)
            log->append("x");
    }
    if (transport)
        transport->follow(link);
    QVERIFY(waitFor([&transport] { return !transport; }));
    // The profile comes free by itself.
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("again")).ok());
}

void SignalsTest::followedAnewBeginsAnew()
{
    Party alice({helper("anew")});
    Party bob({helper("anew")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->appendAll(QList<QByteArray>(2000, "x"))).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 2000; }));
    const LogLink link = log->link();
    for (int round = 0; round < 10; ++round) {
        IncomingLog *before = bob.isOpen() ? bob.transport().follow(link) : bob.open().follow(link);
        {
            Reader first(before);
            QVERIFY(waitFor([&first] { return !first.entries.isEmpty(); }));
        }
        const QFuture<Problem> left = bob.transport().unfollow(before);
        IncomingLog *after = bob.transport().follow(link);
        QVERIFY(after != before);
        Reader second(after);
        QVERIFY(waitFor([&second] { return second.entries.size() >= 600; }));
        for (qsizetype i = 0; i < second.entries.size(); ++i)
            QCOMPARE(second.entries.at(i).sequence(), quint64(i + 1));
        QVERIFY(!await(left));
        QVERIFY(!await(bob.transport().unfollow(after)));
    }
}

void SignalsTest::unfollowedStaysAway()
{
    Party alice({helper("away")});
    Party bob({helper("away")});
    const LogLink link = linkOf(alice.open().openLog(Label));
    for (int round = 0; round < 20; ++round) {
        bob.open().follow(link);
        bob.close();
        // While the worker tells what it knows from the run before.
        bob.open();
        if (round % 2 == 0)
            QVERIFY(
                waitFor([&bob] { return bob.transport().state() != Transport::State::Opening; }));
        const QFuture<Problem> left = bob.transport().unfollow(bob.transport().follow(link));
        QVERIFY(!await(left));
        QVERIFY(!await(bob.transport().applySettings(bob.settings)));
        QVERIFY(waitFor([&bob] { return bob.transport().state() == Transport::State::Idle; }));
        QCOMPARE(bob.transport().incomingLogs(), QList<IncomingLog *>());
        bob.close();
    }
}

void SignalsTest::failedUnfollowChangesNothing()
{
    Party alice({helper("unfollow-fails")});
    Party bob({helper("unfollow-fails")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("one")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    // Nobody can say before the key is there whether it is followed.
    bob.secrets.mood = FakeSecretStore::Mood::Hangs;
    IncomingLog *news = bob.open().follow(log->link());
    const QFuture<Problem> left = bob.transport().unfollow(news);
    QCOMPARE(bob.transport().incomingLogs(), QList<IncomingLog *>());
    QCOMPARE(await(left).kind(), Problem::Kind::WillRetry);
    QVERIFY(waitFor([&] { return bob.transport().incomingLogs() == QList<IncomingLog *>{news}; }));
    bob.transport().follow(log->link());
    Reader reader(news);
    bob.secrets.mood = FakeSecretStore::Mood::Works;
    bob.transport().syncNow();
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 1; }));
}

void SignalsTest::logsOfEarlierRunsAreAnnounced()
{
    Party alice({helper("earlier")});
    Party bob({helper("earlier")});
    const LogLink link = linkOf(alice.open().openLog(Label));
    bob.open().follow(link);
    linkOf(bob.transport().openLog(Label));
    bob.close();
    // Also where the state does not change with it.
    bob.settings.setHelpers({QUrl(QStringLiteral("unheard-of:helper"))});
    QSignalSpy logs(&bob.open(), &Transport::logsChanged);
    QVERIFY(waitFor([&logs] { return !logs.isEmpty(); }));
    QCOMPARE(bob.transport().outgoingLogs().size(), 1);
    QCOMPARE(bob.transport().incomingLogs().size(), 1);
    const qsizetype before = logs.size();
    bob.transport().openLog(Label);
    bob.transport().follow(link);
    QCOMPARE(logs.size(), before);
    bob.transport().openLog(QStringLiteral("another"));
    QCOMPARE(logs.size(), before + 1);
}

void SignalsTest::questionsWaitForTheKey()
{
    Party alice({helper("questions")});
    OutgoingLog *log = alice.open().openLog(Label);
    const auto append = log->append("one");
    // Nothing of this waits for an event of the transport's.
    const auto entries = log->read(1, 10);
    const auto acknowledged = log->acknowledge({1});
    const auto audit = log->audit();
    QCOMPARE(await(append).value(), quint64(1));
    QCOMPARE(await(entries).value().size(), 1);
    QVERIFY(!await(acknowledged));
    QVERIFY(await(audit).ok());
}

QTEST_GUILESS_MAIN(SignalsTest)
#include "tst_signals.moc"
