// SPDX-License-Identifier: MIT
#include "taskthread.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

namespace RemoteLog {

// Belongs to the object and to its thread together: the thread may outlive the object by as long as
// it is stuck.
struct TaskThread::State
{
    using Tasks = std::deque<std::function<void()>>;

    std::mutex mutex;
    std::condition_variable wake;
    Tasks tasks;
    bool isStarted = false;
    bool isStopping = false;

    static void loop(std::shared_ptr<State> state);
};

void TaskThread::State::loop(std::shared_ptr<State> state)
{
    for (;;) {
        std::function<void()> task;
        {
            std::unique_lock lock(state->mutex);
            state->wake.wait(lock, [&] { return state->isStopping || !state->tasks.empty(); });
            if (state->isStopping)
                return;
            task = std::move(state->tasks.front());
            state->tasks.pop_front();
        }
        task(); // and dies here, without the lock: its destructor may call run()
    }
}

TaskThread::TaskThread()
    : m_state(std::make_shared<State>())
{
}

TaskThread::~TaskThread()
{
    State::Tasks dropped;
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->isStopping = true;
        dropped.swap(m_state->tasks);
    }
    m_state->wake.notify_all();
}

void TaskThread::run(std::function<void()> task)
{
    const std::shared_ptr<State> state = m_state; // the task may be what deletes this object
    State::Tasks dropped;
    {
        const std::lock_guard lock(state->mutex);
        state->tasks.push_back(std::move(task));
        if (!state->isStarted) {
            // Detached from the start: nobody ever waits for it, and at exit the system takes it
            // away.
            try {
                std::thread(&State::loop, state).detach();
                state->isStarted = true;
            } catch (const std::system_error &) {
                // No thread to be had now: the task is dropped, the next one tries again.
                dropped.swap(state->tasks);
            }
        }
    }
    state->wake.notify_one();
}

void TaskThread::dropWaiting()
{
    State::Tasks dropped;
    const std::lock_guard lock(m_state->mutex);
    dropped.swap(m_state->tasks);
}

} // namespace RemoteLog
