// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <functional>
#include <memory>

namespace RemoteLog {

// A thread of its own for calls that may block for ever (a network share that went away). Tasks run
// one after another, in order. The destructor never waits: what has not begun is dropped
// (destroyed), what is stuck is left behind with its thread. Tasks must own everything they touch.
// Uses no Qt event loop.
class TaskThread
{
public:
    TaskThread();
    ~TaskThread();

    // From any thread. The task runs soon, or is destroyed unrun.
    void run(std::function<void()> task);

    // Drops what has not begun.
    void dropWaiting();

private:
    Q_DISABLE_COPY_MOVE(TaskThread)
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace RemoteLog
