// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <SQLiteCpp/Statement.h>

namespace RemoteLog {

// Bindings and columns in Qt's types. All of them throw what Database::guard() turns into a
// Problem.

// A number of the format, 0..2^63 - 1; InvalidArgument above, for SQLite's integers end there.
void bindNumber(SQLite::Statement &statement, int index, quint64 number);

// Without a copy: `bytes` must live until the statement was executed. Null binds NULL.
void bindBytes(SQLite::Statement &statement, int index, const QByteArray &bytes);

// LocalDataCorrupt if the column is no integer or negative.
quint64 numberAt(SQLite::Statement &statement, int column);
qint64 signedAt(SQLite::Statement &statement, int column);

// NULL gives a null one; an empty blob an empty one that is not null. LocalDataCorrupt if the
// column is no blob.
QByteArray bytesAt(SQLite::Statement &statement, int column);

// The same without a copy, valid until the next step.
QByteArrayView viewAt(SQLite::Statement &statement, int column);

} // namespace RemoteLog
