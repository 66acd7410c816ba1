// SPDX-License-Identifier: MIT
#include "ownprocess.h"
#include "systembus.h"
#include "traveller.h"

#include "network/systemnetworkwatch.h"

#include <QNetworkInformation>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

// What NetworkManager says decides when helpers on the network are used, in a host that brings no
// network of its own.
class NetworkManagerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void downHoldsBackAndUpReleases();
    void pendingGrowsWhileDown();
    void startsWhileDown();
    void states_data();
    void states();
    void captivePortal();
    void metered_data();
    void metered();
    void meteredFromTheStart();
    void anotherMediumIsAChange();
    void tenChangesAreTenSignals();
    void transportsShareTheWatch();

private:
    std::unique_ptr<SystemBus> m_bus;
};

void NetworkManagerTest::initTestCase()
{
    if (const QString missing = SystemBus::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    m_bus = std::make_unique<SystemBus>();
    QVERIFY(m_bus->isThere());
}

void NetworkManagerTest::downHoldsBackAndUpReleases()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.reachesAll());
    QCOMPARE(QNetworkInformation::instance()->backendName(), QStringLiteral("networkmanager"));
    QCOMPARE(QNetworkInformation::instance()->thread(), qApp->thread());
    QVERIFY(m_bus->setState(SystemBus::Down));
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(m_bus->setState(SystemBus::Up));
    QVERIFY(alice.catchesUp());
    QVERIFY(alice.reachesAll());
}

void NetworkManagerTest::pendingGrowsWhileDown()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    const auto world = MemoryWorld::named(QStringLiteral("only"));
    Party alice({helperOnNetwork("only")});
    alice.bringsNetwork = false;
    OutgoingLog *log = alice.open().openLog(QStringLiteral("diary"));
    QVERIFY(await(log->append("one")).ok());
    QVERIFY(waitFor([&] { return log->head().lastSequence() == 1; }));
    QVERIFY(m_bus->setState(SystemBus::Down));
    QVERIFY(waitFor([&] { return alice.transport().state() == Transport::State::Offline; }));
    world->resetCounts();
    for (const int count : {1, 2, 3}) {
        QVERIFY(await(log->append("more")).ok());
        alice.transport().syncNow();
        QVERIFY(waitFor([&] { return alice.transport().pendingCount() == count; }));
    }
    QCOMPARE(alice.transport().state(), Transport::State::Offline);
    QCOMPARE(world->counts().calls(), 0);
    QVERIFY(m_bus->setState(SystemBus::Up));
    QVERIFY(waitFor([&] { return log->head().lastSequence() == 4; }));
    QVERIFY(waitFor([&] { return alice.transport().pendingCount() == 0; }));
}

void NetworkManagerTest::startsWhileDown()
{
    QVERIFY(m_bus->startManager(SystemBus::Down));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(m_bus->setState(SystemBus::Up));
    QVERIFY(alice.catchesUp());
}

void NetworkManagerTest::states_data()
{
    QTest::addColumn<uint>("state");
    QTest::addColumn<bool>("isOffline");
    QTest::newRow("asleep") << uint(SystemBus::Asleep) << false;
    QTest::newRow("connecting") << uint(SystemBus::Connecting) << false;
    QTest::newRow("local") << uint(SystemBus::Local) << false;
    QTest::newRow("site") << uint(SystemBus::Site) << false;
    QTest::newRow("going-down") << uint(SystemBus::GoingDown) << true;
}

void NetworkManagerTest::states()
{
    QFETCH(uint, state);
    QFETCH(bool, isOffline);
    if (!QNetworkInformation::instance())
        QVERIFY(m_bus->startManager(SystemBus::Up));
    Traveller alice(QTest::currentDataTag());
    alice.open();
    QVERIFY(m_bus->setState(isOffline ? SystemBus::Up : SystemBus::Down));
    QVERIFY(isOffline ? alice.reachesAll() : alice.becomesHeldBack());
    QVERIFY(m_bus->setState(SystemBus::State(state)));
    QVERIFY(isOffline ? alice.becomesHeldBack() && alice.staysNear() : alice.reachesAll());
}

void NetworkManagerTest::captivePortal()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.reachesAll());
    QVERIFY(m_bus->setConnectivity(SystemBus::Portal));
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(m_bus->setConnectivity(SystemBus::Full));
    QVERIFY(alice.catchesUp());
}

