// SPDX-License-Identifier: MIT
#include "support/loadedplugin.h"
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

} // namespace

// Life inside somebody else's program: nothing blocks it, nothing is left open, whatever ends when.
class LifecycleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hungHelpersBlockNothing();
    void hungNamesDoNotHoldBackOtherHelpers();
    void closingInTheMiddle_data();
    void closingInTheMiddle();
    void deletingRightAway();
    void whoIsToldFindsItClosed();
    void closedAnswersEverything();
    void callsBehindCloseAreAnswered();
    void secondTransportWaitsForTheFirst();
    void badSettings_data();
    void badSettings();
    void badLabels_data();
    void badLabels();
    void sameArgumentsSameObjects();
    void settingsChangeAtWork();
    void schemesAreRegisteredOnce();
    void unfollowEnds();
    void twoProfilesInOneProcess();
    void countersAreDamped();
};

void LifecycleTest::hungHelpersBlockNothing()
{
    const auto world = MemoryWorld::named(QStringLiteral("hung"));
    Party carol({helper("hung")});
    OutgoingLog *theirs = carol.open().openLog(Label);
    QVERIFY(await(theirs->append("before")).ok());
    QVERIFY(waitFor([theirs] { return theirs->head().lastSequence() == 1; }));
    const LogLink link = linkOf(theirs);
    carol.close();
    // One helper never answers; what another one has is read all the same.
    MemoryWorld::named(QStringLiteral("well"))->setBlocks(world->blocks());
    MemoryWorld::named(QStringLiteral("well"))->setRecords(world->records());
    world->setMood(MemoryWorld::Mood::Hangs);

    Party alice({helper("hung"), helper("well")});
    OutgoingLog *log = alice.open().openLog(Label);
    Reader reader(alice.transport().follow(link));
    for (int i = 0; i < 100; ++i)
        QVERIFY(await(log->append("still here")).ok());
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 1; }));
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 100; }));
    QCOMPARE(await(log->read(1, 100)).value().size(), 100);
    alice.close();
    world->setMood(MemoryWorld::Mood::Works);
}

void LifecycleTest::hungNamesDoNotHoldBackOtherHelpers()
{
    MemoryWorld::named(QStringLiteral("mute"))->setNamesMood(MemoryWorld::Mood::Hangs);
    Party alice({helper("mute"), helper("spoken")});
    OutgoingLog *log = alice.open().openLog(Label);
    for (int i = 0; i < 10; ++i)
        QVERIFY(await(log->append("kept")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 10; }));
    QVERIFY(waitFor([log] { return log->pendingCount() == 0; }));
    // What the mute one has not answered is still under way.
    QVERIFY(waitFor([&alice] { return alice.transport().state() == Transport::State::Syncing; }));
}

void LifecycleTest::closingInTheMiddle_data()
{
    QTest::addColumn<int>("after"); // milliseconds of work
    QTest::addColumn<bool>("closes");
    for (const int after : {0, 1, 5, 20, 60}) {
        QTest::addRow("close after %d ms", after) << after << true;
        QTest::addRow("delete after %d ms", after) << after << false;
    }
}

void LifecycleTest::closingInTheMiddle()
{
    QFETCH(int, after);
    QFETCH(bool, closes);
    Party alice({helper("middle")});
    quint64 kept = 0;
    QList<QFuture<Result<quint64>>> futures;
    {
        OutgoingLog *log = alice.open().openLog(Label);
        Reader reader(alice.transport().follow(linkOf(log)));
        for (int i = 0; i < 50; ++i)
            futures.append(log->appendAll(QList<QByteArray>(20, QByteArray(1000, 'x'))));
        QDeadlineTimer work(after);
        QVERIFY(waitFor([&work] { return work.hasExpired(); }));
        if (closes)
            alice.close();
        else
            alice.drop();
    }
    for (const auto &future : futures) {
        const Result<quint64> answer = await(future);
        if (answer.ok())
            kept = std::max(kept, answer.value() + 19);
        else
            QCOMPARE(answer.problem().kind(), Problem::Kind::Closed);
    }
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("last")).value() > kept);
    QVERIFY(waitFor([log, kept] { return log->head().lastSequence() > kept; }));
}

