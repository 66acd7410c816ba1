// SPDX-License-Identifier: MIT
#include "folderrole.h"

#include <QPointer>

namespace RemoteLog {

FolderRole::FolderRole(const FolderHelper &folder, int mostWatched)
    : m_folder(folder)
    , m_calls(folder.url)
    , m_watch(&m_calls, mostWatched)
{
}

void FolderRole::abort()
{
    const QPointer<FolderWatch> watch(&m_watch);
    m_calls.abort();
    if (watch)
        watch->resume();
}

} // namespace RemoteLog
