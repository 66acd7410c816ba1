// SPDX-License-Identifier: MIT
#pragma once

// For platform/ alone.

#include "inotify.h"

#include <QList>
#include <QString>

namespace RemoteLog {

// Where something that may be missing is watched: in its directory or, while that is missing too,
// in the nearest one above it.
struct WatchPlace
{
    int watch = -1; // none: it cannot be watched
    QByteArray awaited; // the name that has to appear there, encoded; empty for any
    bool isFound = false; // the file awaited is there
    QList<int> passed; // watches that turned out to be of no use
};

// Watches for `fileName` in `directory`, or for whatever appears in it if there is no `fileName`.
// Blocks as long as the disk does.
WatchPlace findWatchPlace(const Inotify &inotify, const QString &directory,
                          const QString &fileName);

} // namespace RemoteLog
