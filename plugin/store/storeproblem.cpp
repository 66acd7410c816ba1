// SPDX-License-Identifier: MIT
#include "storeproblem.h"

#include <SQLiteCpp/Exception.h>

#include <sqlite3.h>

namespace RemoteLog {

namespace {

Problem::Kind kindOf(int extendedCode)
{
    switch (extendedCode) {
    case SQLITE_IOERR_NOMEM:
        return Problem::Kind::WillRetry;
    case SQLITE_IOERR_CORRUPTFS:
        return Problem::Kind::LocalDataCorrupt;
    default:
        break;
    }
    switch (extendedCode & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR: // among others: quota exceeded
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

} // namespace

void fail(Problem::Kind kind, const QString &detail)
{
    throw StoreFailure{Problem(kind, detail)};
}

Problem problemFromSqlite(int extendedCode, const QString &message)
{
    return Problem(kindOf(extendedCode),
                   QStringLiteral("database: %1 (SQLite code %2)").arg(message).arg(extendedCode));
}

Problem problemFromSqlite(const SQLite::Exception &exception)
{
    // Some exceptions of SQLiteCpp know only the primary code, and its own complaints (a missing
    // row) none.
    const int code = exception.getExtendedErrorCode() > 0 ? exception.getExtendedErrorCode()
                                                          : exception.getErrorCode();
    return problemFromSqlite(code > 0 ? code : SQLITE_ERROR, QString::fromUtf8(exception.what()));
}

} // namespace RemoteLog
