// SPDX-License-Identifier: MIT
#include "row.h"

#include "log/page.h"
#include "storeproblem.h"

#include <SQLiteCpp/Column.h>

#include <limits>

namespace RemoteLog {

void bindNumber(SQLite::Statement &statement, int index, quint64 number)
{
    if (number > MaxSequence)
        fail(Problem::Kind::InvalidArgument, QStringLiteral("a number over 2^63 - 1"));
    statement.bind(index, static_cast<int64_t>(number));
}

void bindBytes(SQLite::Statement &statement, int index, const QByteArray &bytes)
{
    if (bytes.isNull())
        statement.bind(index);
    else if (bytes.size() > std::numeric_limits<int>::max())
        fail(Problem::Kind::TooLarge, QStringLiteral("more bytes than a row can hold"));
    else
        statement.bindNoCopy(index, bytes.constData(), static_cast<int>(bytes.size()));
}

quint64 numberAt(SQLite::Statement &statement, int column)
{
    const qint64 number = signedAt(statement, column);
    if (number < 0)
        fail(Problem::Kind::LocalDataCorrupt, QStringLiteral("a negative number in the database"));
    return static_cast<quint64>(number);
}

qint64 signedAt(SQLite::Statement &statement, int column)
{
    const SQLite::Column value = statement.getColumn(column);
    if (!value.isInteger())
        fail(Problem::Kind::LocalDataCorrupt,
             QStringLiteral("no integer where the database has one"));
    return value.getInt64();
}

QByteArray bytesAt(SQLite::Statement &statement, int column)
{
    const QByteArrayView view = viewAt(statement, column);
    if (view.isNull())
        return {};
    return view.isEmpty() ? QByteArray("") : view.toByteArray();
}

QByteArrayView viewAt(SQLite::Statement &statement, int column)
{
    const SQLite::Column value = statement.getColumn(column);
    if (value.isNull())
        return {};
    if (!value.isBlob())
        fail(Problem::Kind::LocalDataCorrupt,
             QStringLiteral("no bytes where the database has some"));
    const void *bytes = value.getBlob(); // null for an empty one
    return bytes ? QByteArrayView(static_cast<const char *>(bytes), value.getBytes())
                 : QByteArrayView("", 0);
}

} // namespace RemoteLog