void LifecycleTest::deletingRightAway()
{
    Party alice({helper("right-away")});
    for (int i = 0; i < 20; ++i) {
        OutgoingLog *log = alice.open().openLog(Label);
        const QFuture<Result<quint64>> future = log->append("perhaps");
        alice.drop();
        QVERIFY(await(future).ok() || await(future).problem().kind() == Problem::Kind::Closed);
    }
    QVERIFY(await(alice.open().openLog(Label)->append("surely")).ok());
}

// Also if nothing of what the worker reports has arrived.
void LifecycleTest::whoIsToldFindsItClosed()
{
    Party alice({helper("told")});
    Transport &transport = alice.open();
    QSignalSpy states(&transport, &Transport::stateChanged);
    const QFuture<Problem> closed = transport.close();
    QFuture<Problem>(closed).waitForFinished();
    QVERIFY(states.isEmpty());
    QCOMPARE(transport.state(), Transport::State::Closed);
    QVERIFY(waitFor([&states] { return states.size() == 1; }));
    QCOMPARE(transport.state(), Transport::State::Closed);
}

void LifecycleTest::closedAnswersEverything()
{
    Party alice({helper("closed")});
    Transport &transport = alice.open();
    OutgoingLog *log = transport.openLog(Label);
    IncomingLog *incoming = transport.follow(linkOf(log));
    QSignalSpy states(&transport, &Transport::stateChanged);
    const QFuture<Problem> first = transport.close();
    const QFuture<Problem> second = transport.close();
    QVERIFY(!await(first));
    QVERIFY(!await(second));
    QVERIFY(waitFor([&transport] { return transport.state() == Transport::State::Closed; }));
    QCOMPARE(states.constLast().first().value<Transport::State>(), Transport::State::Closed);
    QVERIFY(!await(transport.close()));
    QCOMPARE(await(log->append("late")).problem().kind(), Problem::Kind::Closed);
    QCOMPARE(await(log->appendAll({"late", "later"})).problem().kind(), Problem::Kind::Closed);
    QCOMPARE(await(log->read(1, 1)).problem().kind(), Problem::Kind::Closed);
    QCOMPARE(await(log->audit()).problem().kind(), Problem::Kind::Closed);
    QCOMPARE(await(log->withdraw(1)).kind(), Problem::Kind::Closed);
    QCOMPARE(await(log->acknowledge({1})).kind(), Problem::Kind::Closed);
    QCOMPARE(await(transport.applySettings(alice.settings)).kind(), Problem::Kind::Closed);
    incoming->start();
    incoming->commit(1);
    incoming->checkNow();
    transport.syncNow();
    transport.setPaused(true);
    QCOMPARE(await(transport.openLog(QStringLiteral("new"))->append("x")).problem().kind(),
             Problem::Kind::Closed);
    QCOMPARE(await(transport.unfollow(incoming)).kind(), Problem::Kind::Closed);
}

void LifecycleTest::callsBehindCloseAreAnswered()
{
    Party alice({helper("behind")});
    Transport &transport = alice.open();
    OutgoingLog *log = transport.openLog(Label);
    const LogLink link = linkOf(log);
    // Posted before the worker has seen close(), run after it.
    const QFuture<Problem> closing = transport.close();
    const QFuture<Problem> applied = transport.applySettings(alice.settings);
    const QFuture<Problem> withdrawn = log->withdraw(1);
    const QFuture<Result<quint64>> appended = log->append("late");
    transport.openLog(QStringLiteral("another"));
    transport.follow(link);
    transport.syncNow();
    QVERIFY(!await(closing));
    QCOMPARE(await(applied).kind(), Problem::Kind::Closed);
    QCOMPARE(await(withdrawn).kind(), Problem::Kind::Closed);
    const Result<quint64> late = await(appended);
    QVERIFY(late.ok() || late.problem().kind() == Problem::Kind::Closed);
}

