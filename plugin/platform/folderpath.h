// SPDX-License-Identifier: MIT
#pragma once

// For platform/ alone: paths relative to a helper's folder, "blocks/aa/name"; the folder itself is
// the empty path.

#include <QString>
#include <QStringList>

namespace RemoteLog::FolderPath {

// Where files stand before they have their names.
inline constexpr QLatin1String TemporaryDirectory("tmp");

inline QStringList names(const QString &path)
{
    return path.split(QLatin1Char('/'), Qt::SkipEmptyParts);
}

inline QString name(const QString &path)
{
    return path.mid(path.lastIndexOf(QLatin1Char('/')) + 1);
}

inline QString parent(const QString &path)
{
    return path.left(qMax(path.lastIndexOf(QLatin1Char('/')), qsizetype(0)));
}

inline QString join(const QString &parent, const QString &name)
{
    return parent.isEmpty() ? name : parent + QLatin1Char('/') + name;
}

} // namespace RemoteLog::FolderPath
