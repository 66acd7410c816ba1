// SPDX-License-Identifier: MIT
#include "inbox.h"

#include "log/page.h"
#include "row.h"
#include "storeproblem.h"

#include <SQLiteCpp/Statement.h>

namespace RemoteLog {

Inbox::Inbox(Database &database)
    : m_database(database)
{
}

Problem Inbox::receive(const FollowedLog &log, const QList<ReceivedPage> &pages)
{
    return m_database.transaction([&]() -> Problem {
        SQLite::Statement &insert = m_database.statement(
            "INSERT OR REPLACE INTO inbox_pages(log, first, last, block) VALUES (?1, ?2, ?3, ?4)");
        insert.bind(1, int64_t(log.id));
        for (const ReceivedPage &page : pages) {
            if (page.first == 0 || page.last < page.first || page.block.isNull())
                return Problem(Problem::Kind::InvalidArgument,
                               QStringLiteral("a page without entries or block"));
            bindNumber(insert, 2, page.first);
            bindNumber(insert, 3, page.last);
            bindBytes(insert, 4, page.block);
            insert.exec();
            insert.reset();
        }
        if (!pages.isEmpty() && pages.constFirst().first <= log.position)
            forgetCommitted(log); // read once more for the sake of the history
        return saveLog(log);
    });
}

Problem Inbox::receiveContent(const FollowedLog &log, quint64 sequence, const QByteArray &address,
                              const QByteArray &block)
{
    return m_database.transaction([&]() -> Problem {
        SQLite::Statement &insert =
            m_database.statement("INSERT INTO inbox_contents(log, sequence, address, block) VALUES "
                                 "(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING");
        insert.bind(1, int64_t(log.id));
        bindNumber(insert, 2, sequence);
        bindBytes(insert, 3, address);
        bindBytes(insert, 4, block);
        insert.exec();
        return {};
    });
}

Result<QByteArray> Inbox::content(const FollowedLog &log, const QByteArray &address)
{
    return guarded<QByteArray>(m_database, [&]() -> QByteArray {
        SQLite::Statement &row = m_database.statement(
            "SELECT block FROM inbox_contents WHERE log = ?1 AND address = ?2 LIMIT 1");
        row.bind(1, int64_t(log.id));
        bindBytes(row, 2, address);
        return row.executeStep() ? bytesAt(row, 0) : QByteArray();
    });
}

Problem Inbox::dropContents(const FollowedLog &log)
{
    return m_database.transaction([&]() -> Problem {
        SQLite::Statement &remove =
            m_database.statement("DELETE FROM inbox_contents WHERE log = ?1 AND sequence > ?2");
        remove.bind(1, int64_t(log.id));
        bindNumber(remove, 2, log.cursor);
        remove.exec();
        return {};
    });
}

Result<std::optional<ReceivedPage>> Inbox::pageAfter(const FollowedLog &log, quint64 sequence)
{
    return guarded<std::optional<ReceivedPage>>(m_database, [&]() -> std::optional<ReceivedPage> {
        if (sequence >= MaxSequence || sequence >= log.cursor)
            return std::nullopt;
        // Pages may overlap: of those that reach beyond `sequence`, the one that begins first has
        // the next entry.
        SQLite::Statement &row = m_database.statement(
            "SELECT first, last, block FROM inbox_pages INDEXED BY inbox_pages_by_sequence "
            "WHERE log = ?1 AND last > ?2 AND first <= ?3 ORDER BY first, last LIMIT 1");
        row.bind(1, int64_t(log.id));
        bindNumber(row, 2, sequence);
        bindNumber(row, 3, log.cursor);
        if (!row.executeStep())
            return std::nullopt;
        return ReceivedPage{numberAt(row, 0), numberAt(row, 1), bytesAt(row, 2)};
    });
}

Result<qint64> Inbox::waitingBytes(const FollowedLog &log)
{
    return guarded<qint64>(m_database, [&] {
        SQLite::Statement &row = m_database.statement(
            "SELECT (SELECT coalesce(sum(length(block)), 0) FROM inbox_pages WHERE log = ?1) + "
            "(SELECT coalesce(sum(length(block)), 0) FROM inbox_contents WHERE log = ?1)");
        row.bind(1, int64_t(log.id));
        row.executeStep();
        return signedAt(row, 0);
    });
}

Result<qint64> Inbox::commit(const FollowedLog &log)
{
    qint64 freed = 0;
    const Problem problem = m_database.transaction([&]() -> Problem {
        freed = forgetCommitted(log);
        return saveLog(log);
    });
    if (problem)
        return problem;
    return freed;
}

// The bytes of what went.
qint64 Inbox::forgetCommitted(const FollowedLog &log)
{
    qint64 freed = 0;
    for (const char *sql :
         {"DELETE FROM inbox_pages WHERE log = ?1 AND first <= ?2 AND last <= ?2 "
          "RETURNING length(block)",
          "DELETE FROM inbox_contents WHERE log = ?1 AND sequence <= ?2 RETURNING length(block)"}) {
        SQLite::Statement &remove = m_database.statement(sql);
        remove.bind(1, int64_t(log.id));
        bindNumber(remove, 2, log.position);
        while (remove.executeStep())
            freed += signedAt(remove, 0);
    }
    return freed;
}

} // namespace RemoteLog
