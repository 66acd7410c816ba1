// SPDX-License-Identifier: MIT
// The part of Outbox that keeps what the peer acknowledged.
#include "outbox.h"

#include "row.h"

#include <SQLiteCpp/Statement.h>

#include <algorithm>

namespace RemoteLog {

Problem Outbox::acknowledge(const OwnLog &log, const QList<quint64> &sequences)
{
    QList<quint64> sorted = sequences;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    if (sorted.isEmpty())
        return {};
    if (sorted.constFirst() == 0 || sorted.constLast() > MaxSequence)
        return Problem(Problem::Kind::InvalidArgument, QStringLiteral("sequences are 1..2^63 - 1"));
    return m_database.transaction([&]() -> Problem {
        for (qsizetype i = 0; i < sorted.size();) {
            qsizetype end = i + 1; // of a run
            while (end < sorted.size() && sorted.at(end) == sorted.at(end - 1) + 1)
                ++end;
            acknowledgeRange(log, sorted.at(i), sorted.at(end - 1));
            i = end;
        }
        return {};
    });
}

// Ranges that overlap the new one or touch it become one with it.
void Outbox::acknowledgeRange(const OwnLog &log, quint64 first, quint64 last)
{
    SQLite::Statement &query = m_database.statement(
        "SELECT first, last FROM acknowledged WHERE log = ?1 AND first <= ?2 ORDER BY first DESC");
    query.bind(1, int64_t(log.id));
    bindNumber(query, 2, qMin(last + 1, MaxSequence));
    const quint64 lowest = first - 1; // a range that ends here touches
    while (query.executeStep() && numberAt(query, 1) >= lowest) {
        first = qMin(first, numberAt(query, 0));
        last = qMax(last, numberAt(query, 1));
    }
    query.reset();
    SQLite::Statement &remove =
        m_database.statement("DELETE FROM acknowledged WHERE log = ?1 AND first BETWEEN ?2 AND ?3");
    remove.bind(1, int64_t(log.id));
    bindNumber(remove, 2, first);
    bindNumber(remove, 3, last);
    remove.exec();
    SQLite::Statement &insert =
        m_database.statement("INSERT INTO acknowledged(log, first, last) VALUES (?1, ?2, ?3)");
    insert.bind(1, int64_t(log.id));
    bindNumber(insert, 2, first);
    bindNumber(insert, 3, last);
    insert.exec();
}

Result<QList<QPair<quint64, quint64>>> Outbox::acknowledged(const OwnLog &log, quint64 first,
                                                            quint64 last)
{
    using Ranges = QList<QPair<quint64, quint64>>;
    return guarded<Ranges>(m_database, [&] {
        Ranges ranges;
        if (first > last || first > MaxSequence)
            return ranges;
        // Downwards: the last range that begins at or before `first` is the last that can reach it.
        SQLite::Statement &row =
            m_database.statement("SELECT first, last FROM acknowledged WHERE log = ?1 AND first <= "
                                 "?2 ORDER BY first DESC");
        row.bind(1, int64_t(log.id));
        bindNumber(row, 2, qMin(last, MaxSequence));
        while (row.executeStep() && numberAt(row, 1) >= first)
            ranges.append({qMax(first, numberAt(row, 0)), qMin(last, numberAt(row, 1))});
        std::reverse(ranges.begin(), ranges.end());
        return ranges;
    });
}

} // namespace RemoteLog
