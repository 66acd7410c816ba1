// SPDX-License-Identifier: MIT
#pragma once

#include "taskthread.h"

#include <RemoteLog/problem.h>

#include <QFuture>
#include <QList>
#include <QPromise>
#include <QUrl>

#include <atomic>
#include <memory>

namespace RemoteLog {

// Asynchronous calls of work that may block for ever: done in a thread of their own, one after
// another. Each future gets exactly one value: that of the work, or WillRetry when abort() or the
// destructor comes first.
class FolderCalls
{
public:
    // More than this waits only where a disk is stuck: then a call fails at once, so that memory
    // stays bounded.
    static constexpr int MaxOpenCalls = 1024;
    static constexpr qint64 MaxOpenBytes = 32 * 1024 * 1024;

    explicit FolderCalls(const QUrl &helper);
    ~FolderCalls();

    // T can be made of a Problem. `work` must own everything that it touches; `size` is what it
    // holds in memory.
    template <class T>
    QFuture<T> call(std::function<T()> work, qint64 size = 0);

    // The same without an answer; dropped by abort().
    void run(std::function<void()> work);

    // Answers all open calls with WillRetry. What has not begun is never done. What is at work is
    // left behind with its thread and what it owns, and may still be carried out when its disk
    // wakes up; later calls do not wait for it (TaskThread::startOver()). Answering may delete this
    // object.
    void abort();

private:
    Q_DISABLE_COPY_MOVE(FolderCalls)
    using Size = std::atomic<qint64>;

    class OpenCall
    {
    public:
        OpenCall(const QUrl &helper, const std::shared_ptr<Size> &openBytes, qint64 size);
        virtual ~OpenCall();
        virtual void giveUp(const QString &reason) = 0;

    protected:
        bool claim() { return !m_isClaimed.exchange(true); }
        bool isClaimed() const { return m_isClaimed.load(); }
        Problem problem(const QString &reason) const;

    private:
        Q_DISABLE_COPY_MOVE(OpenCall)
        const QUrl m_helper;
        const std::shared_ptr<Size> m_openBytes;
        const qint64 m_size;
        std::atomic<bool> m_isClaimed = false; // by whoever finishes the future
    };

    template <class T>
    class Answer;

    bool admit(const std::shared_ptr<OpenCall> &call);

    const QUrl m_helper;
    const std::shared_ptr<Size> m_openBytes;
    QList<std::weak_ptr<OpenCall>> m_open;
    TaskThread m_thread;
};

template <class T>
class FolderCalls::Answer : public OpenCall
{
public:
    Answer(const QUrl &helper, const std::shared_ptr<Size> &openBytes, qint64 size)
        : OpenCall(helper, openBytes, size)
    {
        m_promise.start();
    }

    // Comes with the task, run or not: a future is never left without a value.
    ~Answer() override { Answer::giveUp(QStringLiteral("dropped")); }

    QFuture<T> future() const { return m_promise.future(); }

    void run(const std::function<T()> &work)
    {
        if (!isClaimed())
            finish(work());
    }

    void giveUp(const QString &reason) override
    {
        if (!isClaimed())
            finish(T(problem(reason)));
    }

private:
    void finish(T value)
    {
        if (!claim())
            return;
        m_promise.addResult(std::move(value));
        m_promise.finish();
    }

    QPromise<T> m_promise;
};

template <class T>
QFuture<T> FolderCalls::call(std::function<T()> work, qint64 size)
{
    auto answer = std::make_shared<Answer<T>>(m_helper, m_openBytes, size);
    const QFuture<T> future = answer->future();
    if (admit(answer))
        m_thread.run([answer, work = std::move(work)] { answer->run(work); });
    else
        answer->giveUp(QStringLiteral("too much waits for the folder already"));
    return future;
}

} // namespace RemoteLog
