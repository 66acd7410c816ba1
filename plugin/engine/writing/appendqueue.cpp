// SPDX-License-Identifier: MIT
#include "appendqueue.h"

namespace RemoteLog {

bool AppendQueue::push(AppendRequest request)
{
    const std::lock_guard lock(m_mutex);
    if (m_isClosed)
        return false;
    m_requests.push_back(std::move(request));
    return m_requests.size() == 1;
}

std::vector<AppendRequest> AppendQueue::takeAll()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_requests, {});
}

void AppendQueue::close()
{
    std::vector<AppendRequest> dropped;
    const std::lock_guard lock(m_mutex);
    m_isClosed = true;
    dropped.swap(m_requests);
}

} // namespace RemoteLog
