// SPDX-License-Identifier: MIT
#include "stuckdisk.h"

#include "platform/taskthread.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

using namespace RemoteLog;
using RemoteLogTest::StuckDisk;
using namespace std::chrono_literals;

namespace {

// Waits for all tasks given so far.
bool drain(TaskThread &thread, std::chrono::milliseconds limit = 30s)
{
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> future = done->get_future();
    thread.run([done] { done->set_value(); });
    return future.wait_for(limit) == std::future_status::ready;
}

} // namespace

class TestTaskThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runsInOrder();
    void runsWhatManyThreadsGive();
    void runsWhatATaskGives();
    void destroysATaskBeforeTheNext();
    void doesNotWaitForAStuckTask();
    void destroysWhatItDrops();
    void startsOverWhereNothingIsAtWork();
    void leavesAStuckTaskBehind();
    void leavesSomeThreadsBehindOnly();
    void goesOnWhenTheDiskWakesUp();
    void outlivesItsObjectWhileStuck();
    void mayBeDestroyedUnused();
    void mayBeDestroyedByItsOwnTask();
    void doesNotDisturbTheEndOfTheProcess();
};

void TestTaskThread::runsInOrder()
{
    TaskThread thread;
    auto numbers = std::make_shared<std::vector<int>>();
    for (int i = 0; i < 1000; ++i)
        thread.run([numbers, i] { numbers->push_back(i); });
    QVERIFY(drain(thread));
    QCOMPARE(numbers->size(), 1000u);
    QVERIFY(std::is_sorted(numbers->begin(), numbers->end()));
}

void TestTaskThread::runsWhatManyThreadsGive()
{
    TaskThread thread;
    auto count = std::make_shared<int>(0); // not atomic: only the one thread touches it
    std::vector<std::thread> givers;
    for (int i = 0; i < 4; ++i) {
        givers.emplace_back([&] {
            for (int j = 0; j < 250; ++j)
                thread.run([count] { ++*count; });
        });
    }
    for (std::thread &giver : givers)
        giver.join();
    QVERIFY(drain(thread));
    QCOMPARE(*count, 1000);
}

void TestTaskThread::runsWhatATaskGives()
{
    TaskThread thread;
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> future = done->get_future();
    thread.run([&thread, done] { thread.run([done] { done->set_value(); }); });
    QVERIFY(future.wait_for(30s) == std::future_status::ready);
}

void TestTaskThread::destroysATaskBeforeTheNext()
{
    TaskThread thread;
    auto token = std::make_shared<int>();
    const std::weak_ptr<int> watch = token;
    thread.run([token = std::move(token)] {});
    QVERIFY(drain(thread));
    QVERIFY(watch.expired());
}

void TestTaskThread::doesNotWaitForAStuckTask()
{
    StuckDisk disk; // lets go only after the TaskThread is gone
    auto later = std::make_shared<std::atomic<bool>>(false);
    {
        TaskThread thread;
        thread.run(disk.task());
        thread.run([later] { *later = true; });
        QVERIFY(disk.waitUntilStuck());
    }
    QVERIFY(!*later);
    QCOMPARE(later.use_count(), 1); // destroyed by the destructor, not when the disk wakes up
}

void TestTaskThread::destroysWhatItDrops()
{
    StuckDisk disk;
    TaskThread thread;
    thread.run(disk.task());
    QVERIFY(disk.waitUntilStuck());
    auto token = std::make_shared<int>();
    for (int i = 0; i < 10; ++i)
        thread.run([token] {});
    QCOMPARE(token.use_count(), 11);
    thread.startOver();
    QCOMPARE(token.use_count(), 1);
}

void TestTaskThread::startsOverWhereNothingIsAtWork()
{
    TaskThread thread;
    thread.startOver();
    QVERIFY(drain(thread));
    thread.startOver();
    QVERIFY(drain(thread));
}

void TestTaskThread::leavesAStuckTaskBehind()
{
    StuckDisk disk;
    TaskThread thread;
    thread.run(disk.task());
    QVERIFY(disk.waitUntilStuck());
    thread.startOver();
    QVERIFY(drain(thread));
}

// Each holds memory, and a disk that is gone stays gone.
void TestTaskThread::leavesSomeThreadsBehindOnly()
{
    StuckDisk disks[TaskThread::MaxLeftBehind + 1];
    TaskThread thread;
    for (StuckDisk &disk : disks) {
        thread.run(disk.task());
        QVERIFY(disk.waitUntilStuck());
        thread.startOver();
    }
    auto later = std::make_shared<std::atomic<bool>>(false);
    thread.run([later] { *later = true; });
    thread.startOver(); // one too many: waits, and was dropped
    QCOMPARE(later.use_count(), 1);

    // Those that wake up make room again.
    disks[0].letGo();
    do {
        thread.startOver();
    } while (!drain(thread, 10ms));
}

void TestTaskThread::goesOnWhenTheDiskWakesUp()
{
    StuckDisk disk;
    TaskThread thread;
    thread.run(disk.task());
    QVERIFY(disk.waitUntilStuck());
    disk.letGo();
    QVERIFY(drain(thread));
}

void TestTaskThread::outlivesItsObjectWhileStuck()
{
    auto ended = std::make_shared<std::promise<void>>();
    std::future<void> future = ended->get_future();
    StuckDisk disk;
    {
        TaskThread thread;
        thread.run([stuck = disk.task(), ended] {
            stuck();
            ended->set_value();
        });
        QVERIFY(disk.waitUntilStuck());
    }
    disk.letGo();
    QVERIFY(future.wait_for(30s) == std::future_status::ready);
}

void TestTaskThread::mayBeDestroyedUnused()
{
    const TaskThread thread;
}

void TestTaskThread::mayBeDestroyedByItsOwnTask()
{
    auto gone = std::make_shared<std::promise<void>>();
    std::future<void> future = gone->get_future();
    auto thread = std::make_shared<std::unique_ptr<TaskThread>>(std::make_unique<TaskThread>());
    TaskThread &same = **thread;
    same.run([thread, gone] {
        thread->reset();
        gone->set_value();
    });
    QVERIFY(future.wait_for(30s) == std::future_status::ready);
}

// main() is left, statics die, and the thread still stands in its task.
void TestTaskThread::doesNotDisturbTheEndOfTheProcess()
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QCoreApplication::applicationFilePath(), {QStringLiteral("stuck")});
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (application.arguments().value(1) == QStringLiteral("stuck")) {
        auto begun = std::make_shared<std::promise<void>>();
        TaskThread thread;
        thread.run([begun] {
            begun->set_value();
            std::promise<void>().get_future().wait(); // for ever
        });
        begun->get_future().wait();
        return 0;
    }
    TestTaskThread test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_taskthread.moc"
