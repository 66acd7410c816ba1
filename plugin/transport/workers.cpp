// SPDX-License-Identifier: MIT
#include "workers.h"

#include "engine/engine.h"
#include "platform/taskthread.h"
#include "platform/threadend.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QThread>

#include <algorithm>
#include <atomic>
#include <vector>

namespace RemoteLog::Workers {

namespace {

constexpr std::chrono::seconds JoinLimit{5};
constexpr std::chrono::milliseconds EndLimit{500}; // of a thread that has nothing to do any more
constexpr std::chrono::milliseconds FolderLimit{500}; // for what the helpers' folders are asked

struct Worker
{
    QThread *thread;
    std::shared_ptr<EnginePort> port;
    Engine *engine;
    std::shared_ptr<std::atomic_int> number; // of the thread; 0 before it runs
};

// QCoreApplication's thread only.
std::vector<Worker> &running()
{
    static std::vector<Worker> workers;
    return workers;
}

void closeIn(const Worker &worker)
{
    worker.port->post([engine = worker.engine] { engine->close(Reply<Problem>()); });
}

bool isRegistered = false;

// Also runs in a host that never called exec(): it needs no event loop of the main thread.
void joinAll()
{
    isRegistered = false; // Qt calls a routine once
    std::vector<Worker> workers = std::exchange(running(), {});
    for (const Worker &worker : workers)
        closeIn(worker);
    const QDeadlineTimer deadline(JoinLimit);
    for (const Worker &worker : workers) {
        if (!worker.thread->wait(deadline))
            continue;
        delete worker.thread;
        waitForThreadEnd(*worker.number, EndLimit);
    }
    TaskThread::joinAll(FolderLimit);
}

// Those whose engine was closed. Not when it happens: the event that tells of it may never be
// delivered in a host that ends.
void removeEnded()
{
    std::erase_if(running(), [](const Worker &worker) {
        const bool hasEnded = worker.thread->isFinished();
        if (hasEnded) {
            worker.thread->wait();
            delete worker.thread;
        }
        return hasEnded;
    });
}

} // namespace

void start(std::unique_ptr<Engine> owned)
{
    if (!isRegistered)
        qAddPostRoutine(joinAll);
    isRegistered = true;
    removeEnded();
    Engine *engine = owned.release();
    auto *thread = new QThread;
    thread->setObjectName(QStringLiteral("remotelog"));
    engine->moveToThread(thread);
    // In the worker, as its last act.
    QObject::connect(thread, &QThread::finished, engine, &QObject::deleteLater);
    const auto number = std::make_shared<std::atomic_int>(0);
    running().push_back({thread, engine->port(), engine, number});
    thread->start();
    engine->port()->post([engine, number] {
        *number = threadNumber();
        engine->open();
    });
}

} // namespace RemoteLog::Workers
