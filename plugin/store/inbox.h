// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/loglink.h>

#include "database.h"
#include "readable.h"

#include <QList>

#include <optional>

namespace RemoteLog {

// What the database knows of a log that this profile follows.
struct FollowedLog
{
    qint64 id = 0;
    LogLink link;
    quint64 position = 0; // committed by the host
    quint64 cursor = 0; // last entry verified and in the inbox (or committed)
    QByteArray history; // h(cursor)
    QByteArray record; // the best name record seen; empty if none
    quint64 recordNumber = 0; // its number: never goes back
    quint64 lastSequence = 0; // the highest last sequence that a verified head page showed
    bool isHeadRead = false; // the page that `record` names was read: lastSequence is its
};

// A verified page that waits for delivery, as the block that was fetched: still sealed with the
// log's read key.
struct ReceivedPage
{
    quint64 first = 0;
    quint64 last = 0;
    QByteArray block;
};

// Followed logs and what was received of them and is not committed yet.
class Inbox
{
public:
    explicit Inbox(Database &database);

    Result<Readable<FollowedLog>> logs();
    // What of a log is not sealed, for a profile without its key: position, record, its number and
    // lastSequence. Nothing if it is not followed, or was saved last by an older version.
    Result<std::optional<FollowedLog>> unsealedLog(const LogLink &link);
    // InvalidArgument for the null link, and for one that is followed already (name and read key
    // are equal). If a damaged row is this log's, it is replaced: position, record and lastSequence
    // stay as far as they can be read, cursor and history begin anew. Then cursor < position, until
    // what the host has committed is verified once more.
    Result<FollowedLog> createLog(const LogLink &link);
    // Writes every field but id; the link may have gained hints. A lower position or recordNumber
    // than was saved is InvalidArgument, and nothing is written.
    Problem saveLog(const FollowedLog &log);
    // With everything that was received of it.
    Problem removeLog(const FollowedLog &log);

    // One transaction: pages come in, and `log` (cursor and history moved by the caller) is saved.
    // Pages at or before the position are verified once more only: they are not kept.
    Problem receive(const FollowedLog &log, const QList<ReceivedPage> &pages);

    // A content or index block of the mapped entry `sequence`, verified against its address. They
    // come before their page; those after the cursor that no page claims survive a restart and are
    // used again.
    Problem receiveContent(const FollowedLog &log, quint64 sequence, const QByteArray &address,
                           const QByteArray &block);
    Result<QByteArray> content(const FollowedLog &log,
                               const QByteArray &address); // null if it is not here
    // Forgets the contents of entries after the cursor: they turned out wrong.
    Problem dropContents(const FollowedLog &log);

    // The first page with an entry after `sequence` (and not after the cursor).
    Result<std::optional<ReceivedPage>> pageAfter(const FollowedLog &log, quint64 sequence);
    // Bytes of page blocks and contents that wait here.
    Result<qint64> waitingBytes(const FollowedLog &log);

    // One transaction: saves `log` (position moved by the caller) and forgets what lies completely
    // at or before it. How many bytes wait no longer.
    Result<qint64> commit(const FollowedLog &log);

private:
    void takeOver(FollowedLog &log);
    void insertLog(FollowedLog &log, const QByteArray &sealed);
    qint64 forgetCommitted(const FollowedLog &log);

    Database &m_database;
};

} // namespace RemoteLog
