// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QByteArray>
#include <QSet>
#include <QString>

#include <memory>
#include <vector>

namespace RemoteLog {

// Several files that become durable together, at one sync of each directory instead of one of each
// file's directory. Nothing shows before commit(), and then the last file not before all others are
// durable. Not thread-safe; blocks.
class DurableBatch
{
public:
    // Where the files stand until commit(); on the same file system, exists.
    explicit DurableBatch(const QString &temporaryDirectory);

    // Removes what was not committed.
    ~DurableBatch();

    // Prepares a file that replaces whatever file has this name. Creates the directory of `path` if
    // its parent is there.
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
    Problem makeDirectory(const QString &directory);
    Problem syncFiles();
    Problem syncDirectories();

    QString m_temporaryDirectory;
    std::vector<std::unique_ptr<Item>> m_items;
    std::size_t m_synced = 0; // items before this one are
    QSet<QString> m_touched; // directories with new names that are not synced
    QSet<QString> m_kept; // directories with names of others that are perhaps not synced
};

} // namespace RemoteLog
