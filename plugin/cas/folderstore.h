// SPDX-License-Identifier: MIT
#pragma once

#include "platform/folderrole.h"

#include <RemoteLog/contentstore.h>

namespace RemoteLog {

// A shared folder as content store, `file:///path`.
//
// Files are read and written in a thread of its own, for a share may hang as long as it likes; a
// call that hangs is answered by abort() only, which also drops what waits behind it. Blocks that
// were asked for and missing are watched for, the last 64 of them.
class FolderStore : public ContentStore
{
    Q_OBJECT

public:
    // nullptr unless FolderHelper::fromUrl() takes the URL.
    static FolderStore *create(const QUrl &url);

    explicit FolderStore(const FolderHelper &folder, QObject *parent = nullptr);

    bool needsNetwork() const override;
    void abort() override;

    // ActionRequired while the folder is not there: it is never created. WillRetry, and nothing is
    // put, if it does not hold the upload's previousHead(): exists() says what it does hold. A put
    // that was at work when abort() answered it may still be carried out.
    QFuture<Problem> put(const Upload &upload) override;

    QFuture<Result<QList<Block>>> get(const Fetch &fetch) override;
    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) override;

protected:
    // For tests: what makes the disk hang.
    FolderCalls &calls() { return m_role.calls(); }

private:
    FolderRole m_role;
    bool m_isCleared = false; // of what crashed writers left
};

} // namespace RemoteLog
