// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

namespace RemoteLog {

// A thread of its own for calls that may block for ever (a network share that went away). Tasks run
// one after another, in order. The destructor never waits: what has not begun is dropped
// (destroyed), what is stuck is left behind with its thread. Tasks must own everything they touch.
// Uses no Qt event loop.
class TaskThread
{
public:
    // Most threads that may be left behind at a time: each holds what its task holds.
    static constexpr int MaxLeftBehind = 4;

    TaskThread();
    ~TaskThread();

    // From any thread. The task runs soon, or is destroyed unrun.
    void run(std::function<void()> task);

    // At the end of the application, when nobody uses any: waits, for a bounded time, for all
    // threads of the process to end, so that none is in the middle of ending when the process does.
    // What is stuck is left behind.
    static void joinAll(std::chrono::milliseconds limit);

    // Drops what has not begun. If a task is at work, it is left behind with its thread, and what
    // comes later has a new one; but where MaxLeftBehind are stuck already it has to wait for this
    // one.
    void startOver();

private:
    Q_DISABLE_COPY_MOVE(TaskThread)
    struct State;
    class Threads;
    std::shared_ptr<State> state() const;

    mutable std::mutex m_mutex; // of m_state
    std::shared_ptr<State> m_state;
};

} // namespace RemoteLog
