// SPDX-License-Identifier: MIT
#include "storeproblem.h"

#include "platform/durablefile.h"

#include <SQLiteCpp/Exception.h>

#include <sqlite3.h>

namespace RemoteLog {

namespace {

bool isDiskError(int extendedCode)
{
    return (extendedCode & 0xff) == SQLITE_IOERR && extendedCode != SQLITE_IOERR_NOMEM;
}

bool isFull(int systemError)
{
    return DurableFile::problemFromErrno(systemError, QString()).kind()
           == Problem::Kind::LocalStorageFull;
}

Problem::Kind kindOf(int extendedCode, int systemError)
{
    const int primaryCode = extendedCode & 0xff;
    // A quota, for example, is no SQLITE_FULL.
    if ((primaryCode == SQLITE_IOERR || primaryCode == SQLITE_CANTOPEN) && isFull(systemError))
        return Problem::Kind::LocalStorageFull;
    switch (primaryCode) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
        return Problem::Kind::LocalStorageFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return Problem::Kind::LocalDataCorrupt;
    case SQLITE_CONSTRAINT: // what was to be added is there already, or belongs to nothing
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
        return Problem::Kind::InvalidArgument;
    case SQLITE_TOOBIG:
        return Problem::Kind::TooLarge;
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
    case SQLITE_ABORT:
    case SQLITE_SCHEMA:
        return Problem::Kind::WillRetry;
    default:
        return Problem::Kind::ActionRequired;
    }
}

// The last error that the system gave `file`. SQLite keeps it when later calls succeed, but for
// one: a read behind the end is no error of the system. A disk that still fails says so again.
int takeErrorOf(sqlite3_file *file)
{
    if (!file || !file->pMethods)
        return 0;
    int error = 0;
    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
    constexpr sqlite3_int64 BehindEveryEnd = sqlite3_int64(1) << 60;
    char byte = 0;
    if (error)
        file->pMethods->xRead(file, &byte, 1, BehindEveryEnd);
    return error;
}

QString diskErrorText(int systemError, const QString &detail)
{
    return QStringLiteral("an I/O error of the disk (system error %1): %2")
        .arg(systemError)
        .arg(detail);
}

} // namespace

void fail(Problem::Kind kind, const QString &detail)
{
    throw StoreFailure{Problem(kind, detail)};
}

Problem problemFromSqlite(int extendedCode, const QString &message, int systemError)
{
    const QString detail =
        QStringLiteral("database: %1 (SQLite code %2)").arg(message).arg(extendedCode);
    return Problem(kindOf(extendedCode, systemError),
                   isDiskError(extendedCode) ? diskErrorText(systemError, detail) : detail);
}

// sqlite3_system_errno() is 0 again when an exception arrives.
int takeDiskError(sqlite3 *connection)
{
    int found = 0;
    if (!connection)
        return found;
    for (int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
        sqlite3_file *file = nullptr;
        sqlite3_file_control(connection, "main", which, static_cast<void *>(&file));
        const int error = takeErrorOf(file);
        found = found ? found : error;
    }
    return found;
}

Problem problemFromSqlite(const SQLite::Exception &exception, int systemError)
{
    // Some exceptions of SQLiteCpp know only the primary code, and its own complaints (a missing
    // row) none.
    const int code = exception.getExtendedErrorCode() > 0 ? exception.getExtendedErrorCode()
                                                          : exception.getErrorCode();
    const Problem problem = problemFromSqlite(code > 0 ? code : SQLITE_ERROR,
                                              QString::fromUtf8(exception.what()), systemError);
    return unlessDiskFailed(problem, systemError);
}

Problem unlessDiskFailed(const Problem &problem, int systemError)
{
    if (problem.kind() != Problem::Kind::LocalDataCorrupt || systemError == 0)
        return problem;
    return Problem(Problem::Kind::WillRetry, diskErrorText(systemError, problem.detail()));
}

Problem withBoth(const Problem &first, const Problem &second)
{
    if (!first || !second)
        return first ? first : second;
    return Problem(second.kind(), first.detail() + QStringLiteral("; ") + second.detail());
}

} // namespace RemoteLog
