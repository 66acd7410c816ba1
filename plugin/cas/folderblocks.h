// SPDX-License-Identifier: MIT
#pragma once

#include "platform/folderhelper.h"
#include "platform/foldertree.h"

#include <RemoteLog/contentstore.h>

#include <QList>

namespace RemoteLog {

// The blocks of a folder helper as calls that block: `blocks/<last 2 characters>/<base32 CID>`
// (resources/doc/wire-format.md, "Folder helper"). Knows nothing of threads.
class FolderBlocks
{
public:
    explicit FolderBlocks(const FolderHelper &folder);

    // Keeps blocks durably, the last one last. A good file is never written again; one whose bytes
    // are not the block's (a damaged disk, a planted file) is replaced at once by one whose bytes
    // are. Where `previousHead` is not empty and that block is not there, nothing is kept
    // (WillRetry): it is another folder than before, or an older copy of it.
    Problem put(const QList<Block> &blocks, const QByteArray &previousHead) const;

    // The bytes of the file, unverified; null if there is none, or one that something is still
    // copying here.
    Result<QByteArray> get(const QByteArray &address, qint64 limit) const;

    // Whether there is a file, whatever is in it: get() passes over one that is still being copied.
    bool isThere(const QByteArray &address) const;

    // Whether there is a file with the block's bytes: it is read, for a damaged one is as good as
    // none. A folder that cannot be read is a Problem.
    Result<QList<bool>> exist(const QList<QByteArray> &addresses) const;

    // Where the file of an address stands.
    QString directory(const QByteArray &address) const;
    static QString fileName(const QByteArray &address);

private:
    enum class State { Missing, Damaged, Good };
    static bool isBeingCopied(const FolderTree &tree, const QByteArray &address,
                              const QByteArray &bytes);
    static Result<State> look(const FolderTree &tree, const QByteArray &address, qint64 limit);
    static Problem put(const FolderTree &tree, const QList<Block> &blocks,
                       const QByteArray &previousHead);

    FolderHelper m_folder;
};

} // namespace RemoteLog
