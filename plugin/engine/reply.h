// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QFuture>
#include <QPromise>

#include <atomic>
#include <functional>
#include <memory>

namespace RemoteLog {

// The answer that somebody waits for with a QFuture. Copies share it. The first answer counts; if
// the last copy dies without one, the answer is Closed: a future of ours never stays open and is
// never cancelled, whatever is torn down. Any thread may answer.
template <class T>
class Reply
{
public:
    Reply()
        : m_state(std::make_shared<State>())
    {
        m_state->promise.start();
    }

    QFuture<T> future() const { return m_state->promise.future(); }

    void answer(const T &value) const { m_state->answer(value); }

    // Answers like answer(), but does not keep the question open: for time limits.
    std::function<void(const T &)> answerIfOpen() const
    {
        return [weak = std::weak_ptr<State>(m_state)](const T &value) {
            if (const auto state = weak.lock())
                state->answer(value);
        };
    }

    void setProgress(int value, int of) const
    {
        if (m_state->isAnswered)
            return;
        m_state->promise.setProgressRange(0, of);
        m_state->promise.setProgressValue(value);
    }

    // A future that is answered already.
    static QFuture<T> now(const T &value)
    {
        const Reply reply;
        reply.answer(value);
        return reply.future();
    }

private:
    struct State
    {
        ~State()
        {
            answer(T(
                Problem(Problem::Kind::Closed, QStringLiteral("the transport was closed first"))));
        }
        void answer(const T &value)
        {
            if (isAnswered.exchange(true))
                return;
            promise.addResult(value);
            promise.finish();
        }
        QPromise<T> promise;
        std::atomic_bool isAnswered = false;
    };
    std::shared_ptr<State> m_state;
};

} // namespace RemoteLog
