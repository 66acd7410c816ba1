// SPDX-License-Identifier: MIT
#include "outbox.h"

#include "row.h"
#include "security/sealing.h"
#include "storeproblem.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <limits>

namespace RemoteLog {

namespace {

constexpr char Table[] = "pending";
constexpr qsizetype KeptBuffer = 256 * 1024; // a buffer that grew larger than this is let go

// resize(0) keeps what was allocated, clear() does not.
void reuse(QByteArray &buffer)
{
    if (buffer.capacity() > KeptBuffer)
        buffer.clear();
    buffer.resize(0);
}

} // namespace

Outbox::Outbox(Database &database)
    : m_database(database)
{
}

// Leaves the row in m_sealed: u8 size of the id || id || payload.
void Outbox::sealEntry(RowSeal::Batch &seal, const NewEntry &entry, const OwnLog &log,
                       quint64 sequence)
{
    reuse(m_plain);
    m_plain.append(static_cast<char>(entry.id.size()));
    m_plain.append(entry.id);
    m_plain.append(entry.payload);
    reuse(m_sealed);
    seal.sealTo(m_sealed, m_plain, Table, log.publicKey, sequence);
}

PendingEntry Outbox::openEntry(const OwnLog &log, quint64 sequence, QByteArrayView sealed) const
{
    PendingEntry entry;
    entry.sequence = sequence;
    entry.isWithdrawn = sealed.isNull();
    if (entry.isWithdrawn)
        return entry;
    const std::optional<QByteArray> plain =
        m_database.seal().open(sealed, Table, log.publicKey, sequence);
    if (!plain || plain->isEmpty() || plain->size() < 1 + quint8(plain->front()))
        fail(Problem::Kind::LocalDataCorrupt, QStringLiteral("it does not unseal"));
    const auto idSize = quint8(plain->front());
    if (idSize > 0)
        entry.id = plain->mid(1, idSize);
    entry.payload = plain->mid(1 + idSize);
    return entry;
}

Problem Outbox::append(const OwnLog &log, quint64 first, const QList<NewEntry> &entries)
{
    if (entries.isEmpty())
        return {};
    const auto more = quint64(entries.size()) - 1;
    if (first == 0 || first > MaxSequence || more > MaxSequence - first)
        return Problem(Problem::Kind::InvalidArgument, QStringLiteral("no such sequences"));
    return m_database.transaction([&]() -> Problem {
        qint64 bytes = 0;
        RowSeal::Batch seal(m_database.seal());
        SQLite::Statement &insert = m_database.statement(
            "INSERT INTO pending(log, sequence, size, sealed) VALUES (?1, ?2, ?3, ?4)");
        insert.bind(1, int64_t(log.id));
        quint64 sequence = first;
        for (const NewEntry &entry : entries) {
            if (entry.id.size() > MaxIdSize)
                return Problem(Problem::Kind::InvalidArgument,
                               QStringLiteral("an id has at most 64 bytes"));
            sealEntry(seal, entry, log, sequence);
            insert.bind(2, static_cast<int64_t>(sequence));
            insert.bind(3, static_cast<int64_t>(entry.payload.size()));
            bindBytes(insert, 4, m_sealed);
            insert.exec();
            insert.reset();
            bytes += entry.payload.size();
            ++sequence;
        }
        SQLite::Statement &update =
            m_database.statement("UPDATE own_logs SET last_sequence = ?3, pending_count = "
                                 "pending_count + ?4, pending_bytes = pending_bytes + ?5 "
                                 "WHERE id = ?1 AND last_sequence = ?2");
        update.bind(1, int64_t(log.id));
        bindNumber(update, 2, first - 1);
        bindNumber(update, 3, first + more);
        update.bind(4, static_cast<int64_t>(entries.size()));
        update.bind(5, static_cast<int64_t>(bytes));
        if (update.exec() != 1)
            return Problem(Problem::Kind::InvalidArgument,
                           QStringLiteral("entries do not follow on the last one"));
        return {};
    });
}

Result<bool> Outbox::withdraw(const OwnLog &log, quint64 sequence)
{
    bool isWithdrawn = false;
    const Problem problem = m_database.transaction([&]() -> Problem {
        SQLite::Statement &query = m_database.statement(
            "SELECT id, size, sealed IS NULL FROM pending WHERE log = ?1 AND sequence = ?2");
        query.bind(1, int64_t(log.id));
        bindNumber(query, 2, sequence);
        if (!query.executeStep())
            return {};
        isWithdrawn = true;
        const qint64 row = signedAt(query, 0);
        const qint64 size = signedAt(query, 1);
        if (signedAt(query, 2) != 0)
            return {};
        query.reset();
        SQLite::Statement &update =
            m_database.statement("UPDATE pending SET size = 0, sealed = NULL WHERE id = ?1");
        update.bind(1, int64_t(row));
        update.exec();
        SQLite::Statement &totals =
            m_database.statement("UPDATE own_logs SET pending_count = pending_count - 1, "
                                 "pending_bytes = pending_bytes - ?2 WHERE id = ?1");
        totals.bind(1, int64_t(log.id));
        totals.bind(2, int64_t(size));
        totals.exec();
        m_database.eraseAfterCommit();
        return {};
    });
    if (problem)
        return problem;
    return isWithdrawn;
}

Result<QList<PendingEntry>> Outbox::pending(const OwnLog &log, quint64 first, int maxCount,
                                            qint64 maxBytes)
{
    return guarded<QList<PendingEntry>>(m_database, [&] {
        QList<PendingEntry> entries;
        if (first > MaxSequence)
            return entries;
        SQLite::Statement &row = m_database.statement(
            "SELECT sequence, sealed, (SELECT cut_sequence FROM own_logs WHERE "
            "id = ?1) FROM pending WHERE log = ?1 AND sequence >= ?2 "
            "ORDER BY sequence LIMIT ?3");
        row.bind(1, int64_t(log.id));
        bindNumber(row, 2, first);
        row.bind(3, qMax(1, maxCount));
        qint64 bytes = 0;
        while ((entries.isEmpty() || bytes < maxBytes) && row.executeStep()) {
            const quint64 expected = entries.isEmpty() ? qMax(first, numberAt(row, 2) + 1)
                                                       : entries.constLast().sequence + 1;
            const Result<PendingEntry> entry = readRow<PendingEntry>([&] {
                if (numberAt(row, 0) != expected)
                    fail(Problem::Kind::LocalDataCorrupt, QStringLiteral("it is missing"));
                return openEntry(log, expected, viewAt(row, 1));
            });
            if (!entry.ok() && entries.isEmpty())
                fail(Problem::Kind::LocalDataCorrupt, QStringLiteral("pending entry %1: %2")
                                                          .arg(expected)
                                                          .arg(entry.problem().detail()));
            if (!entry.ok())
                break;
            entries.append(entry.value());
            bytes += entry.value().payload.size();
        }
        return entries;
    });
}

Result<PendingTotals> Outbox::pendingTotals()
{
    return guarded<PendingTotals>(m_database, [&] {
        SQLite::Statement &row = m_database.statement(R"sql(
SELECT total(count), total(bytes) FROM (
    SELECT pending_count AS count, pending_bytes AS bytes FROM own_logs
    UNION ALL
    SELECT entries, payload_bytes FROM own_pages WHERE number >= coalesce(
        (SELECT max(pages) FROM placements WHERE placements.log = own_pages.log), 0)))sql");
        row.executeStep();
        PendingTotals totals;
        totals.count =
            int(qMin(row.getColumn(0).getDouble(), double(std::numeric_limits<int>::max())));
        totals.bytes = qint64(row.getColumn(1).getDouble());
        return totals;
    });
}

Result<PendingTotals> Outbox::pendingTotals(const OwnLog &log)
{
    return guarded<PendingTotals>(m_database, [&] {
        SQLite::Statement &row =
            m_database.statement("SELECT pending_count, pending_bytes FROM own_logs WHERE id = ?1");
        row.bind(1, int64_t(log.id));
        PendingTotals totals;
        if (row.executeStep()) {
            totals.count = int(qMin(numberAt(row, 0), quint64(std::numeric_limits<int>::max())));
            totals.bytes = qint64(numberAt(row, 1));
        }
        return totals;
    });
}

} // namespace RemoteLog
