// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QFuture>
#include <QFutureWatcher>
#include <QTimer>

#include <chrono>
#include <functional>

namespace RemoteLog {

// Calls `handler` exactly once in the thread of `context` with what a backend answers, or with
// WillRetry if it gives no answer, is cancelled, throws, or takes longer than `limit`. Never if
// `context` dies first. A late answer is ignored.
template <class T>
void whenAnswered(const QFuture<T> &future, QObject *context, std::chrono::milliseconds limit,
                  std::function<void(const T &)> handler)
{
    auto *watcher = new QFutureWatcher<T>(context);
    auto *timer = new QTimer(watcher);
    timer->setSingleShot(true);
    auto finish = [watcher, timer, handler = std::move(handler)](const T &answer) {
        watcher->disconnect();
        timer->stop();
        timer->disconnect();
        watcher->deleteLater();
        handler(answer);
    };
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, finish]() mutable {
        const QFuture<T> answered = watcher->future();
        std::optional<T> answer;
        try {
            if (answered.resultCount() > 0)
                answer = answered.resultAt(0);
        } catch (...) { // a host's backend; our own throw nothing
        }
        // Moved out: `finish` dies with the connection that it removes.
        auto keep = std::move(finish);
        keep(answer ? *answer
                    : T(Problem(Problem::Kind::WillRetry,
                                QStringLiteral("a backend gave no answer"))));
    });
    QObject::connect(timer, &QTimer::timeout, context, [finish, limit]() mutable {
        auto keep = std::move(finish);
        keep(T(Problem(Problem::Kind::WillRetry,
                       QStringLiteral("no answer within %1 ms").arg(limit.count()))));
    });
    timer->start(limit);
    watcher->setFuture(future);
}

} // namespace RemoteLog
