// SPDX-License-Identifier: MIT
#include "databasefile.h"

#include "platform/durablefile.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QScopeGuard>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace RemoteLog {

namespace {

const QString LogSuffix = QStringLiteral("-wal");
// There only where SQLite died while it changed the mode of a new database, and beside databases
// that are not ours.
const QString JournalSuffix = QStringLiteral("-journal");
const QString Suffixes[] = {QString(), LogSuffix, JournalSuffix, QStringLiteral("-shm")};

Problem problemOf(QFile &file, const QString &what)
{
    if (errno)
        return DurableFile::problemFromErrno(errno, what);
    return Problem(Problem::Kind::ActionRequired, what + QStringLiteral(": ") + file.errorString());
}

// QFileInfo says 0 for what it could not find out, too.
Result<qint64> sizeOf(const QString &path)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(QFileInfo(path).filesystemFilePath(), error);
    if (error == std::errc::no_such_file_or_directory)
        return 0;
    if (error)
        return DurableFile::problemFromErrno(error.value(),
                                             QStringLiteral("finding out a database's size"));
    return qint64(size);
}

DatabaseFile::Identity::File identityOf(const QString &path)
{
    struct stat status;
    if (::stat(QFile::encodeName(path).constData(), &status) == 0)
        return {status.st_dev, status.st_ino, true};
    return {0, 0, errno != ENOENT && errno != ENOTDIR};
}

// Bytes 16..19 of a rollback journal are the pages that the database had: with none there is
// nothing to roll back (sqlite.org/fileformat.html, "The Rollback Journal").
Result<bool> isOfEmptyDatabase(const QString &path)
{
    QFile file(path);
    errno = 0;
    if (!file.open(QIODevice::ReadOnly))
        return problemOf(file, QStringLiteral("opening a rollback journal"));
    const QByteArray head = file.read(20);
    if (file.error() != QFileDevice::NoError)
        return problemOf(file, QStringLiteral("reading a rollback journal"));
    return head.size() == 20 && head.endsWith(QByteArray(4, '\0'));
}

// A name can be taken by the first part of what has to go there.
bool isFree(const QString &name, const QString &path)
{
    return std::none_of(std::begin(Suffixes), std::end(Suffixes), [&](const QString &suffix) {
        return QFileInfo::exists(name + suffix) && QFileInfo::exists(path + suffix);
    });
}

} // namespace

DatabaseFile::DatabaseFile(const QString &path)
    : m_path(path)
{
}

Result<DatabaseFile::Sizes> DatabaseFile::sizes() const
{
    if (QFileInfo::exists(m_path) && !QFileInfo(m_path).isFile())
        return Problem(Problem::Kind::ActionRequired,
                       QStringLiteral("the database's name is taken by no file"));
    Sizes sizes;
    for (const auto &[suffix, size] :
         {std::pair(QString(), &sizes.database), std::pair(LogSuffix, &sizes.log),
          std::pair(JournalSuffix, &sizes.journal)}) {
        const Result<qint64> found = sizeOf(m_path + suffix);
        if (!found.ok())
            return found.problem();
        *size = found.value();
    }
    if (sizes.journal > 0) {
        const Result<bool> isNothing = isOfEmptyDatabase(m_path + JournalSuffix);
        if (!isNothing.ok())
            return isNothing.problem();
        if (isNothing.value())
            sizes.journal = 0;
    }
    return sizes;
}

DatabaseFile::Identity DatabaseFile::identity() const
{
    return {identityOf(m_path), identityOf(m_path + LogSuffix)};
}

