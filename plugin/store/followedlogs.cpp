// SPDX-License-Identifier: MIT
// The part of Inbox that keeps followed logs themselves.
#include "inbox.h"

#include "log/history.h"
#include "log/link.h"
#include "row.h"
#include "storeproblem.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace RemoteLog {

namespace {

constexpr char Table[] = "followed_logs";

// A link says whose log it is, so it cannot be bound to that.
QByteArray noLog()
{
    return QByteArray(32, '\0');
}

QByteArray sealedLink(const RowSeal &seal, const LogLink &link)
{
    if (link.isNull())
        fail(Problem::Kind::InvalidArgument, QStringLiteral("the null link"));
    return seal.seal(link.toUrl().toEncoded(), Table, noLog(), 0);
}

QByteArray sealedHistory(const RowSeal &seal, const FollowedLog &log)
{
    return seal.seal(log.history, Table, publicKeyOf(log.link), log.cursor);
}

// In the order of the SELECT in logs().
FollowedLog readLog(SQLite::Statement &row, const RowSeal &seal)
{
    FollowedLog log;
    log.id = signedAt(row, 0);
    const std::optional<QByteArray> url = seal.open(viewAt(row, 1), Table, noLog(), 0);
    const Result<LogLink> link =
        LogLink::fromUrl(QUrl::fromEncoded(url.value_or(QByteArray()), QUrl::StrictMode));
    if (!url || !link.ok())
        fail(Problem::Kind::LocalDataCorrupt,
             QStringLiteral("the link of a followed log does not unseal"));
    log.link = link.value();
    log.position = numberAt(row, 2);
    log.cursor = numberAt(row, 3);
    const std::optional<QByteArray> history =
        seal.open(viewAt(row, 4), Table, publicKeyOf(log.link), log.cursor);
    if (!history)
        fail(Problem::Kind::LocalDataCorrupt,
             QStringLiteral("the history of a followed log does not unseal"));
    log.history = *history;
    log.record = bytesAt(row, 5);
    log.recordNumber = numberAt(row, 6);
    log.lastSequence = numberAt(row, 7);
    log.isHeadRead = numberAt(row, 8) != 0;
    return log;
}

} // namespace

Result<QList<FollowedLog>> Inbox::logs()
{
    return guarded<QList<FollowedLog>>(m_database, [&] {
        QList<FollowedLog> logs;
        SQLite::Statement &row = m_database.statement(
            "SELECT id, link, position, cursor, history, record, record_number, last_sequence, "
            "is_head_read FROM followed_logs ORDER BY id");
        while (row.executeStep())
            logs.append(readLog(row, m_database.seal()));
        return logs;
    });
}

Result<FollowedLog> Inbox::createLog(const LogLink &link)
{
    FollowedLog log;
    log.link = link;
    log.history = initialHistory();
    const Problem problem = m_database.transaction([&]() -> Problem {
        const QByteArray sealed = sealedLink(m_database.seal(), link);
        const Result<QList<FollowedLog>> others = logs();
        if (!others.ok())
            return others.problem();
        for (const FollowedLog &other : others.value()) {
            if (other.link == link)
                return Problem(Problem::Kind::InvalidArgument,
                               QStringLiteral("this log is followed already"));
        }
        const QByteArray history = sealedHistory(m_database.seal(), log);
        SQLite::Statement &insert = m_database.statement(
            "INSERT INTO followed_logs VALUES (NULL, ?1, 0, 0, ?2, x'', 0, 0, 0)");
        bindBytes(insert, 1, sealed);
        bindBytes(insert, 2, history);
        insert.exec();
        log.id = m_database.handle().getLastInsertRowid();
        return {};
    });
    if (problem)
        return problem;
    return log;
}

Problem Inbox::saveLog(const FollowedLog &log)
{
    return m_database.transaction([&]() -> Problem {
        const QByteArray link = sealedLink(m_database.seal(), log.link);
        const QByteArray history = sealedHistory(m_database.seal(), log);
        const QByteArray record = log.record.isNull() ? QByteArray("") : log.record;
        SQLite::Statement &update = m_database.statement(
            "UPDATE followed_logs SET link = ?2, position = ?3, cursor = ?4, "
            "history = ?5, record = ?6, "
            "record_number = ?7, last_sequence = ?8, is_head_read = ?9 WHERE id = ?1 AND "
            "position <= ?3 AND record_number <= ?7");
        update.bind(1, int64_t(log.id));
        bindBytes(update, 2, link);
        bindNumber(update, 3, log.position);
        bindNumber(update, 4, log.cursor);
        bindBytes(update, 5, history);
        bindBytes(update, 6, record);
        bindNumber(update, 7, log.recordNumber);
        bindNumber(update, 8, log.lastSequence);
        bindNumber(update, 9, log.isHeadRead);
        if (update.exec() != 1)
            return Problem(
                Problem::Kind::InvalidArgument,
                QStringLiteral("no such log, or its position or record number would go back"));
        return {};
    });
}

// What was received of it goes with it.
Problem Inbox::removeLog(const FollowedLog &log)
{
    return m_database.transaction([&]() -> Problem {
        SQLite::Statement &remove = m_database.statement("DELETE FROM followed_logs WHERE id = ?1");
        remove.bind(1, int64_t(log.id));
        remove.exec();
        return {};
    });
}

} // namespace RemoteLog
