// SPDX-License-Identifier: MIT
// The part of Inbox that keeps followed logs themselves.
#include "inbox.h"

#include "log/history.h"
#include "log/link.h"
#include "row.h"
#include "storeproblem.h"

#include <QCryptographicHash>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace RemoteLog {

namespace {

constexpr char Table[] = "followed_logs";

// A link says whose log it is, so it cannot be bound to that.
QByteArray noLog()
{
    return QByteArray(RowSeal::PublicKeySize, '\0');
}

QByteArray sealedLink(const RowSeal &seal, const LogLink &link)
{
    if (link.isNull())
        fail(Problem::Kind::InvalidArgument, QStringLiteral("the null link"));
    return seal.seal(link.toUrl().toEncoded(), Table, noLog(), 0);
}

// Tells nothing to whoever has not the link.
QByteArray identityHash(const LogLink &link)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(publicKeyOf(link));
    const Key readKey = readKeyOf(link);
    hash.addData(QByteArrayView(readKey.data(), readKey.size()));
    return hash.result();
}

QByteArray sealedHistory(const RowSeal &seal, const FollowedLog &log)
{
    return seal.seal(log.history, Table, publicKeyOf(log.link), log.cursor);
}

constexpr char AllLogs[] =
    "SELECT id, link, position, cursor, history, record, record_number, last_sequence, "
    "is_head_read FROM followed_logs ORDER BY id";

// The rest is in the order of AllLogs. The null link if it does not unseal.
LogLink readLink(SQLite::Statement &row, const RowSeal &seal)
{
    const std::optional<QByteArray> url = seal.open(viewOrNull(row, 1), Table, noLog(), 0);
    if (!url)
        return {};
    const Result<LogLink> link = LogLink::fromUrl(QUrl::fromEncoded(*url, QUrl::StrictMode));
    return link.ok() ? link.value() : LogLink();
}

std::optional<QByteArray> readHistory(SQLite::Statement &row, const LogLink &link,
                                      const RowSeal &seal)
{
    return seal.open(viewOrNull(row, 4), Table, publicKeyOf(link), numberOrZero(row, 3));
}

FollowedLog readLog(SQLite::Statement &row, const RowSeal &seal)
{
    FollowedLog log;
    log.id = signedAt(row, 0);
    log.link = readLink(row, seal);
    if (log.link.isNull())
        fail(Problem::Kind::LocalDataCorrupt, QStringLiteral("the link does not unseal"));
    log.position = numberAt(row, 2);
    log.cursor = numberAt(row, 3);
    const std::optional<QByteArray> history = readHistory(row, log.link, seal);
    if (!history)
        fail(Problem::Kind::LocalDataCorrupt, QStringLiteral("the history does not unseal"));
    log.history = *history;
    log.record = bytesAt(row, 5);
    log.recordNumber = numberAt(row, 6);
    log.lastSequence = numberAt(row, 7);
    log.isHeadRead = numberAt(row, 8) != 0;
    return log;
}

// Where the link is lost, the history still tells whose log it was: it is bound to the key.
bool isDamagedRowOf(SQLite::Statement &row, const LogLink &link, const RowSeal &seal)
{
    const LogLink found = readLink(row, seal);
    return found.isNull() ? readHistory(row, link, seal).has_value() : found == link;
}

void removeRow(const Database &database, qint64 id)
{
    SQLite::Statement &remove = database.statement("DELETE FROM followed_logs WHERE id = ?1");
    remove.bind(1, int64_t(id));
    remove.exec();
}

} // namespace

Result<Readable<FollowedLog>> Inbox::logs()
{
    return guarded<Readable<FollowedLog>>(m_database, [&] {
        const RowSeal &seal = m_database.seal();
        SQLite::Statement &row = m_database.statement(AllLogs);
        return readRows<FollowedLog>(row, QStringLiteral("followed logs"),
                                     [&] { return readLog(row, seal); });
    });
}

