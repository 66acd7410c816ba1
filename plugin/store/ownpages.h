// SPDX-License-Identifier: MIT
#pragma once

#include "outbox.h"

#include <optional>

namespace RemoteLog {

struct OwnPage
{
    quint64 number = 0;
    PageRange range;
    int entries = 0; // withdrawn ones not counted
    qint64 payloadBytes = 0;
};

// One block of the log in the order in which stores are filled: by page, contents before their
// page.
struct OwnBlock
{
    quint64 page = 0;
    int ordinal = 0; // inside the page's blocks, from 0
    bool isPage = false; // the page itself: the last of its blocks
    Block block;
};

// Where it is, without its bytes.
struct OwnAddress
{
    quint64 page = 0;
    int ordinal = 0;
    QByteArray address;
};

// What a content store holds of a log.
struct Placement
{
    quint64 pages = 0; // from the first on, completely
    QByteArray head; // address of the last head that it was given as one; null if none
    friend bool operator==(const Placement &, const Placement &) = default;
};

// The sealed pages and blocks of own logs. Final once they are here: what repair and audit need,
// kept for ever.
class OwnPages
{
public:
    explicit OwnPages(Database &database);

    // One transaction: the pages and their blocks come, the entries in them leave the outbox, and
    // `log` (with position and record number set by the caller) is saved. This is the intent.
    Problem addPages(const OwnLog &log, const QList<CutPage> &pages);

    Result<PageRange> pageRange(const OwnLog &log, quint64 number);
    // The page that holds `sequence`; nullopt if it is not cut yet or beyond the end.
    Result<std::optional<OwnPage>> pageHolding(const OwnLog &log, quint64 sequence);
    // The page of this address; nullopt if the log has none.
    Result<std::optional<OwnPage>> pageAt(const OwnLog &log, const QByteArray &address);
    // Pages from `number` on, in order, at most `limit`.
    Result<QList<OwnPage>> pages(const OwnLog &log, quint64 number, int limit);

    // Blocks from (page, ordinal) on, in order: at most `maxCount` and about `maxBytes`, at least
    // one if there is one.
    Result<QList<OwnBlock>> blocks(const OwnLog &log, quint64 page, int ordinal, int maxCount,
                                   qint64 maxBytes);
    // The last blocks before (page, ordinal), in order, at most `maxCount`. Reads no bytes.
    Result<QList<OwnAddress>> addressesBefore(const OwnLog &log, quint64 page, int ordinal,
                                              int maxCount);
    // The bytes of a block; null if the log has no such block.
    Result<QByteArray> block(const OwnLog &log, const QByteArray &address);
    // Of the pages before `pages`.
    Result<int> blockCount(const OwnLog &log, quint64 pages);

    // `helper` is Database::helperId(); nothing is known of one that was never set.
    Result<Placement> placement(const OwnLog &log, const QByteArray &helper);
    Problem setPlacement(const OwnLog &log, const QByteArray &helper, const Placement &placement);
    // Entries and payload bytes in pages from `number` on.
    Result<PendingTotals> totalsFrom(const OwnLog &log, quint64 number);

private:
    Database &m_database;
};

} // namespace RemoteLog
