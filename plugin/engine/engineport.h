// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <mutex>

namespace RemoteLog {

// How the host's thread calls into the worker: work is queued while the engine is open and dropped
// (destroyed unrun) afterwards, also what was queued before. Replies in dropped work answer Closed
// by themselves.
class EnginePort : public std::enable_shared_from_this<EnginePort>
{
public:
    explicit EnginePort(QObject *target)
        : m_target(target)
    {
    }

    // False if the engine is closed already: then `work` was dropped.
    bool post(std::function<void()> work)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_target)
            return false;
        QMetaObject::invokeMethod(
            m_target,
            [self = shared_from_this(), work = std::move(work)] {
                if (self->isOpen())
                    work();
            },
            Qt::QueuedConnection);
        return true;
    }

    // Worker: from now on nothing comes in any more.
    void shut()
    {
        const std::lock_guard lock(m_mutex);
        m_target = nullptr;
    }

private:
    bool isOpen()
    {
        const std::lock_guard lock(m_mutex);
        return m_target;
    }

    std::mutex m_mutex;
    QObject *m_target;
};

} // namespace RemoteLog
