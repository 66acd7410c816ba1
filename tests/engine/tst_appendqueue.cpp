// SPDX-License-Identifier: MIT
#include "engine/writing/appendqueue.h"

#include <QtTest>

#include <atomic>
#include <thread>

using namespace RemoteLog;

// The way of appends from the host's thread to the worker.
class AppendQueueTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wakesOnce();
    void keepsOrderAcrossThreads();
    void closedQueueAnswers();
};

void AppendQueueTest::wakesOnce()
{
    AppendQueue queue;
    QVERIFY(queue.push({QStringLiteral("a"), {"1"}, {}, {}}));
    QVERIFY(!queue.push({QStringLiteral("a"), {"2"}, {}, {}}));
    QCOMPARE(queue.takeAll().size(), 2u);
    QVERIFY(queue.takeAll().empty());
    QVERIFY(queue.push({QStringLiteral("a"), {"3"}, {}, {}}));
}

void AppendQueueTest::keepsOrderAcrossThreads()
{
    constexpr int Threads = 4;
    constexpr int Each = 500;
    AppendQueue queue;
    std::atomic<int> running{Threads};
    std::vector<std::thread> hosts;
    for (int thread = 0; thread < Threads; ++thread) {
        hosts.emplace_back([&queue, &running, thread] {
            for (int i = 0; i < Each; ++i)
                queue.push({QString::number(thread), {QByteArray::number(i)}, {}, {}});
            --running;
        });
    }
    QList<int> next(Threads, 0);
    int taken = 0;
    while (taken < Threads * Each) {
        const bool last = running == 0;
        const std::vector<AppendRequest> requests = queue.takeAll();
        for (const AppendRequest &request : requests) {
            int &expected = next[request.label.toInt()];
            QCOMPARE(request.payloads.first(), QByteArray::number(expected));
            ++expected;
            ++taken;
            request.reply.answer(quint64(taken));
        }
        QVERIFY2(!last || !requests.empty() || taken == Threads * Each, "a request was lost");
    }
    for (std::thread &host : hosts)
        host.join();
}

void AppendQueueTest::closedQueueAnswers()
{
    AppendQueue queue;
    const Reply<Result<quint64>> before;
    const QFuture<Result<quint64>> waiting = before.future();
    {
        AppendRequest request{QStringLiteral("a"), {"1"}, {}, {}};
        const QFuture<Result<quint64>> dropped = request.reply.future();
        queue.push(std::move(request));
        queue.close();
        QVERIFY(dropped.isFinished());
        QCOMPARE(dropped.result().problem().kind(), Problem::Kind::Closed);
    }
    AppendRequest late{QStringLiteral("a"), {"2"}, {}, {}};
    const QFuture<Result<quint64>> future = late.reply.future();
    QVERIFY(!queue.push(std::move(late)));
    QCOMPARE(future.result().problem().kind(), Problem::Kind::Closed);
    QVERIFY(!waiting.isFinished());
}

QTEST_GUILESS_MAIN(AppendQueueTest)
#include "tst_appendqueue.moc"
