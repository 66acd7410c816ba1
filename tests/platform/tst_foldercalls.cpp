// SPDX-License-Identifier: MIT
#include "folders.h"
#include "stuckdisk.h"

#include "platform/foldercalls.h"

#include <RemoteLog/result.h>

#include <atomic>
#include <optional>

using namespace RemoteLog;
using namespace RemoteLogTest;

namespace {

const QUrl helper(u"file:///somewhere"_s);

template <class T>
bool wasGivenUp(const QFuture<T> &future)
{
    if (!future.isFinished() || future.resultCount() != 1)
        return false;
    Problem problem;
    if constexpr (std::is_same_v<T, Problem>)
        problem = future.result();
    else
        problem = future.result().problem();
    return problem.kind() == Problem::Kind::WillRetry && problem.helper() == helper;
}

} // namespace

class TestFolderCalls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersInOrder();
    void givesUpWhatIsStuck();
    void givesUpWhenDestroyed();
    void ignoresALateValue();
    void goesOnAfterAbort();
    void goesOnWhileTheDiskIsStuck();
    void boundsWhatWaits();
    void boundsTheBytesThatWait();
    void mayBeDestroyedByWhoeverIsAnswered();
};

void TestFolderCalls::answersInOrder()
{
    FolderCalls calls(helper);
    QList<QFuture<Result<int>>> futures;
    auto count = std::make_shared<int>(0);
    for (int i = 0; i < 100; ++i)
        futures.append(calls.call<Result<int>>([count] { return Result<int>(++*count); }));
    for (int i = 0; i < 100; ++i)
        QCOMPARE(answer(futures[i]).value(), i + 1);
}

void TestFolderCalls::givesUpWhatIsStuck()
{
    StuckDisk disk;
    FolderCalls calls(helper);
    const auto stuck = calls.call<Problem>([task = disk.task()] {
        task();
        return Problem();
    });
    const auto waiting = calls.call<Result<int>>([] { return Result<int>(1); });
    QVERIFY(disk.waitUntilStuck());
    QVERIFY(!stuck.isFinished() && !waiting.isFinished());
    calls.abort();
    QVERIFY(wasGivenUp(stuck));
    QVERIFY(wasGivenUp(waiting));
}

void TestFolderCalls::givesUpWhenDestroyed()
{
    StuckDisk disk;
    std::optional<FolderCalls> calls(std::in_place, helper);
    const auto stuck = calls->call<Problem>([task = disk.task()] {
        task();
        return Problem();
    });
    const auto waiting = calls->call<Result<int>>([] { return Result<int>(1); });
    QVERIFY(disk.waitUntilStuck());
    calls.reset();
    QVERIFY(wasGivenUp(stuck));
    QVERIFY(wasGivenUp(waiting));
}

void TestFolderCalls::ignoresALateValue()
{
    StuckDisk disk;
    FolderCalls calls(helper);
    auto token = std::make_shared<int>();
    const std::weak_ptr<int> call = token;
    const auto stuck = calls.call<Problem>([task = disk.task(), token = std::move(token)] {
        task();
        return Problem();
    });
    QVERIFY(disk.waitUntilStuck());
    calls.abort();
    disk.letGo();
    QTRY_VERIFY(call.expired()); // the late value was there by then
    QVERIFY(wasGivenUp(stuck));
}

void TestFolderCalls::goesOnAfterAbort()
{
    FolderCalls calls(helper);
    calls.abort();
    QCOMPARE(answer(calls.call<Problem>([] { return Problem(); })), Problem());
}

void TestFolderCalls::goesOnWhileTheDiskIsStuck()
{
    StuckDisk disk;
    FolderCalls calls(helper);
    calls.run(disk.task());
    QVERIFY(disk.waitUntilStuck());
    auto isDone = std::make_shared<std::atomic<bool>>(false);
    const auto waiting = calls.call<Problem>([isDone] {
        *isDone = true;
        return Problem();
    });
    calls.abort();
    QVERIFY(wasGivenUp(waiting));
    QCOMPARE(answer(calls.call<Problem>([] { return Problem(); })), Problem());
    QCOMPARE(isDone.use_count(), 1); // nobody does it for nobody
    QVERIFY(!*isDone);
}

void TestFolderCalls::boundsWhatWaits()
{
    StuckDisk disk;
    FolderCalls calls(helper);
    calls.run(disk.task());
    QVERIFY(disk.waitUntilStuck());
    for (int i = 0; i < FolderCalls::MaxOpenCalls; ++i)
        QVERIFY(!calls.call<Problem>([] { return Problem(); }).isFinished());
    QVERIFY(wasGivenUp(calls.call<Problem>([] { return Problem(); })));

    // Answered ones do not count.
    disk.letGo();
    QTRY_COMPARE(answer(calls.call<Problem>([] { return Problem(); })), Problem());
}

void TestFolderCalls::boundsTheBytesThatWait()
{
    StuckDisk disk;
    FolderCalls calls(helper);
    calls.run(disk.task());
    QVERIFY(disk.waitUntilStuck());
    const auto none = [] { return Problem(); };
    const auto large = calls.call<Problem>(none, FolderCalls::MaxOpenBytes);
    QVERIFY(!large.isFinished());
    QVERIFY(wasGivenUp(calls.call<Problem>(none, 1)));
    QVERIFY(!calls.call<Problem>(none).isFinished());
    disk.letGo();
    QCOMPARE(answer(large), Problem());
    QTRY_COMPARE(answer(calls.call<Problem>(none, FolderCalls::MaxOpenBytes)), Problem());
}

void TestFolderCalls::mayBeDestroyedByWhoeverIsAnswered()
{
    StuckDisk disk;
    auto calls = std::make_unique<FolderCalls>(helper);
    calls->run(disk.task());
    QVERIFY(disk.waitUntilStuck());
    auto first = calls->call<Problem>([] { return Problem(); });
    const auto second = calls->call<Problem>([] { return Problem(); });
    const auto destroyed = first.then(this, [&](const Problem &) { calls.reset(); });
    calls->abort();
    QTRY_VERIFY(destroyed.isFinished());
    QVERIFY(!calls);
    QVERIFY(wasGivenUp(second));
}

QTEST_GUILESS_MAIN(TestFolderCalls)

#include "tst_foldercalls.moc"
