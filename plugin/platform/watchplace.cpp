// SPDX-License-Identifier: MIT
#include "watchplace.h"

#include "lastingcategory.h"

#include <QFile>

#include <sys/stat.h>

namespace RemoteLog {

namespace {

REMOTELOG_LASTING_CATEGORY(log, "remotelog.platform")

// Directories may come while one goes up to find the nearest: how often one starts again.
constexpr int MaxAttempts = 8;

bool isThere(const QByteArray &path)
{
    struct stat status;
    return ::lstat(path.constData(), &status) == 0;
}

// A file in place of a directory is none: the directory may still come.
bool isDirectory(const QByteArray &path)
{
    struct stat status;
    return ::stat(path.constData(), &status) == 0 && S_ISDIR(status.st_mode);
}

} // namespace

WatchPlace findWatchPlace(const Inotify &inotify, const QString &directory, const QString &fileName)
{
    const QByteArray goal = QFile::encodeName(directory);
    const QByteArray file = QFile::encodeName(fileName);
    WatchPlace place;
    for (int i = 0; i < MaxAttempts; ++i) {
        QByteArray path = goal;
        QByteArray awaited = file;
        int watch = inotify.add(path);
        while (watch < 0 && (errno == ENOENT || errno == ENOTDIR) && path.size() > 1) {
            const qsizetype slash = path.lastIndexOf('/');
            awaited = path.mid(slash + 1);
            path.truncate(qMax(slash, qsizetype(1)));
            watch = inotify.add(path);
        }
        if (watch < 0) {
            qCDebug(log) << "cannot watch a folder, errno" << errno;
            return place;
        }
        const bool isGoal = path.size() == goal.size();
        const QByteArray next = path + '/' + awaited;
        const bool isAwaitedThere =
            !awaited.isEmpty() && (isGoal ? isThere(next) : isDirectory(next));
        if (isGoal || !isAwaitedThere) {
            place.watch = watch;
            place.awaited = awaited;
            place.isFound = isAwaitedThere;
            return place;
        }
        place.passed.append(watch);
    }
    return place;
}

} // namespace RemoteLog
