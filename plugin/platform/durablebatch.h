// SPDX-License-Identifier: MIT
#pragma once

#include "directorymaker.h"

#include <memory>
#include <vector>

namespace RemoteLog {

// Several files of a helper's folder that become durable together, at one sync of each directory
// instead of one of each file's directory. Nothing shows before commit(), and then the last file
// not before all others are durable. Files stand in `tmp/` until then. Paths are relative to the
// folder. Not thread-safe; blocks.
class DurableBatch
{
public:
    // The tree is open and outlives this object.
    explicit DurableBatch(const FolderTree &tree);

    // Removes what was not committed.
    ~DurableBatch();

    // Prepares a file that replaces whatever file has this name. Makes the directories that it is
    // in. What is no file or directory and stands in place of one is moved aside, here or in
    // commit().
    Problem add(const QString &path, const QByteArray &bytes);

    // A file that is there already is to be as durable as the others: whoever wrote it may have
    // crashed before its directory was synced.
    void keep(const QString &path);

    // Gives the files their names, in the order of add(). Once. After a Problem some of them may
    // have theirs.
    Problem commit();

private:
    Q_DISABLE_COPY_MOVE(DurableBatch)
    struct Item;
    Problem prepare();
    Problem syncFiles();
    Problem syncDirectories();
    Problem nameFile(Item *item);

    const FolderTree &m_tree;
    const DirectoryMaker m_maker;
    Descriptor m_temporary; // before the items, which need it to the end
    std::vector<std::unique_ptr<Item>> m_items;
    std::size_t m_synced = 0; // items before this one are
    QSet<QString> m_made; // for add()
    UnsyncedDirectories m_touched; // with new names
    UnsyncedDirectories m_kept; // with names of others
};

} // namespace RemoteLog
