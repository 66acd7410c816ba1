// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QFuture>
#include <QFutureWatcher>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace RemoteLog {

// Calls `handler` once in the thread of `context` with what a backend answers, however late, or
// with WillRetry if it gives no answer, is cancelled or throws. Never if `context` dies first.
template <class T>
QFutureWatcher<T> *onAnswer(const QFuture<T> &future, QObject *context,
                            std::function<void(const T &)> handler)
{
    auto *watcher = new QFutureWatcher<T>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context,
                     [watcher, handler = std::move(handler)]() mutable {
                         const QFuture<T> answered = watcher->future();
                         std::optional<T> answer;
                         try {
                             if (answered.resultCount() > 0)
                                 answer = answered.resultAt(0);
                         } catch (...) { // a host's backend; our own throw nothing
                         }
                         // Moved out: it dies with the connection.
                         const auto keep = std::move(handler);
                         watcher->disconnect();
                         watcher->deleteLater();
                         keep(answer ? *answer
                                     : T(Problem(Problem::Kind::WillRetry,
                                                 QStringLiteral("a backend gave no answer"))));
                     });
    watcher->setFuture(future);
    return watcher;
}

inline Problem noAnswerWithin(std::chrono::milliseconds limit)
{
    return Problem(Problem::Kind::WillRetry,
                   QStringLiteral("no answer within %1 ms").arg(limit.count()));
}

// The same, and with WillRetry if the answer takes longer than `limit`: a late one is ignored.
template <class T>
void whenAnswered(const QFuture<T> &future, QObject *context, std::chrono::milliseconds limit,
                  std::function<void(const T &)> handler)
{
    const auto once = std::make_shared<std::function<void(const T &)>>(std::move(handler));
    const auto answer = [once](const T &value) {
        if (const auto open = std::exchange(*once, nullptr))
            open(value);
    };
    QFutureWatcher<T> *watcher = onAnswer<T>(future, context, answer);
    auto *timer = new QTimer(watcher);
    timer->setSingleShot(true);
    QObject::connect(timer, &QTimer::timeout, context, [watcher, answer, limit] {
        watcher->disconnect();
        watcher->deleteLater();
        answer(T(noAnswerWithin(limit)));
    });
    timer->start(limit);
}

} // namespace RemoteLog
