// SPDX-License-Identifier: MIT
#pragma once

#include "platform/folderrole.h"

#include <RemoteLog/namesystem.h>

namespace RemoteLog {

// A shared folder as name system, `file:///path`.
//
// Files are read and written in a thread of its own, for a share may hang as long as it likes; a
// call that hangs is answered by abort() only, which also drops what waits behind it. The names
// asked for are watched, the last 1024 of them.
class FolderSystem : public NameSystem
{
    Q_OBJECT

public:
    // nullptr unless FolderHelper::fromUrl() takes the URL.
    static FolderSystem *create(const QUrl &url);

    explicit FolderSystem(const FolderHelper &folder, QObject *parent = nullptr);

    bool needsNetwork() const override;
    void abort() override;

    // A folder would carry any record; 2 KiB is the format's default.
    int embedLimit() const override;

    // ActionRequired while the folder is not there: it is never created. A put that was at work
    // when abort() answered it may still be carried out.
    QFuture<Problem> put(const QString &logName, const QByteArray &record) override;

    QFuture<Result<QList<QByteArray>>> get(const QString &logName, qint64 limit) override;

protected:
    // For tests: what makes the disk hang.
    FolderCalls &calls() { return m_role.calls(); }

private:
    FolderRole m_role;
};

} // namespace RemoteLog
