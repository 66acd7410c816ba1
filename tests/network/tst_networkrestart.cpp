// SPDX-License-Identifier: MIT
#include "ownprocess.h"
#include "systembus.h"
#include "traveller.h"

#include "network/systemnetworkwatch.h"

using namespace RemoteLog;
using namespace RemoteLog::Testing;

using Reachability = NetworkWatch::Reachability;

// NetworkManager goes away and comes back, which Qt does not notice.
class NetworkRestartTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void goneIsUnknown();
    void comesBackDown();
    void comesBackUp();
    void comesAndGoes();
    void whatElseItSaysIsNoChange();
    void failsToAnswer();
    void portalEndsWithIt();
    void meteredOutlivesIt();
    void meteredEndsWhenNobodyComesBack();
    void theBusEnds();

private:
    std::unique_ptr<SystemBus> m_bus;
};

void NetworkRestartTest::initTestCase()
{
    if (const QString missing = SystemBus::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    m_bus = std::make_unique<SystemBus>();
    QVERIFY(m_bus->isThere());
}

void NetworkRestartTest::goneIsUnknown()
{
    QVERIFY(m_bus->startManager(SystemBus::Down));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(m_bus->stopManager());
    QVERIFY(alice.catchesUp());
    QVERIFY(alice.reachesAll());
}

void NetworkRestartTest::comesBackDown()
{
    QVERIFY(m_bus->startManager(SystemBus::Down));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(m_bus->stopManager());
    QVERIFY(alice.reachesAll());
    QVERIFY(m_bus->startManager(SystemBus::Down));
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(m_bus->setState(SystemBus::Up));
    QVERIFY(alice.catchesUp());
}

void NetworkRestartTest::comesBackUp()
{
    QVERIFY(m_bus->startManager(SystemBus::Down));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(m_bus->stopManager() && m_bus->startManager(SystemBus::Up));
    QVERIFY(alice.reachesAll());
    // For Qt it has been down all the time, and that is no change.
    QVERIFY(m_bus->setState(SystemBus::Down));
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(m_bus->setState(SystemBus::Up));
    QVERIFY(alice.catchesUp());
}

void NetworkRestartTest::comesAndGoes()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.reachesAll());
    for (int i = 0; i < 3; ++i) {
        QVERIFY(m_bus->stopManager() && m_bus->startManager(SystemBus::Down));
        QVERIFY(alice.becomesHeldBack());
        QVERIFY(alice.staysNear());
        QVERIFY(m_bus->stopManager() && m_bus->startManager(SystemBus::Up));
        QVERIFY(alice.catchesUp());
    }
}

void NetworkRestartTest::whatElseItSaysIsNoChange()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    SystemNetworkWatch watch;
    QSignalSpy changed(&watch, &NetworkWatch::changed);
    QVERIFY(m_bus->stopManager());
    QVERIFY(waitFor([&] { return changed.size() == 1; }));
    QCOMPARE(watch.reachability(), Reachability::Unknown);
    QVERIFY(m_bus->startManager(SystemBus::Up));
    QVERIFY(waitFor([&] { return changed.size() == 2; }));
    QCOMPARE(watch.reachability(), Reachability::Connected);
    QVERIFY(m_bus->setState(SystemBus::Up));
    QVERIFY(waitFor([&] { return m_bus->questions() == 2; }));
    QVERIFY(m_bus->setConnectivity(SystemBus::Portal));
    QVERIFY(waitFor([&] { return watch.isCaptivePortal(); }));
    QCOMPARE(changed.size(), 3);
    QVERIFY(m_bus->setDevice(QStringLiteral("wifi")));
    QVERIFY(waitFor([&] { return changed.size() == 4; }));
    QCOMPARE(watch.reachability(), Reachability::Connected);
    QVERIFY(m_bus->setState(SystemBus::Down));
    QVERIFY(waitFor([&] { return watch.reachability() == Reachability::Disconnected; }));
    QCOMPARE(changed.size(), 5); // not once more because Qt heard it, too
}

void NetworkRestartTest::failsToAnswer()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    SystemNetworkWatch watch;
    QSignalSpy changed(&watch, &NetworkWatch::changed);
    QVERIFY(m_bus->stopManager() && m_bus->startManager(SystemBus::Down, QStringLiteral("modem")));
    QVERIFY(waitFor([&] { return watch.reachability() == Reachability::Disconnected; }));
    QVERIFY(watch.isMetered());
    QVERIFY(m_bus->setAnswers(false));
    changed.clear();
    QVERIFY(m_bus->setState(SystemBus::Up));
    QVERIFY(waitFor([&] { return watch.reachability() == Reachability::Unknown; }));
    QVERIFY(watch.isMetered());
    QVERIFY(m_bus->setConnectivity(SystemBus::Full));
    QVERIFY(waitFor([&] { return m_bus->questions() == 3; }));
    QVERIFY(m_bus->setAnswers(true));
    QVERIFY(m_bus->setState(SystemBus::Down));
    QVERIFY(waitFor([&] { return watch.reachability() == Reachability::Disconnected; }));
    QCOMPARE(changed.size(), 2); // not for each failure
}

void NetworkRestartTest::portalEndsWithIt()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    Traveller alice("alice");
    alice.open();
    QVERIFY(m_bus->setConnectivity(SystemBus::Portal));
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(m_bus->stopManager());
    QVERIFY(alice.reachesAll());
}

void NetworkRestartTest::meteredOutlivesIt()
{
    QVERIFY(m_bus->startManager(SystemBus::Up, QStringLiteral("modem")));
    SystemNetworkWatch watch;
    QVERIFY(watch.isMetered());
    QVERIFY(m_bus->stopManager());
    QVERIFY(waitFor([&] { return watch.reachability() == Reachability::Unknown; }));
    QVERIFY(watch.isMetered());
    QVERIFY(m_bus->startManager(SystemBus::Up, QStringLiteral("modem")));
    QVERIFY(waitFor([&] { return watch.reachability() == Reachability::Connected; }));
    QVERIFY(watch.isMetered());
    QVERIFY(m_bus->setDevice(QStringLiteral("wifi")));
    QVERIFY(waitFor([&] { return !watch.isMetered(); }));
}

// Else a host that holds back on such a network would do so for ever.
void NetworkRestartTest::meteredEndsWhenNobodyComesBack()
{
    QVERIFY(m_bus->startManager(SystemBus::Up, QStringLiteral("modem")));
    SystemNetworkWatch watch(nullptr, std::chrono::milliseconds(1));
    QSignalSpy changed(&watch, &NetworkWatch::changed);
    QVERIFY(watch.isMetered());
    QVERIFY(m_bus->stopManager());
    QVERIFY(waitFor([&] { return !watch.isMetered(); }));
    QCOMPARE(watch.reachability(), Reachability::Unknown);
    QCOMPARE(changed.size(), 2);
    QVERIFY(m_bus->startManager(SystemBus::Up, QStringLiteral("modem")));
    QVERIFY(waitFor([&] { return watch.isMetered(); }));
}

void NetworkRestartTest::theBusEnds()
{
    QVERIFY(m_bus->startManager(SystemBus::Down));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.becomesHeldBack());
    m_bus->end();
    QVERIFY(alice.reachesAll());
}

int main(int count, char **arguments)
{
    return runApart<NetworkRestartTest>(count, arguments, Application::OfTheProcess);
}

#include "tst_networkrestart.moc"
