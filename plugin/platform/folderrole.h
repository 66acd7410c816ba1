// SPDX-License-Identifier: MIT
#pragma once

#include "foldercalls.h"
#include "folderhelper.h"
#include "folderwatch.h"

namespace RemoteLog {

// What both roles of a folder helper are made of: the folder, calls in a thread of the role's own
// (so that neither waits for the other, nor is aborted with it), and what notices changes.
class FolderRole
{
public:
    FolderRole(const FolderHelper &folder, int mostWatched);

    const FolderHelper &folder() const { return m_folder; }
    FolderCalls &calls() { return m_calls; }
    FolderWatch &watch() { return m_watch; }

    // FolderCalls::abort(); watching goes on. Answering may delete this object.
    void abort();

private:
    Q_DISABLE_COPY_MOVE(FolderRole)

    const FolderHelper m_folder;
    FolderCalls m_calls;
    FolderWatch m_watch;
};

} // namespace RemoteLog
