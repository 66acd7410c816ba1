// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QString>
#include <QUrl>

namespace RemoteLog {

// A folder that is a helper: a content store and a name system at once, perhaps on a share. What
// its URL says, and the care for the folder itself (resources/doc/wire-format.md, "Folder helper").
// It is never made by us: one that is not there is rather a share that is not mounted, and what is
// written below its mount point would be lost to everybody.
struct FolderHelper
{
    QUrl url; // as it is spelled in the settings
    QString path; // absolute, without a slash at the end
    bool needsNetwork = false;

    // `file:///path`, perhaps with `?network=required`; InvalidArgument for anything else. No I/O.
    static Result<FolderHelper> fromUrl(const QUrl &url);

    // The same Problem, with the helper that it is about.
    Problem named(const Problem &problem) const;

    // Removes what writers left in `tmp/` that crashed, a day ago or longer. Blocks as long as the
    // folder's disk does.
    void removeStaleFiles() const;
};

} // namespace RemoteLog
