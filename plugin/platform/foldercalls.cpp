// SPDX-License-Identifier: MIT
#include "foldercalls.h"

namespace RemoteLog {

FolderCalls::OpenCall::OpenCall(const QUrl &helper, const std::shared_ptr<Size> &openBytes,
                                qint64 size)
    : m_helper(helper)
    , m_openBytes(openBytes)
    , m_size(size)
{
    *m_openBytes += m_size;
}

FolderCalls::OpenCall::~OpenCall()
{
    *m_openBytes -= m_size;
}

Problem FolderCalls::OpenCall::problem(const QString &reason) const
{
    return Problem(Problem::Kind::WillRetry, reason, m_helper);
}

FolderCalls::FolderCalls(const QUrl &helper)
    : m_helper(helper)
    , m_openBytes(std::make_shared<Size>(0))
{
}

FolderCalls::~FolderCalls()
{
    abort();
}

bool FolderCalls::admit(const std::shared_ptr<OpenCall> &call)
{
    m_open.removeIf([](const std::weak_ptr<OpenCall> &open) { return open.expired(); });
    if (m_open.size() >= MaxOpenCalls || *m_openBytes > MaxOpenBytes)
        return false;
    m_open.append(call);
    return true;
}

void FolderCalls::run(std::function<void()> work)
{
    m_thread.run(std::move(work));
}

void FolderCalls::abort()
{
    // Finishing a future may run code that calls or deletes this object: nothing of it is touched
    // after that.
    QList<std::shared_ptr<OpenCall>> open;
    for (const std::weak_ptr<OpenCall> &call : std::as_const(m_open)) {
        if (auto alive = call.lock())
            open.append(std::move(alive));
    }
    m_open.clear();
    m_thread.startOver();
    for (const auto &call : std::as_const(open))
        call->giveUp(QStringLiteral("aborted"));
}

} // namespace RemoteLog
