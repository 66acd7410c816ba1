// SPDX-License-Identifier: MIT
#pragma once

// For platform/ alone.

#include "foldertree.h"

#include <QHash>
#include <QSet>

namespace RemoteLog {

// A directory, whatever it is called. Numbers are used again when a directory is removed and
// another one made: so the time of its birth belongs to it, 0 where the file system does not know
// it.
struct DirectoryId
{
    quint64 device = 0;
    quint64 inode = 0;
    qint64 born = 0; // ns since the epoch
    friend bool operator==(const DirectoryId &, const DirectoryId &) = default;
};
size_t qHash(const DirectoryId &id, size_t seed = 0);

// Directories that are to be synced, by their path, with those in them that survive a crash only
// after that.
using UnsyncedDirectories = QHash<QString, QSet<DirectoryId>>;

// Makes the directories of a helper's folder, for all who may use the folder: one that stays its
// maker's alone would keep everybody else from writing for ever. So they get the folder's own mode
// and group.
class DirectoryMaker
{
public:
    // The tree is open and outlives this object.
    explicit DirectoryMaker(const FolderTree &tree);

    // Makes a directory and those above it, where they are missing. What is not known to survive a
    // crash is added to `unsynced`: also what is there already, for its maker may have crashed.
    Problem make(const QString &directory, UnsyncedDirectories *unsynced) const;

    // Adds what is above a file that is there.
    void visit(const QString &directory, UnsyncedDirectories *unsynced) const;

    // Moves what stands where a file or directory of ours is wanted out of the way, if it still
    // does. It is somebody's and never deleted: `tmp/obstacle-<name>-<random digits>`, or beside
    // `tmp` if it is that. ActionRequired if it cannot be moved.
    enum class Wanted { File, Directory };
    Problem moveAside(const QString &directory, const QString &name, Wanted wanted) const;

    // What new files get: who can read the folder can read them, and nobody writes to them again.
    mode_t fileMode() const { return 0600 | (m_tree.status().st_mode & 0444); }
    gid_t group() const { return m_tree.status().st_gid; }

private:
    struct Place;
    Problem enter(const Place &place, Descriptor *entered, bool *isNew) const;
    void share(const Descriptor &directory, const struct stat &status, bool isNew) const;

    const FolderTree &m_tree;
};

// To be told when a directory was synced.
void setDurable(const QSet<DirectoryId> &directories);

} // namespace RemoteLog
