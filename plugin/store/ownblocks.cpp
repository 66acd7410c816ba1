// SPDX-License-Identifier: MIT
// The part of OwnPages that keeps blocks and which helper holds them.
#include "ownpages.h"

#include "row.h"

#include <SQLiteCpp/Statement.h>

#include <algorithm>

namespace RemoteLog {

Result<QList<OwnBlock>> OwnPages::blocks(const OwnLog &log, quint64 page, int ordinal, int maxCount,
                                         qint64 maxBytes)
{
    return guarded<QList<OwnBlock>>(m_database, [&] {
        QList<OwnBlock> blocks;
        if (page > MaxSequence)
            return blocks;
        SQLite::Statement &row = m_database.statement(
            "SELECT page, ordinal, is_page, address, bytes FROM own_blocks "
            "WHERE log = ?1 AND (page, ordinal) >= (?2, ?3) ORDER BY page, ordinal LIMIT ?4");
        row.bind(1, int64_t(log.id));
        bindNumber(row, 2, page);
        row.bind(3, ordinal);
        row.bind(4, qMax(1, maxCount));
        qint64 bytes = 0;
        while ((blocks.isEmpty() || bytes < maxBytes) && row.executeStep()) {
            OwnBlock block;
            block.page = numberAt(row, 0);
            block.ordinal = int(signedAt(row, 1));
            block.isPage = signedAt(row, 2) != 0;
            block.block = Block(bytesAt(row, 3), bytesAt(row, 4));
            bytes += block.block.bytes().size();
            blocks.append(block);
        }
        return blocks;
    });
}

Result<QList<OwnAddress>> OwnPages::addressesBefore(const OwnLog &log, quint64 page, int ordinal,
                                                    int maxCount)
{
    return guarded<QList<OwnAddress>>(m_database, [&] {
        QList<OwnAddress> found;
        SQLite::Statement &row = m_database.statement(
            "SELECT page, ordinal, address FROM own_blocks WHERE log = ?1 AND (page, ordinal) < "
            "(?2, ?3) ORDER BY page DESC, ordinal DESC LIMIT ?4");
        row.bind(1, int64_t(log.id));
        bindNumber(row, 2, std::min(page, MaxSequence));
        row.bind(3, ordinal);
        row.bind(4, qMax(1, maxCount));
        while (row.executeStep())
            found.append({numberAt(row, 0), int(signedAt(row, 1)), bytesAt(row, 2)});
        std::reverse(found.begin(), found.end());
        return found;
    });
}

Result<QByteArray> OwnPages::block(const OwnLog &log, const QByteArray &address)
{
    return guarded<QByteArray>(m_database, [&]() -> QByteArray {
        SQLite::Statement &row = m_database.statement(
            "SELECT bytes FROM own_blocks WHERE log = ?1 AND address = ?2 LIMIT 1");
        row.bind(1, int64_t(log.id));
        bindBytes(row, 2, address);
        return row.executeStep() ? bytesAt(row, 0) : QByteArray();
    });
}

Result<int> OwnPages::blockCount(const OwnLog &log, quint64 pages)
{
    return guarded<int>(m_database, [&] {
        SQLite::Statement &row =
            m_database.statement("SELECT count(*) FROM own_blocks WHERE log = ?1 AND page < ?2");
        row.bind(1, int64_t(log.id));
        bindNumber(row, 2, std::min(pages, MaxSequence));
        row.executeStep();
        return int(signedAt(row, 0));
    });
}

Result<Placement> OwnPages::placement(const OwnLog &log, const QByteArray &helper)
{
    return guarded<Placement>(m_database, [&]() -> Placement {
        SQLite::Statement &row = m_database.statement(
            "SELECT pages, head FROM placements WHERE log = ?1 AND helper = ?2");
        row.bind(1, int64_t(log.id));
        bindBytes(row, 2, helper);
        return row.executeStep() ? Placement{numberAt(row, 0), bytesAt(row, 1)} : Placement();
    });
}

Problem OwnPages::setPlacement(const OwnLog &log, const QByteArray &helper,
                               const Placement &placement)
{
    return m_database.transaction([&]() -> Problem {
        SQLite::Statement &change = m_database.statement(
            "INSERT INTO placements(log, helper, pages, head) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT(log, helper) DO UPDATE SET pages = excluded.pages, head = excluded.head");
        change.bind(1, int64_t(log.id));
        bindBytes(change, 2, helper);
        bindNumber(change, 3, placement.pages);
        bindBytes(change, 4, placement.head);
        change.exec();
        return {};
    });
}

} // namespace RemoteLog
