// SPDX-License-Identifier: MIT
#include "taskthread.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>

namespace RemoteLog {

// Belongs to the object and to its thread together: the thread may outlive the object by as long as
// it is stuck.
struct TaskThread::State : std::enable_shared_from_this<TaskThread::State>
{
    using Tasks = std::deque<std::function<void()>>;
    using Count = std::atomic<int>;

    explicit State(std::shared_ptr<Count> leftBehindThreads)
        : leftBehind(std::move(leftBehindThreads))
    {
    }

    const std::shared_ptr<Count> leftBehind; // common to all threads of the object
    std::mutex mutex;
    std::condition_variable wake;
    Tasks tasks;
    bool isStarted = false;
    bool isAtWork = false;
    bool isStopping = false;
    bool isLeftBehind = false;

    bool give(std::function<void()> *task);
    bool next(std::function<void()> *task);
    static void loop(const std::shared_ptr<State> &state);
};

// All threads of the process that were not joined yet. Never destroyed: one that is stuck outlives
// everything.
class TaskThread::Threads
{
public:
    static Threads &instance()
    {
        static auto *threads = new Threads;
        return *threads;
    }

    void start(const std::shared_ptr<State> &state)
    {
        const std::lock_guard lock(m_mutex);
        joinEnded();
        const auto thread = m_threads.emplace(m_threads.end());
        try {
            thread->thread = std::thread([this, thread, owned = state]() mutable {
                State::loop(owned);
                owned.reset(); // before it counts as ended
                const std::lock_guard ending(m_mutex);
                thread->hasEnded = true;
                m_ended.notify_all();
            });
        } catch (...) {
            m_threads.erase(thread);
            throw;
        }
    }

    void joinAll(std::chrono::milliseconds limit)
    {
        std::unique_lock lock(m_mutex);
        m_ended.wait_for(lock, limit, [this] {
            return std::all_of(m_threads.begin(), m_threads.end(),
                               [](const Thread &each) { return each.hasEnded; });
        });
        joinEnded();
    }

private:
    struct Thread
    {
        std::thread thread;
        bool hasEnded = false; // has nothing to do any more but to end
    };

    void joinEnded()
    {
        m_threads.remove_if([](Thread &each) {
            if (each.hasEnded)
                each.thread.join();
            return each.hasEnded;
        });
    }

    std::mutex m_mutex;
    std::condition_variable m_ended;
    std::list<Thread> m_threads;
};

// False if it was left behind meanwhile and takes no tasks any more.
bool TaskThread::State::give(std::function<void()> *task)
{
    Tasks dropped;
    const std::lock_guard lock(mutex);
    if (isStopping)
        return false;
    tasks.push_back(std::move(*task));
    if (isStarted)
        return true;
    try {
        Threads::instance().start(shared_from_this());
        isStarted = true;
    } catch (const std::system_error &) {
        // No thread to be had now: the task is dropped, the next one tries again.
        dropped.swap(tasks);
    }
    return true;
}

// False if there will be none any more.
bool TaskThread::State::next(std::function<void()> *task)
{
    std::unique_lock lock(mutex);
    isAtWork = false;
    wake.wait(lock, [&] { return isStopping || !tasks.empty(); });
    if (isStopping) {
        if (isLeftBehind)
            --*leftBehind;
        return false;
    }
    *task = std::move(tasks.front());
    tasks.pop_front();
    isAtWork = true;
    return true;
}

void TaskThread::State::loop(const std::shared_ptr<State> &state)
{
    for (;;) {
        std::function<void()> task;
        if (!state->next(&task))
            return;
        task(); // and dies here, without the lock: its destructor may call run()
    }
}

void TaskThread::joinAll(std::chrono::milliseconds limit)
{
    Threads::instance().joinAll(limit);
}

TaskThread::TaskThread()
    : m_state(std::make_shared<State>(std::make_shared<State::Count>(0)))
{
}

std::shared_ptr<TaskThread::State> TaskThread::state() const
{
    const std::lock_guard lock(m_mutex);
    return m_state;
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
    // A copy: the task may be what deletes this object.
    std::shared_ptr<State> state = this->state();
    while (!state->give(&task))
        state = this->state();
    state->wake.notify_one();
}

void TaskThread::startOver()
{
    State::Tasks dropped; // dies without the locks
    std::shared_ptr<State> state;
    {
        const std::lock_guard objectLock(m_mutex);
        state = m_state;
        const std::lock_guard lock(state->mutex);
        dropped.swap(state->tasks);
        if (!state->isAtWork || *state->leftBehind >= MaxLeftBehind)
            return;
        ++*state->leftBehind;
        state->isLeftBehind = true;
        state->isStopping = true;
        m_state = std::make_shared<State>(state->leftBehind);
    }
}

} // namespace RemoteLog
