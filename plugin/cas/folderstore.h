// SPDX-License-Identifier: MIT
#pragma once

#include "platform/foldercalls.h"
#include "platform/folderhelper.h"
#include "platform/folderwatch.h"

#include <RemoteLog/contentstore.h>

#include <optional>

namespace RemoteLog {

// A shared folder as content store, `file:///path`.
//
// Files are read and written in a thread of its own, for a share may hang as long as it likes; a
// call that hangs is answered by abort() only. Blocks that were asked for and missing are watched
// for, the last 64 of them.
class FolderStore : public ContentStore
{
    Q_OBJECT

public:
    // nullptr unless FolderHelper::fromUrl() takes the URL.
    static FolderStore *create(const QUrl &url);

    explicit FolderStore(const FolderHelper &folder, QObject *parent = nullptr);

    bool needsNetwork() const override;
    void abort() override;

    // Creates the folder if only that is missing. A put that was answered by abort() may still be
    // carried out.
    QFuture<Problem> put(const Upload &upload) override;

    QFuture<Result<QList<Block>>> get(const Fetch &fetch) override;
    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) override;

protected:
    // For tests: what makes the disk hang.
    FolderCalls &calls() { return m_calls; }

private:
    const FolderHelper m_folder;
    bool m_isCleared = false; // of what crashed writers left
    FolderCalls m_calls;
    FolderWatch m_watch;
};

} // namespace RemoteLog
