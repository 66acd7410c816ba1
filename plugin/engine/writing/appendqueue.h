// SPDX-License-Identifier: MIT
#pragma once

#include "engine/reply.h"

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QList>
#include <QString>

#include <mutex>
#include <vector>

namespace RemoteLog {

// One call of append() or appendAll().
struct AppendRequest
{
    QString label;
    QList<QByteArray> payloads;
    QByteArray id; // for a single payload; empty: computed
    Reply<Result<quint64>> reply;
};

// Appends on their way from the host's thread to the worker. All that have gathered when the worker
// looks share one transaction (group commit). The only thing here that crosses threads without Qt.
class AppendQueue
{
public:
    // Any thread. True if the queue was empty: the worker has to be woken. After close() the
    // request is dropped, and its reply says Closed.
    bool push(AppendRequest request);

    // Worker. Everything that is there, in order.
    std::vector<AppendRequest> takeAll();

    // Worker. Nobody will look any more.
    void close();

private:
    std::mutex m_mutex;
    std::vector<AppendRequest> m_requests;
    bool m_isClosed = false;
};

} // namespace RemoteLog
