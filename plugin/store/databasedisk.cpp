// SPDX-License-Identifier: MIT
// How Database gets along with the disk below it: files that are moved or replaced, and no room.
#include "database.h"

#include <QLoggingCategory>
#include <QRandomGenerator>
#include <QScopeGuard>

#include <SQLiteCpp/Database.h>

#include <sqlite3.h>

namespace RemoteLog {

Q_DECLARE_LOGGING_CATEGORY(lcStore)

void Database::leaveFiles()
{
    // SQLite deletes the write-ahead log of that name, whosever it is. It does ask whether the
    // database was moved, but for another number of the file only, not for another disk.
    const DatabaseFile file(m_path);
    const DatabaseFile::Identity now = file.identity();
    const bool isDatabaseOther = m_identity.database.isOther(now.database);
    const bool isLogOther = now.log.isThere && m_identity.log.isOther(now.log);
    if (!isLogOther && !isDatabaseOther)
        return;
    if (!isDatabaseOther)
        eraseNow(); // what is in ours nobody would find any more
    // A log beside a database that it does not belong to would be read into that.
    if (now.database.isThere && now.log.isThere && isLogOther != isDatabaseOther) {
        const Result<QString> name = file.setLogAside();
        qCWarning(lcStore).noquote() << "a write-ahead log beside another database: set aside as"
                                     << name.value() << name.problem();
    }
    sqlite3_db_config(m_database->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

bool Database::isMoved() const
{
    const DatabaseFile::Identity now = DatabaseFile(m_path).identity();
    return m_identity.database.isOther(now.database) || m_identity.log.isOther(now.log);
}

// Where only the write-ahead log is gone, what was committed goes to the database at once: after a
// crash nobody would find it.
void Database::keepLostLog()
{
    if (!m_identity.database.isOther(DatabaseFile(m_path).identity().database))
        eraseNow();
}

void Database::noteDiskProblem(const Problem &problem)
{
    if (m_isProbing && problem.kind() == m_diskProblem.kind())
        return;
    m_diskProblem = problem;
    if (m_tellDiskProblem)
        m_tellDiskProblem();
}

void Database::probeDisk()
{
    m_isProbing = true;
    const auto end = qScopeGuard([this] { m_isProbing = false; });
    if (!isMoved()) {
        // Beside the write-ahead log, which has grown by what failed: what fits in there says
        // nothing about the disk. That goes back to the disk where it is missing.
        const DatabaseFile file(m_path);
        constexpr Problem::Kind Full = Problem::Kind::LocalStorageFull;
        Problem problem = file.tryRoom(ProbeSize);
        if (problem.kind() == Full) {
            eraseNow();
            problem = file.tryRoom(ProbeSize);
        }
        if (problem.kind() == Full)
            return noteDiskProblem(problem);
    }
    // Another value each time: SQLite does not write what is there already.
    setMetaValue(QByteArrayLiteral("probe"),
                 QByteArray::number(QRandomGenerator::system()->generate64()));
}

void Database::eraseAfterCommit()
{
    m_mustErase = true;
}

// Zeroed pages go to the database, old ones leave the write-ahead log. If the disk refuses, the
// next commit tries again.
void Database::eraseNow()
{
    const int code = sqlite3_wal_checkpoint_v2(m_database->getHandle(), nullptr,
                                               SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    m_mustErase = code != SQLITE_OK;
}

} // namespace RemoteLog
