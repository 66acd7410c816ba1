// SPDX-License-Identifier: MIT
// How Database runs work: statements, transactions, and where exceptions end.
#include "database.h"

#include "storeproblem.h"

#include <QScopeGuard>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <sqlite3.h>

#include <new>

namespace RemoteLog {

struct Database::Prepared
{
    SQLite::Statement statement;
    bool isUsed = true; // since the outermost guard began
};

Database::Database(const QString &path)
    : m_path(path)
{
}

Database::~Database()
{
    if (m_database)
        leaveFiles();
}

SQLite::Statement &Database::statement(const char *sql) const
{
    Q_ASSERT(m_depth > 0);
    std::unique_ptr<Prepared> &prepared = m_statements[sql];
    if (!prepared) {
        prepared.reset(new Prepared{SQLite::Statement(*m_database, sql)});
    } else {
        prepared->statement
            .tryReset(); // its code is that of the last execution, which was reported then
        prepared->statement.clearBindings();
        prepared->isUsed = true;
    }
    return prepared->statement;
}

// A statement that was not read to its end would hold its snapshot, and with it the write-ahead
// log, for ever.
void Database::release() const
{
    for (auto &[sql, prepared] : m_statements) {
        if (prepared && prepared->isUsed) {
            prepared->statement.tryReset();
            prepared->isUsed = false;
        }
    }
}

Problem Database::guard(const std::function<Problem()> &work) const
{
    if (m_depth++ == 0) {
        // What a disk that has failed before says now is another matter.
        if (m_diskError)
            takeDiskError(m_database->getHandle());
        m_diskError = 0;
    }
    const auto leave = qScopeGuard([this] {
        if (--m_depth == 0)
            release();
    });
    try {
        return work();
    } catch (const StoreFailure &failure) {
        return failure.problem;
    } catch (const SQLite::Exception &exception) {
        const int diskError = takeDiskError(m_database->getHandle());
        if (diskError)
            m_diskError = diskError;
        const Problem problem = problemFromSqlite(exception, diskError);
        if (problem.kind() == Problem::Kind::LocalDataCorrupt)
            DatabaseFile(m_path).setSuspect(true);
        return problem;
    } catch (const std::bad_alloc &) {
        return Problem(Problem::Kind::WillRetry, QStringLiteral("out of memory"));
    } catch (const std::exception &exception) {
        return Problem(Problem::Kind::ActionRequired, QString::fromUtf8(exception.what()));
    }
}

Problem Database::transaction(const std::function<Problem()> &work)
{
    if (m_inTransaction) {
        if (m_doom) // SQLite may have rolled back already: this would be stored by itself
            return m_doom;
        const Problem problem = guard(work);
        if (problem && !m_doom)
            m_doom = problem;
        return problem;
    }
    return runInTransaction(work);
}

Problem Database::runInTransaction(const std::function<Problem()> &work)
{
    m_inTransaction = true;
    const bool hadToErase = m_mustErase;
    bool wasMoved = false;
    const int changes = sqlite3_total_changes(m_database->getHandle());
    const Problem problem = guard([&]() -> Problem {
        statement("BEGIN IMMEDIATE").exec();
        if (const Problem failed = work())
            return failed;
        if (m_doom)
            return m_doom;
        wasMoved = isMoved();
        if (wasMoved)
            return Problem(Problem::Kind::ActionRequired,
                           QStringLiteral("the profile's files were moved, replaced or removed"));
        statement("COMMIT").exec();
        return {};
    });
    // Some errors make SQLite roll back by itself; every other leaves the transaction open.
    if (!sqlite3_get_autocommit(m_database->getHandle()))
        sqlite3_exec(m_database->getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
    m_inTransaction = false;
    m_doom = {};
    if (problem)
        m_mustErase = hadToErase;
    else if (m_mustErase)
        eraseNow();
    const bool hasWritten = sqlite3_total_changes(m_database->getHandle()) != changes;
    if (wasMoved)
        keepLostLog();
    if (wasMoved || (problem && m_diskError) || problem.kind() == Problem::Kind::LocalStorageFull)
        noteDiskProblem(problem);
    else if (m_isProbing && !problem && hasWritten) // something smaller may fit a full disk
        noteDiskProblem(Problem());
    return problem;
}

} // namespace RemoteLog
