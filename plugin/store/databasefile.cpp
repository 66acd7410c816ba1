// SPDX-License-Identifier: MIT
#include "databasefile.h"

#include "platform/durablefile.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cerrno>

namespace RemoteLog {

namespace {

// "-journal" is there only where SQLite died while it changed the mode of a new database.
const QString Suffixes[] = {QString(), QStringLiteral("-wal"), QStringLiteral("-journal"),
                            QStringLiteral("-shm")};

QString suspectPath(const QString &path)
{
    return path + QStringLiteral("-suspect");
}

Problem problemOf(QFile &file, const QString &what)
{
    if (errno)
        return DurableFile::problemFromErrno(errno, what);
    return Problem(Problem::Kind::ActionRequired, what + QStringLiteral(": ") + file.errorString());
}

} // namespace

DatabaseFile::DatabaseFile(const QString &path)
    : m_path(path)
{
}

Problem DatabaseFile::prepare() const
{
    if (QFileInfo::exists(m_path) && !QFileInfo(m_path).isFile())
        return Problem(Problem::Kind::ActionRequired,
                       QStringLiteral("the database's name is taken by no file"));
    QFile file(m_path);
    errno = 0;
    // SQLite gives the files beside the database the permissions of the database.
    if (!file.open(QIODevice::ReadWrite, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return problemOf(file, QStringLiteral("opening the database"));
    return {};
}

qint64 DatabaseFile::logSize() const
{
    return QFileInfo(m_path + QStringLiteral("-wal")).size();
}

qint64 DatabaseFile::size() const
{
    return QFileInfo(m_path).size() + logSize();
}

bool DatabaseFile::isOrphaned() const
{
    return QFileInfo(m_path).size() <= 1 && logSize() > 0; // to SQLite a file of one byte is empty
}

bool DatabaseFile::isCutShort(qint64 pageSize) const
{
    return logSize() == 0 && QFileInfo(m_path).size() > 1
           && QFileInfo(m_path).size() % pageSize != 0;
}

Result<QString> DatabaseFile::setAside() const
{
    const QString stamp =
        QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd'T'HHmmsszzz'Z'"));
    const auto isTaken = [](const QString &name) {
        return std::any_of(std::begin(Suffixes), std::end(Suffixes),
                           [&](const QString &suffix) { return QFileInfo::exists(name + suffix); });
    };
    QString name = m_path + QStringLiteral(".damaged-") + stamp;
    for (int i = 2; isTaken(name); ++i)
        name = m_path + QStringLiteral(".damaged-%1-%2").arg(stamp).arg(i);
    for (const QString &suffix :
         Suffixes) { // the database first: it must never be found without its log
        QFile file(m_path + suffix);
        errno = 0;
        if (file.exists() && !file.rename(name + suffix))
            return problemOf(file, QStringLiteral("setting a damaged database aside"));
    }
    setSuspect(false);
    return QFileInfo(name).fileName();
}

bool DatabaseFile::isSuspect() const
{
    return QFileInfo::exists(suspectPath(m_path));
}

void DatabaseFile::setSuspect(bool suspect) const
{
    // As good as it can be done: a disk that loses bytes may refuse this too.
    QFile file(suspectPath(m_path));
    if (!suspect)
        file.remove();
    else if (!file.exists() && file.open(QIODevice::WriteOnly))
        file.close();
}

} // namespace RemoteLog
