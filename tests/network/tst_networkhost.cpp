// SPDX-License-Identifier: MIT
#include "ownprocess.h"
#include "systembus.h"
#include "traveller.h"

#include "network/systemnetworkwatch.h"

#include <QNetworkInformation>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

bool mayBeApart = true; // from the network, where that is wanted

int count = 1;
char name[] = "host";
char *arguments[] = {name, nullptr};

} // namespace

// Hosts whose application, or event loop, is not what one expects. QNetworkInformation ends with
// the application; the plugin stays.
class NetworkHostTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void theNextApplicationHasANetworkToo();
    void theNextApplicationWithoutNetworkManager();
    void theNextApplicationsNetworkIsAChange();
    void neverRunsAnEventLoop();
    void hasNoGLibEventLoop();
};

void NetworkHostTest::initTestCase()
{
    if (const QString missing = SystemBus::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
}

void NetworkHostTest::theNextApplicationHasANetworkToo()
{
    auto first = std::make_unique<QCoreApplication>(count, arguments);
    SystemBus bus;
    QVERIFY(bus.startManager(SystemBus::Down));
    auto left = std::make_unique<Traveller>("left");
    left->open();
    QVERIFY(left->becomesHeldBack());
    first.reset();
    QVERIFY(!QNetworkInformation::instance());

    const QCoreApplication second(count, arguments);
    QVERIFY(bus.setState(SystemBus::Up));
    Traveller alice("alice");
    alice.open();
    QVERIFY(alice.reachesAll());
    QCOMPARE(QNetworkInformation::instance()->thread(), second.thread());
    QVERIFY(bus.setState(SystemBus::Down));
    QVERIFY(alice.becomesHeldBack());
    QVERIFY(alice.staysNear());
    left->party.drop();
    QVERIFY(bus.stopManager());
    QVERIFY(alice.catchesUp());
    QVERIFY(bus.startManager(SystemBus::Down));
    QVERIFY(alice.becomesHeldBack());
    QCOMPARE(bus.questions(), 1); // the watch of the first application does not ask any more
}

void NetworkHostTest::theNextApplicationWithoutNetworkManager()
{
    auto first = std::make_unique<QCoreApplication>(count, arguments);
    SystemBus bus;
    QVERIFY(bus.startManager(SystemBus::Down));
    Traveller left("left");
    left.open();
    QVERIFY(left.becomesHeldBack());
    first.reset();
    const QCoreApplication second(count, arguments);
    QVERIFY(bus.stopManager());
    Traveller alice("alice");
    alice.open();
    QVERIFY(QNetworkInformation::instance()->backendName() != QStringLiteral("networkmanager"));
    QVERIFY(alice.reachesAll());
    left.party.drop();
}

void NetworkHostTest::theNextApplicationsNetworkIsAChange()
{
    auto first = std::make_unique<QCoreApplication>(count, arguments);
    SystemBus bus;
    QVERIFY(bus.startManager(SystemBus::Up));
    SystemNetworkWatch watch;
    QSignalSpy left(&watch, &NetworkWatch::changed);
    QVERIFY(bus.setState(SystemBus::Down));
    QVERIFY(waitFor([&] { return left.size() == 1; }));
    left.clear();
    first.reset();
    const QCoreApplication second(count, arguments);
    QVERIFY(bus.setState(SystemBus::Up));
    const QSignalSpy newcomer(&watch, &NetworkWatch::changed);
    QCOMPARE(watch.reachability(), NetworkWatch::Reachability::Connected);
    QCOMPARE(left.size(), 0);
    QVERIFY(waitFor([&] { return !left.isEmpty(); }));
    // It is the same one for the next.
    const QSignalSpy another(&watch, &NetworkWatch::changed);
    QVERIFY(bus.setState(SystemBus::Down));
    QVERIFY(waitFor([&] { return left.size() > 1; }));
    QCOMPARE(left.size(), 2);
}

void NetworkHostTest::neverRunsAnEventLoop()
{
    std::unique_ptr<Traveller> left;
    {
        const QCoreApplication application(count, arguments);
        SystemBus bus;
        QVERIFY(bus.startManager(SystemBus::Up));
        Traveller alice("alice");
        alice.party.open().openLog(QStringLiteral("diary"))->append("nobody waits");
        QVERIFY(bus.setState(SystemBus::Down));
        left = std::make_unique<Traveller>("left");
        left->party.open().openLog(QStringLiteral("diary"))->append("nobody waits");
        alice.party.drop();
    }
    QVERIFY(!QNetworkInformation::instance());
    left->party.drop();
}

void NetworkHostTest::hasNoGLibEventLoop()
{
    if (!mayBeApart)
        QSKIP("no network namespace of its own: the system refuses");
    qputenv("QT_NO_GLIB", "1");
    qputenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent");
    const QCoreApplication application(count, arguments);
    Traveller alice("alice");
    alice.open();
    if (!QNetworkInformation::instance())
        QSKIP("Qt has no GLib backend here");
    QCOMPARE(QNetworkInformation::instance()->reachability(),
             QNetworkInformation::Reachability::Disconnected);
    // It would say so for ever.
    QVERIFY(alice.reachesAll());
}

int main(int argumentCount, char **argumentValues)
{
    mayBeApart = enterLoopbackOnlyFor("hasNoGLibEventLoop", argumentCount, argumentValues);
    return runApart<NetworkHostTest>(argumentCount, argumentValues, Application::OfTheTest);
}

#include "tst_networkhost.moc"
