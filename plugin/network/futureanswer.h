// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QFuture>
#include <QPromise>

#include <utility>

namespace RemoteLog {

// The one value of a future that a backend gave away. Whoever works on it shares it; when the last
// of them is gone and there was none, it is WillRetry. T can be made of a Problem. One thread.
template <class T>
class FutureAnswer
{
public:
    FutureAnswer() { m_promise.start(); }
    ~FutureAnswer() { give(Problem(Problem::Kind::WillRetry, QStringLiteral("dropped"))); }
    FutureAnswer(const FutureAnswer &) = delete;
    FutureAnswer &operator=(const FutureAnswer &) = delete;

    QFuture<T> future() const { return m_promise.future(); }

    // The first one counts. To be the last thing that is done: who waits may destroy the backend.
    void give(T value)
    {
        if (std::exchange(m_isGiven, true))
            return;
        m_promise.addResult(std::move(value));
        m_promise.finish();
    }

private:
    QPromise<T> m_promise;
    bool m_isGiven = false;
};

} // namespace RemoteLog
