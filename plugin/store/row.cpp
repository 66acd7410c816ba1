// SPDX-License-Identifier: MIT
#include "row.h"

#include "log/page.h"

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

QByteArray notNull(const QByteArray &bytes)
{
    return bytes.isNull() ? QByteArray("") : bytes;
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
    const QByteArrayView view = viewOrNull(statement, column);
    if (view.isNull() && !statement.getColumn(column).isNull())
        fail(Problem::Kind::LocalDataCorrupt,
             QStringLiteral("no bytes where the database has some"));
    return view;
}

QByteArrayView viewOrNull(SQLite::Statement &statement, int column)
{
    const SQLite::Column value = statement.getColumn(column);
    if (!value.isBlob())
        return {};
    const void *bytes = value.getBlob(); // null for an empty one
    return bytes ? QByteArrayView(static_cast<const char *>(bytes), value.getBytes())
                 : QByteArrayView("", 0);
}

quint64 numberOrZero(SQLite::Statement &statement, int column)
{
    const SQLite::Column value = statement.getColumn(column);
    return value.isInteger() ? static_cast<quint64>(qMax<qint64>(0, value.getInt64())) : 0;
}

Problem rowsLeftOut(const QString &what, int count, const QString &first)
{
    return Problem(Problem::Kind::LocalDataCorrupt,
                   QStringLiteral("%1 left out, for they are damaged: %2 (the first: %3)")
                       .arg(what)
                       .arg(count)
                       .arg(first));
}

} // namespace RemoteLog
