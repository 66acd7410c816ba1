// SPDX-License-Identifier: MIT
#pragma once

#include "descriptor.h"

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QDateTime>
#include <QString>

#include <functional>
#include <optional>
#include <sys/stat.h>

namespace RemoteLog {

// What an errno means where a folder is a helper: ActionRequired where a person has to change
// something, also at a full or read-only disk, for it is not the profile's; else WillRetry. `what`
// is a short English phrase with the path's role.
Problem folderProblem(int error, const QString &what);

// What stands below a helper's folder, looked up name by name from the folder's own descriptor: no
// symbolic link below it is followed, so nothing outside of it is read or written. The folder
// itself may be a link. Paths are relative to it, without dots. Blocks as long as its disk does.
class FolderTree
{
public:
    explicit FolderTree(const QString &folder);

    // To be called first. ActionRequired if the folder is not there: a person has to make or mount
    // it.
    Problem open();

    // As readRegularFile(); Tampered, too, where something else stands in place of a directory.
    Result<QByteArray> read(const QString &path, qint64 limit) const;

    // The names in a directory, at most `limit`, in no order; none if it is missing.
    Problem list(const QString &directory, qint64 limit,
                 const std::function<void(const QByteArray &encodedName)> &handle) const;

    // When a file was last written; null if it is not there.
    std::optional<QDateTime> lastModified(const QString &path) const;

    // Removes a file, if it can be removed.
    void remove(const QString &path) const;

    // For platform/ alone: a directory to look things up in (O_PATH), the folder itself for an
    // empty path; not open, and errno, if there is none.
    Descriptor directory(const QString &path) const;

    // The folder's own, as open() saw it.
    const struct stat &status() const { return m_status; }

private:
    const QString m_folder;
    Descriptor m_root;
    struct stat m_status = {};
};

// One step down, without following a link.
Descriptor openDirectoryIn(const Descriptor &parent, const QByteArray &name);

// True if something else stands where a directory was to be opened.
bool isObstacle(int error);

} // namespace RemoteLog
