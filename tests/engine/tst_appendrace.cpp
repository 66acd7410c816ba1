// SPDX-License-Identifier: MIT
// For the thread sanitizer, so without QtTest, whose watchdog is a thread of an uninstrumented Qt:
// four hosts append while a worker takes and, in the end, closes. Every request is answered once,
// in order for each host.
#include "engine/writing/appendqueue.h"

#include <cstdio>
#include <thread>

using namespace RemoteLog;

int main()
{
    constexpr int Hosts = 4;
    constexpr int Each = 500;
    AppendQueue queue;
    std::vector<std::thread> hosts;
    for (int host = 0; host < Hosts; ++host) {
        hosts.emplace_back([&queue, host] {
            for (int i = 0; i < Each; ++i)
                queue.push({QString::number(host), {QByteArray::number(i)}, {}, {}});
        });
    }
    std::vector<int> next(Hosts, 0);
    int taken = 0;
    while (taken < Hosts * Each - Each / 2) {
        for (const AppendRequest &request : queue.takeAll()) {
            int &expected = next[std::size_t(request.label.toInt())];
            if (request.payloads.first() != QByteArray::number(expected++)) {
                std::puts("a request came out of order");
                return 1;
            }
            request.reply.answer(quint64(++taken));
        }
        std::this_thread::yield();
    }
    queue.close();
    for (std::thread &host : hosts)
        host.join();
    const AppendRequest late{QStringLiteral("late"), {"x"}, {}, {}};
    const QFuture<Result<quint64>> answer = late.reply.future();
    if (queue.push(late) || !queue.takeAll().empty() || answer.isFinished()) {
        std::puts("a closed queue took a request");
        return 1;
    }
    std::printf("%d requests in order\n", taken);
    return 0;
}
