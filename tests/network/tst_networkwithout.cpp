// SPDX-License-Identifier: MIT
#include "ownprocess.h"
#include "systembus.h"
#include "traveller.h"

#include <QNetworkInformation>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

bool mayBeApart = true; // from the network, where that is wanted

void removeSystemBus()
{
    qputenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent");
}

// Before anything asks for the network: where Qt finds no plugins, it has no backend.
void removeBackends()
{
    QCoreApplication::setLibraryPaths({});
}

} // namespace

// No NetworkManager, or a host that was first to choose who is asked.
class NetworkWithoutTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noSystemBus();
    void onlyLoopback();
    void itComesLater();
    void noBackend();
    void noBackendAndItComesLater();
    void noBackendAndItIsDown();
    void theHostHasLoadedTheDefault();
    void theHostHasLoadedByFeatures();
    void theHostHasLoadedAnother();
    void theHostHasLoadedAnotherAndItIsDown();
    void theHostHasLoadedAnotherAndThereIsAPortal();

private:
    void comesLater();
    void isUsedAsItIs(const std::function<bool()> &load, const QString &name);
    void isAskedBesideGLib(SystemBus::State state, SystemBus::Connectivity connectivity);
};

void NetworkWithoutTest::noSystemBus()
{
    removeSystemBus();
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.reachesAll());
}

void NetworkWithoutTest::onlyLoopback()
{
    if (!mayBeApart)
        QSKIP("no network namespace of its own: the system refuses");
    removeSystemBus();
    Traveller alice("alice");
    alice.open();
    const QNetworkInformation *system = QNetworkInformation::instance();
    if (!system || system->backendName() != QStringLiteral("glib"))
        QSKIP("Qt has no GLib backend here");
    QCOMPARE(system->reachability(), QNetworkInformation::Reachability::Disconnected);
    // A way into the world would not make it say anything else.
    QVERIFY(alice.reachesAll());
}

void NetworkWithoutTest::itComesLater()
{
    comesLater();
}

void NetworkWithoutTest::noBackend()
{
    removeBackends();
    removeSystemBus();
    Traveller alice("alice");
    alice.open();
    Traveller bob("bob");
    bob.open();
    QVERIFY(!QNetworkInformation::instance());
    QVERIFY(alice.reachesAll());
    QVERIFY(bob.reachesAll());
}

void NetworkWithoutTest::noBackendAndItComesLater()
{
    removeBackends();
    comesLater();
    QVERIFY(!QNetworkInformation::instance());
}

void NetworkWithoutTest::noBackendAndItIsDown()
{
    if (const QString missing = SystemBus::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    removeBackends();
    SystemBus bus;
    QVERIFY(bus.startManager(SystemBus::Down));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.becomesHeldBack());
    Traveller bob("bob");
    bob.open();
    QVERIFY(bob.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(bob.staysNear());
    QVERIFY(!QNetworkInformation::instance());
    QCOMPARE(bus.questions(), 1); // that he came is no reason to forget what is known
    QVERIFY(bus.setState(SystemBus::Up));
    QVERIFY(alice.catchesUp());
    QVERIFY(bob.catchesUp());
}

void NetworkWithoutTest::comesLater()
{
    if (const QString missing = SystemBus::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    SystemBus bus;
    QVERIFY(bus.isThere());
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.reachesAll());
    QVERIFY(bus.startManager(SystemBus::Down));
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(bus.setState(SystemBus::Up));
    QVERIFY(alice.catchesUp());
}

void NetworkWithoutTest::isUsedAsItIs(const std::function<bool()> &load, const QString &name)
{
    if (const QString missing = SystemBus::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    SystemBus bus;
    QVERIFY(bus.startManager(SystemBus::Up));
    QVERIFY(load());
    const QNetworkInformation *system = QNetworkInformation::instance();
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.reachesAll());
    QCOMPARE(QNetworkInformation::instance(), system);
    QCOMPARE(system->backendName(), name);
    // GLib knows it as well, from the same NetworkManager.
    QVERIFY(bus.setConnectivity(SystemBus::Portal));
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(bus.setConnectivity(SystemBus::Full));
    QVERIFY(alice.catchesUp());
}

void NetworkWithoutTest::theHostHasLoadedTheDefault()
{
    isUsedAsItIs([] { return QNetworkInformation::loadDefaultBackend(); },
                 QStringLiteral("networkmanager"));
}

void NetworkWithoutTest::theHostHasLoadedByFeatures()
{
    isUsedAsItIs(
        [] {
            return QNetworkInformation::loadBackendByFeatures(
                QNetworkInformation::Feature::Reachability
                | QNetworkInformation::Feature::CaptivePortal);
        },
        QStringLiteral("networkmanager"));
}

void NetworkWithoutTest::theHostHasLoadedAnother()
{
    isUsedAsItIs([] { return QNetworkInformation::loadBackendByName(u"glib"); },
                 QStringLiteral("glib"));
}

void NetworkWithoutTest::isAskedBesideGLib(SystemBus::State state,
                                           SystemBus::Connectivity connectivity)
{
    if (const QString missing = SystemBus::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    SystemBus bus;
    QVERIFY(bus.startManager(state));
    QVERIFY(bus.setConnectivity(connectivity));
    if (!QNetworkInformation::loadBackendByName(u"glib"))
        QSKIP("Qt has no GLib backend here");
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    QVERIFY(bus.setConnectivity(SystemBus::Full) && bus.setState(SystemBus::Up));
    QVERIFY(alice.catchesUp());
}

// What GLib says first is worth nothing where it may never be taken back.
void NetworkWithoutTest::theHostHasLoadedAnotherAndItIsDown()
{
    isAskedBesideGLib(SystemBus::Down, SystemBus::Full);
}

void NetworkWithoutTest::theHostHasLoadedAnotherAndThereIsAPortal()
{
    isAskedBesideGLib(SystemBus::Up, SystemBus::Portal);
}

int main(int count, char **arguments)
{
    mayBeApart = enterLoopbackOnlyFor("onlyLoopback", count, arguments);
    return runApart<NetworkWithoutTest>(count, arguments, Application::OfTheProcess);
}

#include "tst_networkwithout.moc"
