// SPDX-License-Identifier: MIT
#pragma once

#include "log/namerecord.h"
#include "platform/folderhelper.h"
#include "platform/foldertree.h"

#include <QList>

namespace RemoteLog {

// The name records of a folder helper as calls that block: `names/<k51 name>/<record number, 19
// digits>-<Validity as yyyyMMddTHHmmssZ>-<16 hex digits of SHA-256 of the record>`
// (resources/doc/wire-format.md, "Folder helper"). The name says which record is better, the record
// has to prove it. Knows nothing of threads.
class FolderRecords
{
public:
    // Most files that are read for it: anybody may put files into a shared folder.
    static constexpr int MaxFilesRead = 64;

    explicit FolderRecords(const FolderHelper &folder);

    // The public key of a log whose name is written in the one way that a file name is; empty if it
    // is not.
    static QByteArray publicKey(const QString &logName);

    // Keeps a record durably and removes this log's records that more than MaxNameRecords others
    // are better than. Rejected if it is not the log's.
    Problem put(const QString &logName, const QByteArray &record) const;

    // The best records, verified, the best first; together at most `limit` bytes. Where a file that
    // is damaged has a better name than all of them its bytes come first, for the reader to see;
    // but not those of one that is still being copied here.
    Result<QList<QByteArray>> get(const QString &logName, qint64 limit) const;

    QString directory(const QString &logName) const;
    static QByteArray fileName(const NameRecord &record);

private:
    Result<QList<QByteArray>> bestNames(const FolderTree &tree, const QString &logName) const;
    Result<NameRecord> readRecord(const FolderTree &tree, const QString &logName,
                                  const QByteArray &name) const;
    QByteArray readDamaged(const FolderTree &tree, const QString &logName,
                           const QByteArray &name) const;
    void prune(const FolderTree &tree, const QString &logName, const QByteArray &keptName) const;

    FolderHelper m_folder;
};

} // namespace RemoteLog
