// SPDX-License-Identifier: MIT
#include "failingdisk.h"
#include "testengine.h"

#include <QtTest>

#include <cerrno>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

// What a profile shows whose logs cannot be read.
class LockedProfileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWaitsIsCountedUntilItIsUnlocked();
};

void LockedProfileTest::whatWaitsIsCountedUntilItIsUnlocked()
{
    TestEngine engine;
    engine.timing.statusInterval = 0ms;
    QVERIFY(engine.open({}));
    // More than SQLite keeps in memory, so that the logs are not what it read last.
    constexpr int Entries = 12;
    for (int i = 0; i < Entries; ++i)
        engine.append(QStringLiteral("notes"), QByteArray(1'000'000, 'e'));
    QTRY_COMPARE(engine.status.pendingCount, Entries);
    QVERIFY(engine.open({}, false));
    QTRY_COMPARE(engine.status.pendingCount, Entries);
    {
        const FailingDisk failing([](const FailingDisk::Call &call) {
            return call.access == FailingDisk::Access::Read ? EIO : 0;
        });
        engine.unlock();
        QTRY_VERIFY(engine.status.problem);
        // Counters that changed with it would be told by now.
        bool isLater = false;
        QTimer::singleShot(0, this, [&isLater] { isLater = true; });
        QTRY_VERIFY(isLater);
        QCOMPARE(engine.status.pendingCount, Entries);
    }
    engine->syncNow(); // asks for the key again
    engine.unlock();
    QTRY_VERIFY(!engine.status.problem);
    QCOMPARE(engine.status.pendingCount, Entries);
}

QTEST_GUILESS_MAIN(LockedProfileTest)
#include "tst_lockedprofile.moc"