void NetworkManagerTest::metered_data()
{
    QTest::addColumn<bool>("isHeld");
    QTest::newRow("hold") << true;
    QTest::newRow("allow") << false;
}

void NetworkManagerTest::metered()
{
    QFETCH(bool, isHeld);
    if (!QNetworkInformation::instance())
        QVERIFY(m_bus->startManager(SystemBus::Up));
    Traveller alice(QTest::currentDataTag(),
                    isHeld ? Settings::Policy::Hold : Settings::Policy::Allow);
    alice.open();
    QVERIFY(alice.reachesAll());
    QVERIFY(m_bus->setDevice(QStringLiteral("modem")));
    QVERIFY(waitFor([] { return QNetworkInformation::instance()->isMetered(); }));
    QVERIFY(isHeld ? alice.becomesHeldBack() && alice.staysNear() : alice.reachesAll());
    QVERIFY(m_bus->setDevice(QStringLiteral("ethernet")));
    QVERIFY(alice.catchesUp());
}

void NetworkManagerTest::meteredFromTheStart()
{
    QVERIFY(m_bus->startManager(SystemBus::Up, QStringLiteral("modem")));
    Traveller alice("alice", Settings::Policy::Hold);
    alice.open();
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    // A person may decide otherwise.
    alice.party.settings.setMeteredPolicy(Settings::Policy::Allow);
    QVERIFY(!await(alice.party.transport().applySettings(alice.party.settings)));
    QVERIFY(alice.catchesUp());
}

void NetworkManagerTest::anotherMediumIsAChange()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    SystemNetworkWatch watch;
    QSignalSpy changed(&watch, &NetworkWatch::changed);
    QVERIFY(m_bus->setDevice(QStringLiteral("wifi")));
    QVERIFY(waitFor([&] { return !changed.isEmpty(); }));
    QCOMPARE(watch.reachability(), NetworkWatch::Reachability::Connected);
    QVERIFY(!watch.isMetered());
    QVERIFY(m_bus->setState(SystemBus::Down));
    QVERIFY(waitFor([&] { return changed.size() > 1; }));
    QCOMPARE(changed.size(), 2);
}

void NetworkManagerTest::tenChangesAreTenSignals()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.reachesAll());
    SystemNetworkWatch watch;
    int signalsOfDown = 0;
    int signalsOfUp = 0;
    connect(&watch, &NetworkWatch::changed, this, [&] {
        ++(watch.reachability() == NetworkWatch::Reachability::Disconnected ? signalsOfDown
                                                                            : signalsOfUp);
    });
    const auto far = MemoryWorld::named(QStringLiteral("alice-far"));
    far->resetCounts();
    for (int i = 0; i < 5; ++i)
        QVERIFY(m_bus->setState(SystemBus::Down) && m_bus->setState(SystemBus::Up));
    QVERIFY(waitFor([&] { return signalsOfUp == 5; }));
    QCOMPARE(signalsOfDown, 5);
    QVERIFY(alice.reachesAll());
    QCOMPARE(signalsOfDown + signalsOfUp, 10);
    // A store and a name system: two for each time that everything is tried afresh.
    QVERIFY(waitFor([&] { return far->counts().aborts > 0; }));
    QVERIFY2(far->counts().aborts < 10, qPrintable(QString::number(far->counts().aborts)));
}

void NetworkManagerTest::transportsShareTheWatch()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.reachesAll());
    QVERIFY(m_bus->setState(SystemBus::Down));
    QVERIFY(alice.becomesHeldBack());
    Traveller bob("bob");
    bob.open();
    QVERIFY(bob.becomesHeldBack());
    QVERIFY(bob.staysNear());
    alice.party.close();
    QVERIFY(m_bus->setState(SystemBus::Up));
    QVERIFY(bob.catchesUp());
    alice.open();
    QVERIFY(m_bus->stopManager() && m_bus->startManager(SystemBus::Down));
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(bob.becomesHeldBack());
    // One question each for a watch of their own.
    QCOMPARE(m_bus->questions(), 1);
}

int main(int count, char **arguments)
{
    return runApart<NetworkManagerTest>(count, arguments, Application::OfTheProcess);
}

#include "tst_networkmanager.moc"
