// SPDX-License-Identifier: MIT
// The part of Outbox that keeps own logs themselves.
#include "outbox.h"

#include "log/history.h"
#include "row.h"
#include "storeproblem.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace RemoteLog {

namespace {

constexpr const char *Table = OwnLogsTable;

QByteArray unsealed(const RowSeal &seal, QByteArrayView sealed, const QByteArray &publicKey,
                    quint64 sequence, const QString &what)
{
    std::optional<QByteArray> plain = seal.open(sealed, Table, publicKey, sequence);
    if (!plain)
        fail(Problem::Kind::LocalDataCorrupt, QStringLiteral("the %1 does not unseal").arg(what));
    return std::move(*plain);
}

// In the order of the SELECT in logs().
OwnLog readLog(SQLite::Statement &row, const RowSeal &seal)
{
    OwnLog log;
    log.id = signedAt(row, 0);
    log.publicKey = bytesAt(row, 1);
    log.label = QString::fromUtf8(
        unsealed(seal, viewAt(row, 2), log.publicKey, 0, QStringLiteral("label")));
    log.nextSequence = numberAt(row, 3) + 1;
    log.position.nextPage = numberAt(row, 4);
    log.position.nextSequence = numberAt(row, 5) + 1;
    log.position.history = unsealed(seal, viewAt(row, 6), log.publicKey, log.position.nextSequence,
                                    QStringLiteral("history"));
    log.position.tail = bytesAt(row, 7);
    log.recordNumber = numberAt(row, 8);
    log.record = bytesAt(row, 9);
    log.seenNumber = numberAt(row, 10);
    log.highestValidity = bytesAt(row, 11);
    log.publishedNumber = numberAt(row, 12);
    log.publishedSequence = numberAt(row, 13);
    log.mustResolve = signedAt(row, 14) != 0;
    log.isConflict = signedAt(row, 15) != 0;
    return log;
}

enum class Owner { OtherKeys, ThisKey, Unknown };

// Whose the rows are that logs() leaves out, if `publicKey` is none of the others'. A seal that
// opens tells it for certain, for it is bound to the key.
Owner ownerOfDamaged(const Database &database, const QByteArray &publicKey)
{
    const RowSeal &seal = database.seal();
    SQLite::Statement &row =
        database.statement("SELECT public_key, label, history, cut_sequence FROM own_logs");
    const auto isSealedFor = [&](const QByteArray &key) {
        return seal.open(viewOrNull(row, 1), Table, key, 0)
               || seal.open(viewOrNull(row, 2), Table, key, numberOrZero(row, 3) + 1);
    };
    Owner owner = Owner::OtherKeys;
    while (row.executeStep()) {
        const QByteArray key = viewOrNull(row, 0).toByteArray();
        if (key == publicKey || isSealedFor(publicKey))
            return Owner::ThisKey;
        if (!isSealedFor(key))
            owner = Owner::Unknown;
    }
    return owner;
}

} // namespace

Result<Readable<OwnLog>> Outbox::logs()
{
    return guarded<Readable<OwnLog>>(m_database, [&] {
        const RowSeal &seal = m_database.seal();
        SQLite::Statement &row =
            m_database.statement("SELECT id, public_key, label, last_sequence, next_page, "
                                 "cut_sequence, history, tail, record_number, record, "
                                 "seen_number, highest_validity, published_number, "
                                 "published_sequence, must_resolve, is_conflict "
                                 "FROM own_logs ORDER BY id");
        return readRows<OwnLog>(row, QStringLiteral("own logs"),
                                [&] { return readLog(row, seal); });
    });
}

