// SPDX-License-Identifier: MIT
#include "messengerprocess.h"
#include "storage.h"

#include "systembus.h"

using namespace RemoteLogTest;
using RemoteLog::Testing::SystemBus;

// The messenger with --system-network: NetworkManager says when there is a network.
class TestNetwork : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void waitsForTheSystem();
    void obeysNobodyElse();
    void usesAFolderWithoutNetwork();
    void triesWhereNobodyKnows();

private:
    std::unique_ptr<SystemBus> m_bus;
};

void TestNetwork::initTestCase()
{
    if (const QString missing = SystemBus::missing(); !missing.isEmpty())
        QSKIP(qPrintable(u"not installed: "_s + missing));
    m_bus = std::make_unique<SystemBus>();
    QVERIFY(m_bus->isThere());
}

void TestNetwork::cleanup()
{
    QVERIFY(m_bus->stopManager());
}

void TestNetwork::waitsForTheSystem()
{
    QVERIFY(m_bus->startManager(SystemBus::Down));
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url(true)});
    QVERIFY(alice.start({u"--system-network"_s}));
    EXPECT_LINE(alice, u"transport offline"_s);
    for (const int count : {1, 2}) {
        alice.type("in the train");
        EXPECT_LINE(alice, u"own pending %1"_s.arg(count));
    }
    alice.type("/sync"); // also when somebody asks for it
    alice.type("/status");
    EXPECT_LINE(alice, u"transport offline pending 2 entries 24 bytes"_s);
    QCOMPARE(storage.files({}), QStringList());

    QVERIFY(m_bus->setState(SystemBus::Up));
    EXPECT_LINE(alice, u"own head 2 .*"_s);
    // Counters come when they come.
    QVERIFY2(alice.waitForCount(u"own pending 0"_s, 1), alice.transcript().constData());
    QCOMPARE(storage.files(u"names"_s).size(), 1);

    QVERIFY(m_bus->setState(SystemBus::Down));
    EXPECT_LINE(alice, u"transport offline"_s);
    alice.type("in a tunnel");
    EXPECT_LINE(alice, u"own pending 1"_s);
    alice.endInput();
    EXPECT_END(alice, 0);
}

void TestNetwork::obeysNobodyElse()
{
    QVERIFY(m_bus->startManager(SystemBus::Down));
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url(true)});
    QVERIFY(alice.start({u"--system-network"_s}));
    EXPECT_LINE(alice, u"transport offline"_s);
    alice.type("waits");
    EXPECT_LINE(alice, u"own pending 1"_s);
    alice.type("/online");
    QVERIFY2(alice.warns(u"the system says whether there is a network"_s),
             alice.transcript().constData());
    alice.type("/status");
    EXPECT_LINE(alice, u"transport offline pending 1 .*"_s);
    QCOMPARE(storage.files({}), QStringList());
    alice.endInput();
    EXPECT_END(alice, 0);
}

void TestNetwork::usesAFolderWithoutNetwork()
{
    QVERIFY(m_bus->startManager(SystemBus::Down));
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url()});
    QVERIFY(alice.start({u"--system-network"_s, u"--exit-when-published"_s}));
    alice.type("to a stick");
    alice.endInput();
    EXPECT_END(alice, 0);
    QCOMPARE(storage.files(u"names"_s).size(), 1);
}

void TestNetwork::triesWhereNobodyKnows()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url(true)});
    QVERIFY(alice.start({u"--system-network"_s, u"--exit-when-published"_s}));
    alice.type("on a machine without NetworkManager");
    alice.endInput();
    EXPECT_END(alice, 0);
    QCOMPARE(storage.files(u"names"_s).size(), 1);
}

QTEST_GUILESS_MAIN(TestNetwork)
#include "tst_network.moc"