Result<std::optional<FollowedLog>> Inbox::unsealedLog(const LogLink &link)
{
    return guarded<std::optional<FollowedLog>>(m_database, [&]() -> std::optional<FollowedLog> {
        const QByteArray identity = identityHash(link);
        SQLite::Statement &row =
            m_database.statement("SELECT position, record, record_number, last_sequence "
                                 "FROM followed_logs WHERE identity = ?1");
        bindBytes(row, 1, identity);
        if (!row.executeStep())
            return std::nullopt;
        FollowedLog log;
        log.link = link;
        log.position = numberAt(row, 0);
        log.record = bytesAt(row, 1);
        log.recordNumber = numberAt(row, 2);
        log.lastSequence = numberAt(row, 3);
        return log;
    });
}

Result<FollowedLog> Inbox::createLog(const LogLink &link)
{
    FollowedLog log;
    log.link = link;
    log.history = initialHistory();
    const Problem problem = m_database.transaction([&]() -> Problem {
        const QByteArray sealed = sealedLink(m_database.seal(), link);
        const Result<Readable<FollowedLog>> others = logs();
        if (!others.ok())
            return others.problem();
        for (const FollowedLog &other : others.value().rows) {
            if (other.link == link)
                return Problem(Problem::Kind::InvalidArgument,
                               QStringLiteral("this log is followed already"));
        }
        if (others.value().damage)
            takeOver(log);
        insertLog(log, sealed);
        return {};
    });
    if (problem)
        return problem;
    return log;
}

// Removes the damaged row of this log, and keeps of it what never goes back. What had been received
// goes too: it hung on the history that is lost.
void Inbox::takeOver(FollowedLog &log)
{
    QList<qint64> ids;
    SQLite::Statement &row = m_database.statement(AllLogs);
    while (row.executeStep()) {
        if (!isDamagedRowOf(row, log.link, m_database.seal()))
            continue;
        ids.append(row.getColumn(0).getInt64());
        log.lastSequence = qMax(log.lastSequence, numberOrZero(row, 7));
        // A number that cannot be right would hold back entries that the host never got.
        if (numberOrZero(row, 2) <= qMax(numberOrZero(row, 3), log.lastSequence))
            log.position = qMax(log.position, numberOrZero(row, 2));
        if (numberOrZero(row, 6) >= log.recordNumber) {
            log.recordNumber = numberOrZero(row, 6);
            log.record = viewOrNull(row, 5).toByteArray();
        }
    }
    row.reset();
    for (qint64 id : ids)
        removeRow(m_database, id);
}

void Inbox::insertLog(FollowedLog &log, const QByteArray &sealed)
{
    const QByteArray history = sealedHistory(m_database.seal(), log);
    const QByteArray record = notNull(log.record);
    const QByteArray identity = identityHash(log.link);
    SQLite::Statement &insert = m_database.statement(
        "INSERT INTO followed_logs(link, position, cursor, history, record, record_number, "
        "last_sequence, is_head_read, identity) VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6, 0, ?7)");
    bindBytes(insert, 1, sealed);
    bindNumber(insert, 2, log.position);
    bindBytes(insert, 3, history);
    bindBytes(insert, 4, record);
    bindNumber(insert, 5, log.recordNumber);
    bindNumber(insert, 6, log.lastSequence);
    bindBytes(insert, 7, identity);
    insert.exec();
    log.id = m_database.handle().getLastInsertRowid();
}

Problem Inbox::saveLog(const FollowedLog &log)
{
    return m_database.transaction([&]() -> Problem {
        const QByteArray link = sealedLink(m_database.seal(), log.link);
        const QByteArray history = sealedHistory(m_database.seal(), log);
        const QByteArray record = notNull(log.record);
        const QByteArray identity = identityHash(log.link);
        SQLite::Statement &update =
            m_database.statement("UPDATE followed_logs SET link = ?2, position = ?3, cursor = ?4, "
                                 "history = ?5, record = ?6, "
                                 "record_number = ?7, last_sequence = ?8, is_head_read = ?9, "
                                 "identity = ?10 WHERE id = ?1 AND "
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
        bindBytes(update, 10, identity);
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
        removeRow(m_database, log.id);
        return {};
    });
}

} // namespace RemoteLog
