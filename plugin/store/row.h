// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include "readable.h"
#include "storeproblem.h"

#include <QByteArray>
#include <QByteArrayView>

#include <SQLiteCpp/Statement.h>

#include <functional>

namespace RemoteLog {

// Bindings and columns in Qt's types. All of them throw what Database::guard() turns into a
// Problem.

// What the seals of an own log's row are bound to.
inline constexpr char OwnLogsTable[] = "own_logs";

// A number of the format, 0..2^63 - 1; InvalidArgument above, for SQLite's integers end there.
void bindNumber(SQLite::Statement &statement, int index, quint64 number);

// Without a copy: `bytes` must live until the statement was executed. Null binds NULL.
void bindBytes(SQLite::Statement &statement, int index, const QByteArray &bytes);

// For columns that are never NULL: an empty value is none there.
QByteArray notNull(const QByteArray &bytes);

// LocalDataCorrupt if the column is no integer or negative.
quint64 numberAt(SQLite::Statement &statement, int column);
qint64 signedAt(SQLite::Statement &statement, int column);

// NULL gives a null one; an empty blob an empty one that is not null. LocalDataCorrupt if the
// column is no blob.
QByteArray bytesAt(SQLite::Statement &statement, int column);

// The same without a copy, valid until the next step.
QByteArrayView viewAt(SQLite::Statement &statement, int column);

// For rows that may be damaged: null where the column is no blob, 0 where it is no number.
QByteArrayView viewOrNull(SQLite::Statement &statement, int column);
quint64 numberOrZero(SQLite::Statement &statement, int column);

// What `read` returns, or LocalDataCorrupt if it throws that.
template <class T>
Result<T> readRow(const std::function<T()> &read)
{
    try {
        return read();
    } catch (const StoreFailure &failure) {
        if (failure.problem.kind() != Problem::Kind::LocalDataCorrupt)
            throw;
        return failure.problem;
    }
}

// `first`: what is wrong with the first of them.
Problem rowsLeftOut(const QString &what, int count, const QString &first);

// All rows of the query; `what` says in English what they are.
template <class T>
Readable<T> readRows(SQLite::Statement &query, const QString &what, const std::function<T()> &read)
{
    Readable<T> found;
    int damaged = 0;
    QString first;
    while (query.executeStep()) {
        const Result<T> row = readRow<T>(read);
        if (row.ok())
            found.rows.append(row.value());
        else if (damaged++ == 0)
            first = row.problem().detail();
    }
    if (damaged > 0)
        found.damage = rowsLeftOut(what, damaged, first);
    return found;
}

} // namespace RemoteLog
