// SPDX-License-Identifier: MIT
#include "engine/networkdamper.h"

#include <QtTest>

using namespace RemoteLog;
using namespace std::chrono_literals;

// When a change of network is acted on.
class NetworkDamperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFirstChangeIsActedOnAtOnce();
    void flappingIsActedOnOnceMore();
    void aLossIsActedOnWhenItHasLasted();
    void aLossAfterADelayedUpLastsAsLong();
};

void NetworkDamperTest::theFirstChangeIsActedOnAtOnce()
{
    NetworkDamper damper(1h, nullptr);
    QSignalSpy due(&damper, &NetworkDamper::due);
    damper.change(true);
    QCOMPARE(due.size(), 1);
    for (int i = 0; i < 10; ++i) {
        damper.change(false);
        damper.change(true);
        damper.change(true); // another one of the same kind
    }
    QCOMPARE(due.size(), 1);
}

void NetworkDamperTest::flappingIsActedOnOnceMore()
{
    NetworkDamper damper(50ms, nullptr);
    QSignalSpy due(&damper, &NetworkDamper::due);
    damper.change(true);
    damper.change(false);
    damper.change(true);
    QTRY_COMPARE(due.size(), 2);
    // When another span is over, which a second one tells, a change is acted on at once again, and
    // nothing was left to do meanwhile.
    NetworkDamper clock(50ms, nullptr);
    QSignalSpy tick(&clock, &NetworkDamper::due);
    clock.change(true);
    clock.change(true);
    QTRY_COMPARE(tick.size(), 2);
    QCOMPARE(due.size(), 2);
    damper.change(true);
    QCOMPARE(due.size(), 3);
}

void NetworkDamperTest::aLossIsActedOnWhenItHasLasted()
{
    NetworkDamper damper(20ms, nullptr);
    QSignalSpy due(&damper, &NetworkDamper::due);
    damper.change(false);
    QCOMPARE(due.size(), 0);
    QTRY_COMPARE(due.size(), 1);
    // What comes then is not delayed.
    damper.change(true);
    QCOMPARE(due.size(), 2);
}

void NetworkDamperTest::aLossAfterADelayedUpLastsAsLong()
{
    constexpr auto Quiet = 400ms;
    NetworkDamper damper(Quiet, nullptr);
    QElapsedTimer down;
    qint64 lasted = -1;
    connect(&damper, &NetworkDamper::due, this, [&] {
        if (down.isValid())
            lasted = down.elapsed();
    });
    damper.change(true);
    damper.change(true); // waits for the end of the span
    QTimer::singleShot(Quiet / 2, this, [&] {
        down.start();
        damper.change(false);
        damper.change(false); // a captive portal, say: the same loss
    });
    QTRY_VERIFY(lasted >= 0);
    // Its timer may be a twentieth early.
    QVERIFY2(lasted >= 9 * Quiet.count() / 10, qPrintable(QString::number(lasted)));
}

QTEST_GUILESS_MAIN(NetworkDamperTest)
#include "tst_networkdamper.moc"
