// SPDX-License-Identifier: MIT
#include "ownpages.h"

#include "row.h"
#include "storeproblem.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <limits>

namespace RemoteLog {

namespace {

// What a page takes out of the outbox. Where a log was rebuilt from its head, nothing was there.
struct Cut
{
    quint64 live = 0;
    qint64 liveBytes = 0;
    quint64 withdrawn = 0;
};

Cut cutPending(const Database &database, const OwnLog &log, const PageRange &range)
{
    SQLite::Statement &query = database.statement(
        "SELECT count(sealed), coalesce(sum(size), 0), count(*) - count(sealed) FROM pending "
        "WHERE log = ?1 AND sequence BETWEEN ?2 AND ?3");
    query.bind(1, int64_t(log.id));
    bindNumber(query, 2, range.first);
    bindNumber(query, 3, range.last());
    query.executeStep();
    const Cut cut{numberAt(query, 0), signedAt(query, 1), numberAt(query, 2)};
    query.reset();
    SQLite::Statement &remove =
        database.statement("DELETE FROM pending WHERE log = ?1 AND sequence BETWEEN ?2 AND ?3");
    remove.bind(1, int64_t(log.id));
    bindNumber(remove, 2, range.first);
    bindNumber(remove, 3, range.last());
    remove.exec();
    return cut;
}

void addPage(const Database &database, const OwnLog &log, const CutPage &page, quint64 withdrawn)
{
    SQLite::Statement &insert = database.statement(
        "INSERT INTO own_pages(log, number, first, last, address, size, entries, payload_bytes) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    insert.bind(1, int64_t(log.id));
    bindNumber(insert, 2, page.number);
    bindNumber(insert, 3, page.range.first);
    bindNumber(insert, 4, page.range.last());
    bindBytes(insert, 5, page.range.address);
    bindNumber(insert, 6, page.range.size);
    bindNumber(insert, 7, page.range.count - withdrawn);
    bindNumber(insert, 8, quint64(page.payloadBytes));
    insert.exec();
}

void addBlocks(const Database &database, const OwnLog &log, const CutPage &page)
{
    SQLite::Statement &insert =
        database.statement("INSERT INTO own_blocks(log, page, ordinal, is_page, address, bytes) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    insert.bind(1, int64_t(log.id));
    bindNumber(insert, 2, page.number);
    for (qsizetype i = 0; i < page.blocks.size(); ++i) {
        const QByteArray address = page.blocks.at(i).address();
        const QByteArray bytes = page.blocks.at(i).bytes();
        insert.bind(3, int(i));
        insert.bind(4, int(i == page.blocks.size() - 1));
        bindBytes(insert, 5, address);
        bindBytes(insert, 6, bytes);
        insert.exec();
        insert.reset();
    }
}

// In the order "number, first, last, address, size, entries, payload_bytes".
OwnPage readPage(SQLite::Statement &row)
{
    OwnPage page;
    page.number = numberAt(row, 0);
    page.range.first = numberAt(row, 1);
    page.range.count = numberAt(row, 2) - page.range.first + 1;
    page.range.address = bytesAt(row, 3);
    page.range.size = numberAt(row, 4);
    page.entries = int(qMin(numberAt(row, 5), quint64(std::numeric_limits<int>::max())));
    page.payloadBytes = qint64(numberAt(row, 6));
    return page;
}

} // namespace

OwnPages::OwnPages(Database &database)
    : m_database(database)
{
}

Problem OwnPages::addPages(const OwnLog &log, const QList<CutPage> &pages)
{
    return m_database.transaction([&]() -> Problem {
        Cut total;
        for (const CutPage &page : pages) {
            if (page.range.first == 0 || page.range.count == 0
                || page.range.count - 1 > MaxSequence - page.range.first || page.blocks.isEmpty()
                || page.blocks.constLast().address() != page.range.address)
                return Problem(Problem::Kind::InvalidArgument,
                               QStringLiteral("a page without entries or block"));
            const Cut cut = cutPending(m_database, log, page.range);
            addPage(m_database, log, page, cut.withdrawn);
            addBlocks(m_database, log, page);
            total.live += cut.live;
            total.liveBytes += cut.liveBytes;
        }
        SQLite::Statement &totals =
            m_database.statement("UPDATE own_logs SET pending_count = pending_count - ?2, "
                                 "pending_bytes = pending_bytes - ?3 WHERE id = ?1");
        totals.bind(1, int64_t(log.id));
        bindNumber(totals, 2, total.live);
        totals.bind(3, int64_t(total.liveBytes));
        totals.exec();
        return Outbox(m_database).saveLog(log);
    });
}

Result<PageRange> OwnPages::pageRange(const OwnLog &log, quint64 number)
{
    const Result<QList<OwnPage>> found = pages(log, number, 1);
    if (!found.ok())
        return found.problem();
    if (found.value().isEmpty() || found.value().constFirst().number != number)
        return Problem(Problem::Kind::LocalDataCorrupt,
                       QStringLiteral("page %1 of an own log is missing").arg(number));
    return found.value().constFirst().range;
}

Result<std::optional<OwnPage>> OwnPages::pageHolding(const OwnLog &log, quint64 sequence)
{
    return guarded<std::optional<OwnPage>>(m_database, [&]() -> std::optional<OwnPage> {
        if (sequence == 0 || sequence > MaxSequence)
            return std::nullopt;
        SQLite::Statement &row = m_database.statement(
            "SELECT number, first, last, address, size, entries, payload_bytes FROM own_pages "
            "WHERE log = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1");
        row.bind(1, int64_t(log.id));
        bindNumber(row, 2, sequence);
        if (!row.executeStep() || numberAt(row, 2) < sequence)
            return std::nullopt;
        return readPage(row);
    });
}

Result<std::optional<OwnPage>> OwnPages::pageAt(const OwnLog &log, const QByteArray &address)
{
    return guarded<std::optional<OwnPage>>(m_database, [&]() -> std::optional<OwnPage> {
        SQLite::Statement &row = m_database.statement(
            "SELECT number, first, last, address, size, entries, payload_bytes FROM own_pages "
            "WHERE log = ?1 AND number = (SELECT page FROM own_blocks WHERE log = ?1 AND address = "
            "?2 AND is_page LIMIT 1)");
        row.bind(1, int64_t(log.id));
        bindBytes(row, 2, address);
        if (!row.executeStep())
            return std::nullopt;
        return readPage(row);
    });
}

Result<QList<OwnPage>> OwnPages::pages(const OwnLog &log, quint64 number, int limit)
{
    return guarded<QList<OwnPage>>(m_database, [&] {
        QList<OwnPage> pages;
        if (number > MaxSequence || limit < 1)
            return pages;
        SQLite::Statement &row = m_database.statement(
            "SELECT number, first, last, address, size, entries, payload_bytes FROM own_pages "
            "WHERE log = ?1 AND number >= ?2 ORDER BY number LIMIT ?3");
        row.bind(1, int64_t(log.id));
        bindNumber(row, 2, number);
        row.bind(3, limit);
        while (row.executeStep())
            pages.append(readPage(row));
        return pages;
    });
}

Result<PendingTotals> OwnPages::totalsFrom(const OwnLog &log, quint64 number)
{
    return guarded<PendingTotals>(m_database, [&] {
        PendingTotals totals;
        if (number > MaxSequence)
            return totals;
        SQLite::Statement &row =
            m_database.statement("SELECT total(entries), total(payload_bytes) FROM own_pages WHERE "
                                 "log = ?1 AND number >= ?2");
        row.bind(1, int64_t(log.id));
        bindNumber(row, 2, number);
        row.executeStep();
        totals.count =
            int(qMin(row.getColumn(0).getDouble(), double(std::numeric_limits<int>::max())));
        totals.bytes = qint64(row.getColumn(1).getDouble());
        return totals;
    });
}

} // namespace RemoteLog
