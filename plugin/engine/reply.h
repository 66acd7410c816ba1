// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QFuture>
#include <QPromise>

#include <memory>

namespace RemoteLog {

// The answer that somebody waits for with a QFuture. Copies share it. The first answer counts; if
// the last copy dies without one, the answer is Closed: a future of ours never stays open and is
// never cancelled, whatever is torn down.
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

    void answer(const T &value) const
    {
        if (m_state->isAnswered)
            return;
        m_state->isAnswered = true;
        m_state->promise.addResult(value);
        m_state->promise.finish();
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
            if (!isAnswered) {
                promise.addResult(T(Problem(Problem::Kind::Closed,
                                            QStringLiteral("the transport was closed first"))));
                promise.finish();
            }
        }
        QPromise<T> promise;
        bool isAnswered = false; // used by one thread at a time: whoever holds the request
    };
    std::shared_ptr<State> m_state;
};

} // namespace RemoteLog
