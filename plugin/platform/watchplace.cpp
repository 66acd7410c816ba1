// SPDX-License-Identifier: MIT
#include "watchplace.h"

#include <QFile>
#include <QLoggingCategory>

#include <sys/stat.h>

namespace RemoteLog {

namespace {

Q_LOGGING_CATEGORY(log, "remotelog.platform", QtWarningMsg)

// Directories may come while one goes up to find the nearest: how often one starts again.
constexpr int MaxAttempts = 8;

bool isThere(const QByteArray &path)
{
    struct stat status;
    return ::lstat(path.constData(), &status) == 0;
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
        const bool isAwaitedThere = !awaited.isEmpty() && isThere(path + '/' + awaited);
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