void LifecycleTest::secondTransportWaitsForTheFirst()
{
    Party alice({helper("first-come")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("mine")).ok());
    const std::unique_ptr<Transport> second(
        loadedPlugin().create(alice.settings, alice.services()));
    const QFuture<Result<quint64>> waiting = second->openLog(Label)->append("ours");
    QVERIFY(await(log->append("mine, too")).ok());
    QCOMPARE(second->state(), Transport::State::Opening);
    QVERIFY(!second->problem());
    QVERIFY(!waiting.isFinished());
    alice.close();
    QCOMPARE(await(waiting).value(), 3u);
    QVERIFY(!await(second->close()));
}

void LifecycleTest::badSettings_data()
{
    QTest::addColumn<QString>("applicationId");
    QTest::addColumn<QString>("directory");
    QTest::addColumn<QList<QUrl>>("helpers");
    const QString good = QStringLiteral("org.example");
    QTest::newRow("no application") << QString() << QStringLiteral("/nowhere") << QList<QUrl>();
    QTest::newRow("odd application")
        << QStringLiteral("a/b") << QStringLiteral("/nowhere") << QList<QUrl>();
    QTest::newRow("no directory") << good << QString() << QList<QUrl>();
    QTest::newRow("relative directory") << good << QStringLiteral("profile") << QList<QUrl>();
    QTest::newRow("credentials in a URL")
        << good << QStringLiteral("/nowhere")
        << QList<QUrl>{QUrl(QStringLiteral("memory://me:secret@x"))};
}

void LifecycleTest::badSettings()
{
    QFETCH(QString, applicationId);
    QFETCH(QString, directory);
    QFETCH(QList<QUrl>, helpers);
    Settings settings;
    settings.setApplicationId(applicationId);
    settings.setDirectory(directory);
    settings.setHelpers(helpers);
    const std::unique_ptr<Transport> transport(loadedPlugin().create(settings));
    QVERIFY(transport);
    QCOMPARE(transport->problem().kind(), Problem::Kind::InvalidArgument);
    QCOMPARE(transport->state(), Transport::State::NeedsAttention);
    QVERIFY(!transport->problem().text().isEmpty());
    QVERIFY(!transport->problem().detail().contains(QLatin1String("secret")));
    OutgoingLog *log = transport->openLog(Label);
    QVERIFY(log);
    QCOMPARE(await(log->append("x")).problem().kind(), Problem::Kind::InvalidArgument);
    QVERIFY(!await(transport->close()));
    QCOMPARE(transport->state(), Transport::State::Closed);
}

void LifecycleTest::badLabels_data()
{
    QTest::addColumn<QString>("label");
    QTest::newRow("empty") << QString();
    QTest::newRow("too long") << QString(256, QLatin1Char('x'));
    QTest::newRow("too long in UTF-8") << QString(100, QChar(0x20ac));
    QTest::newRow("lone surrogate") << QString(QChar(0xd800));
}

void LifecycleTest::badLabels()
{
    QFETCH(QString, label);
    Party alice({helper("labels")});
    OutgoingLog *log = alice.open().openLog(label);
    QVERIFY(log);
    QCOMPARE(log->problem().kind(), Problem::Kind::InvalidArgument);
    QCOMPARE(await(log->append("x")).problem().kind(), Problem::Kind::InvalidArgument);
    QVERIFY(!log->isReady());
}

void LifecycleTest::sameArgumentsSameObjects()
{
    Party alice({helper("same")});
    Transport &transport = alice.open();
    OutgoingLog *log = transport.openLog(Label);
    QCOMPARE(transport.openLog(Label), log);
    QVERIFY(transport.openLog(QStringLiteral("Notes")) != log); // as given, not normalised
    const LogLink link = linkOf(log);
    IncomingLog *incoming = transport.follow(link);
    QCOMPARE(transport.follow(link), incoming);
    QCOMPARE(transport.follow(LogLink::fromUrl(link.toUrl()).value()), incoming);
    QCOMPARE(transport.follow(LogLink()), nullptr);
}