Result<OwnLog> Outbox::createLog(const QString &label, const QByteArray &publicKey,
                                 bool mustResolve)
{
    OwnLog log;
    log.label = label;
    log.publicKey = publicKey;
    log.position.history = initialHistory();
    log.mustResolve = mustResolve;
    const Problem problem = m_database.transaction([&]() -> Problem {
        if (const Problem invalid = MasterSecret::validateLabel(label))
            return invalid;
        if (publicKey.size() != RowSeal::PublicKeySize)
            return Problem(Problem::Kind::InvalidArgument,
                           QStringLiteral("a public key has 32 bytes"));
        const Result<Readable<OwnLog>> others = logs();
        if (!others.ok())
            return others.problem();
        for (const OwnLog &other : others.value().rows) {
            if (other.label == label || other.publicKey == publicKey)
                return Problem(Problem::Kind::InvalidArgument,
                               QStringLiteral("there is a log of this label or key"));
        }
        if (others.value().damage) {
            const Owner owner = ownerOfDamaged(m_database, publicKey);
            if (owner == Owner::ThisKey)
                return Problem(Problem::Kind::LocalDataCorrupt,
                               QStringLiteral("the log of this label is damaged"));
            log.mustResolve |= owner == Owner::Unknown;
        }
        insertLog(log);
        return {};
    });
    if (problem)
        return problem;
    return log;
}

void Outbox::insertLog(OwnLog &log)
{
    const RowSeal &seal = m_database.seal();
    const QByteArray label = seal.seal(log.label.toUtf8(), Table, log.publicKey, 0);
    const QByteArray history =
        seal.seal(log.position.history, Table, log.publicKey, log.position.nextSequence);
    SQLite::Statement &insert = m_database.statement(
        "INSERT INTO own_logs(public_key, label, history, must_resolve, last_sequence, next_page, "
        "cut_sequence, tail, record_number, record, seen_number, highest_validity, "
        "published_number, published_sequence, is_conflict, pending_count, pending_bytes) "
        "VALUES (?1, ?2, ?3, ?4, 0, 0, 0, x'', 0, x'', 0, x'', 0, 0, 0, 0, 0)");
    bindBytes(insert, 1, log.publicKey);
    bindBytes(insert, 2, label);
    bindBytes(insert, 3, history);
    insert.bind(4, int(log.mustResolve));
    insert.exec();
    log.id = m_database.handle().getLastInsertRowid();
}

Problem Outbox::saveLog(const OwnLog &log)
{
    return m_database.transaction([&]() -> Problem {
        if (log.nextSequence == 0 || log.position.nextSequence == 0)
            return Problem(Problem::Kind::InvalidArgument,
                           QStringLiteral("sequences count from 1"));
        const QByteArray history = m_database.seal().seal(log.position.history, Table,
                                                          log.publicKey, log.position.nextSequence);
        const QByteArray tail = notNull(log.position.tail);
        const QByteArray record = notNull(log.record);
        const QByteArray validity = notNull(log.highestValidity);
        SQLite::Statement &update = m_database.statement(
            "UPDATE own_logs SET last_sequence = max(last_sequence, ?2), next_page = ?3, "
            "cut_sequence = ?4, history = ?5, "
            "tail = ?6, record_number = ?7, record = ?8, seen_number = ?9, highest_validity = ?10, "
            "published_number = ?11, "
            "published_sequence = ?12, must_resolve = ?13, is_conflict = ?14 "
            "WHERE id = ?1 AND next_page <= ?3 AND cut_sequence <= ?4 AND record_number <= ?7");
        update.bind(1, int64_t(log.id));
        bindNumber(update, 2, log.nextSequence - 1);
        bindNumber(update, 3, log.position.nextPage);
        bindNumber(update, 4, log.position.nextSequence - 1);
        bindBytes(update, 5, history);
        bindBytes(update, 6, tail);
        bindNumber(update, 7, log.recordNumber);
        bindBytes(update, 8, record);
        bindNumber(update, 9, log.seenNumber);
        bindBytes(update, 10, validity);
        bindNumber(update, 11, log.publishedNumber);
        bindNumber(update, 12, log.publishedSequence);
        update.bind(13, int(log.mustResolve));
        update.bind(14, int(log.isConflict));
        if (update.exec() != 1)
            return Problem(
                Problem::Kind::InvalidArgument,
                QStringLiteral("no such log, or its position or record number would go back"));
        return {};
    });
}

} // namespace RemoteLog
