// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <functional>
#include <mutex>

namespace RemoteLog {

// How the host's thread calls into the worker: work is queued while the engine lives and dropped
// (destroyed unrun) afterwards. Replies in dropped work answer Closed by themselves.
class EnginePort
{
public:
    explicit EnginePort(QObject *target)
        : m_target(target)
    {
    }

    void post(std::function<void()> work)
    {
        const std::lock_guard lock(m_mutex);
        if (m_target)
            QMetaObject::invokeMethod(m_target, std::move(work), Qt::QueuedConnection);
    }

    // Worker: from now on nothing comes in any more.
    void shut()
    {
        const std::lock_guard lock(m_mutex);
        m_target = nullptr;
    }

private:
    std::mutex m_mutex;
    QObject *m_target;
};

} // namespace RemoteLog