void LifecycleTest::settingsChangeAtWork()
{
    Party alice({});
    Transport &transport = alice.open();
    OutgoingLog *log = transport.openLog(Label);
    QVERIFY(await(log->append("nowhere to go")).ok());
    QVERIFY(waitFor([log] { return log->pendingCount() == 1; }));
    Settings changed = alice.settings;
    changed.setHelpers({helper("changed")});
    QVERIFY(!await(transport.applySettings(changed)));
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    QVERIFY(waitFor([&transport] { return transport.helpers().size() == 1; }));
    changed.setMaxPayload(10);
    QVERIFY(!await(transport.applySettings(changed)));
    QCOMPARE(await(log->append(QByteArray(11, 'x'))).problem().kind(), Problem::Kind::TooLarge);
    Settings other = changed;
    other.setDirectory(alice.directory());
    QCOMPARE(await(transport.applySettings(other)).kind(), Problem::Kind::InvalidArgument);
    other = changed;
    other.setHelpers({QUrl(QStringLiteral("nosuch://scheme"))});
    QVERIFY(!await(transport.applySettings(other)));
    QVERIFY(waitFor(
        [&transport] { return transport.problem().kind() == Problem::Kind::ActionRequired; }));
    QCOMPARE(transport.state(), Transport::State::NeedsAttention);
    QVERIFY(await(log->append("short")).ok());
}

void LifecycleTest::schemesAreRegisteredOnce()
{
    TransportPlugin &plugin = loadedPlugin();
    const auto none = [](const QUrl &) -> ContentStore * { return nullptr; };
    QCOMPARE(plugin.registerContentStore(QStringLiteral("memory"), none).kind(),
             Problem::Kind::InvalidArgument);
    QCOMPARE(plugin.registerContentStore(QStringLiteral("file"), none).kind(),
             Problem::Kind::InvalidArgument);
    QCOMPARE(plugin.registerContentStore(QStringLiteral("No Scheme"), none).kind(),
             Problem::Kind::InvalidArgument);
    QCOMPARE(plugin.registerContentStore(QStringLiteral("empty"), nullptr).kind(),
             Problem::Kind::InvalidArgument);
    QVERIFY(!plugin.registerContentStore(QStringLiteral("useless"), none));
    Party alice({QUrl(QStringLiteral("useless://x"))});
    alice.open();
    QVERIFY(waitFor(
        [&alice] { return alice.transport().problem().kind() == Problem::Kind::ActionRequired; }));
}

void LifecycleTest::unfollowEnds()
{
    Party alice({helper("unfollow")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("a")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    const LogLink link = linkOf(log);
    Party bob({helper("unfollow")});
    bob.open();
    {
        Reader reader(bob.transport().follow(link));
        QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
        QVERIFY(!await(bob.transport().unfollow(reader.log)));
    }
    QCOMPARE(await(bob.transport().unfollow(nullptr)).kind(), Problem::Kind::InvalidArgument);
    QVERIFY(bob.transport().incomingLogs().isEmpty());
    // Followed again, it begins at the beginning.
    Reader reader(bob.transport().follow(link));
    QCOMPARE(reader.log->position(), 0u);
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
}

void LifecycleTest::twoProfilesInOneProcess()
{
    Party alice({helper("two")});
    Party bob({helper("two")});
    OutgoingLog *a = alice.open().openLog(Label);
    OutgoingLog *b = bob.open().openLog(Label);
    QVERIFY(await(a->append("a")).ok());
    QVERIFY(await(b->append("b")).ok());
    QVERIFY(linkOf(a) != linkOf(b));
    alice.close();
    QVERIFY(await(b->append("b again")).ok());
}

void LifecycleTest::countersAreDamped()
{
    Party alice({});
    Transport &transport = alice.open();
    OutgoingLog *log = transport.openLog(Label);
    linkOf(log);
    QSignalSpy pending(&transport, &Transport::pendingChanged);
    QElapsedTimer elapsed;
    elapsed.start();
    for (int i = 1; i <= 500; ++i)
        QVERIFY(await(log->append("x")).ok());
    QVERIFY(waitFor([&transport] { return transport.pendingCount() == 500; }));
    // 20 a second, the first at once and the last exact.
    QVERIFY2(pending.size() <= elapsed.elapsed() / 50 + 2,
             qPrintable(QString::number(pending.size())));
}

QTEST_GUILESS_MAIN(LifecycleTest)
#include "tst_lifecycle.moc"
