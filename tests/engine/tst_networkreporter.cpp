// SPDX-License-Identifier: MIT
#include "engine/networkreporter.h"
#include "support/fakenetworkwatch.h"

#include <QThread>
#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

namespace {

constexpr auto Connected = NetworkWatch::Reachability::Connected;
constexpr auto Disconnected = NetworkWatch::Reachability::Disconnected;

void changeWithoutSignal(FakeNetworkWatch *watch, NetworkWatch::Reachability reachability)
{
    const QSignalBlocker blocker(watch);
    watch->set(reachability);
}

} // namespace

// What the worker is told of the network.
class NetworkReporterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatItSaysFirst();
    void aSignalIsAChangeEvenIfAllIsAsBefore();
    void aLostSignalIsMadeUpForWhenSomebodyAsks();
    void aLostSignalIsMadeUpForAfterAWhile();
    void inTheThreadOfTheWatch();
    void aWatchThatIsGoneIsNotAsked();
};

void NetworkReporterTest::whatItSaysFirst()
{
    FakeNetworkWatch watch;
    watch.set(Disconnected, true, true);
    QList<NetworkState> reports;
    const NetworkReporter reporter(&watch, 1h,
                                   [&](const NetworkState &state) { reports.append(state); });
    QCOMPARE(reports, (QList<NetworkState>{{Disconnected, true, true}}));
}

void NetworkReporterTest::aSignalIsAChangeEvenIfAllIsAsBefore()
{
    FakeNetworkWatch watch;
    QList<NetworkState> reports;
    const NetworkReporter reporter(&watch, 1h,
                                   [&](const NetworkState &state) { reports.append(state); });
    watch.set(Connected);
    QCOMPARE(reports.size(), 2);
}

void NetworkReporterTest::aLostSignalIsMadeUpForWhenSomebodyAsks()
{
    FakeNetworkWatch watch;
    QList<NetworkState> reports;
    NetworkReporter reporter(&watch, 1h, [&](const NetworkState &state) { reports.append(state); });
    reporter.look();
    QCOMPARE(reports.size(), 1); // nothing is new
    changeWithoutSignal(&watch, Disconnected);
    QCOMPARE(reports.size(), 1);
    reporter.look();
    reporter.look();
    QCOMPARE(reports.size(), 2);
    QCOMPARE(reports.constLast().reachability, Disconnected);
}

void NetworkReporterTest::aLostSignalIsMadeUpForAfterAWhile()
{
    FakeNetworkWatch watch;
    QList<NetworkState> reports;
    const NetworkReporter reporter(&watch, 5ms,
                                   [&](const NetworkState &state) { reports.append(state); });
    changeWithoutSignal(&watch, Disconnected);
    QTRY_COMPARE(reports.size(), 2);
    changeWithoutSignal(&watch, Connected);
    QTRY_COMPARE(reports.size(), 3);
    QCOMPARE(reports.constLast().reachability, Connected);
}

void NetworkReporterTest::inTheThreadOfTheWatch()
{
    QThread thread;
    FakeNetworkWatch watch;
    watch.moveToThread(&thread);
    thread.start();
    std::atomic_int reports = 0;
    std::atomic_bool isElsewhere = false;
    auto *reporter = new NetworkReporter(&watch, 1h, [&](const NetworkState &) {
        isElsewhere = isElsewhere || QThread::currentThread() != &thread;
        ++reports;
    });
    QTRY_COMPARE(reports.load(), 1);
    QMetaObject::invokeMethod(&watch, [&watch] { changeWithoutSignal(&watch, Disconnected); });
    reporter->look();
    QTRY_COMPARE(reports.load(), 2);
    QMetaObject::invokeMethod(&watch, [&watch] { watch.set(Connected); });
    QTRY_COMPARE(reports.load(), 3);
    QVERIFY(!isElsewhere);
    QSignalSpy gone(reporter, &QObject::destroyed);
    reporter->deleteLater();
    thread.quit();
    QVERIFY(thread.wait());
    QCOMPARE(gone.size(), 1);
}

void NetworkReporterTest::aWatchThatIsGoneIsNotAsked()
{
    auto watch = std::make_unique<FakeNetworkWatch>();
    QList<NetworkState> reports;
    NetworkReporter reporter(watch.get(), 1h,
                             [&](const NetworkState &state) { reports.append(state); });
    watch.reset();
    reporter.look();
    QCOMPARE(reports.size(), 1);
}

QTEST_GUILESS_MAIN(NetworkReporterTest)
#include "tst_networkreporter.moc"