Problem DatabaseFile::prepare() const
{
    QFile file(m_path);
    errno = 0;
    // SQLite gives the files beside the database the permissions of the database.
    if (!file.open(QIODevice::ReadWrite, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return problemOf(file, QStringLiteral("opening the database"));
    return {};
}

Result<QString> DatabaseFile::setAside() const
{
    const QString name = nameAside();
    QFile begun(suspectPath());
    if (begun.open(QIODevice::WriteOnly)) { // a full disk only costs the one name for all
        begun.write(QFileInfo(name).fileName().toUtf8());
        begun.close();
    }
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

Result<LogState> DatabaseFile::logState() const
{
    QFile file(m_path + LogSuffix);
    errno = 0;
    if (!file.open(QIODevice::ReadOnly))
        return problemOf(file, QStringLiteral("opening a write-ahead log"));
    const LogState state = inspectWriteAheadLog(file);
    if (file.error() != QFileDevice::NoError)
        return problemOf(file, QStringLiteral("reading a write-ahead log"));
    return state;
}

Result<QString> DatabaseFile::setLogAside() const
{
    const QString name = nameAside() + LogSuffix;
    QFile file(m_path + LogSuffix);
    errno = 0;
    if (!file.rename(name))
        return problemOf(file, QStringLiteral("setting a write-ahead log aside"));
    return QFileInfo(name).fileName();
}

// Named after what is in it: an open that gets no further, and is tried again, copies it once.
Result<QString> DatabaseFile::copyLogAside() const
{
    QFile file(m_path + LogSuffix);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    errno = 0;
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
        return problemOf(file, QStringLiteral("reading a damaged write-ahead log"));
    file.close();
    const QString name = m_path + QStringLiteral(".damaged-")
                         + QString::fromLatin1(hash.result().first(8).toHex()) + LogSuffix;
    errno = 0;
    if (!QFileInfo::exists(name) && !file.copy(name))
        return problemOf(file, QStringLiteral("copying a damaged write-ahead log"));
    return QFileInfo(name).fileName();
}

QString DatabaseFile::nameAside() const
{
    const QString start = m_path + QStringLiteral(".damaged-");
    const Result<QByteArray> begun = DurableFile::read(suspectPath(), 255);
    if (begun.ok()) {
        const QString name = QFileInfo(m_path).path() + u'/' + QString::fromUtf8(begun.value());
        if (name.startsWith(start) && isFree(name, m_path))
            return name;
    }
    const QString stamp =
        QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd'T'HHmmsszzz'Z'"));
    const auto isTaken = [](const QString &name) {
        return std::any_of(std::begin(Suffixes), std::end(Suffixes),
                           [&](const QString &suffix) { return QFileInfo::exists(name + suffix); });
    };
    QString name = start + stamp;
    for (int i = 2; isTaken(name); ++i)
        name = start + QStringLiteral("%1-%2").arg(stamp).arg(i);
    return name;
}

Problem DatabaseFile::tryRoom(qint64 size) const
{
    // Always the same name: what a crash leaves is overwritten.
    QFile file(m_path + QStringLiteral("-room"));
    const auto remove = qScopeGuard([&file] { file.remove(); });
    // Some file systems would need no room for zeros.
    QList<quint64> bytes(size / qsizetype(sizeof(quint64)));
    QRandomGenerator::global()->generate(bytes.begin(), bytes.end());
    const auto *begin = reinterpret_cast<const char *>(bytes.constData());
    errno = 0;
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered,
                   QFileDevice::ReadOwner | QFileDevice::WriteOwner)
        || file.write(begin, size) != size || ::fsync(file.handle()) != 0)
        return problemOf(file, QStringLiteral("trying whether there is room"));
    return {};
}

// Its log goes first: what is left by a crash is an empty database.
void DatabaseFile::remove() const
{
    std::for_each(std::rbegin(Suffixes), std::rend(Suffixes),
                  [this](const QString &suffix) { QFile::remove(m_path + suffix); });
}

QString DatabaseFile::suspectPath() const
{
    return m_path + QStringLiteral("-suspect");
}

bool DatabaseFile::isSuspect() const
{
    return QFileInfo::exists(suspectPath());
}

void DatabaseFile::setSuspect(bool suspect) const
{
    // As good as it can be done: a disk that loses bytes may refuse this too.
    QFile file(suspectPath());
    if (!suspect)
        file.remove();
    else if (!file.exists() && file.open(QIODevice::WriteOnly))
        file.close();
}

} // namespace RemoteLog
