// SPDX-License-Identifier: MIT
#pragma once

#include "platform/folderhelper.h"

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
    // are.
    Problem put(const QList<Block> &blocks) const;

    // The bytes of the file, unverified; null if there is none. WillRetry if the whole folder is
    // missing.
    Result<QByteArray> get(const QByteArray &address, qint64 limit) const;

    // Whether there is a file with something in it. Its content is not read.
    Result<QList<bool>> exist(const QList<QByteArray> &addresses) const;

    // Where the file of an address stands.
    QString directory(const QByteArray &address) const;
    static QString fileName(const QByteArray &address);

private:
    QString path(const QByteArray &address) const;

    FolderHelper m_folder;
};

} // namespace RemoteLog
