// SPDX-License-Identifier: MIT
#include "folderhelper.h"

#include "directorylisting.h"
#include "durablefile.h"
#include "temporaryfile.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QUrlQuery>

#include <sys/stat.h>

namespace RemoteLog {

namespace {

// A folder is shared: somebody may fill it with files until the end of days.
constexpr int MaxFilesLookedAt = 4096;

bool isDirectory(const QString &path, int *error)
{
    struct stat status;
    *error = 0;
    if (::stat(QFile::encodeName(path).constData(), &status) != 0)
        *error = errno;
    else if (!S_ISDIR(status.st_mode))
        *error = ENOTDIR;
    return *error == 0;
}

} // namespace

Result<FolderHelper> FolderHelper::fromUrl(const QUrl &url)
{
    const auto refuse = [&](const QString &detail) {
        return Problem(Problem::Kind::InvalidArgument, detail, url);
    };
    if (!url.isValid() || url.scheme() != QLatin1String("file"))
        return refuse(QStringLiteral("not a file: URL"));
    if (!url.authority().isEmpty() || url.hasFragment())
        return refuse(QStringLiteral("a folder's URL is file:///path"));

    FolderHelper helper;
    helper.url = url;
    helper.path = QDir::cleanPath(url.path(QUrl::FullyDecoded));
    if (!QDir::isAbsolutePath(helper.path) || helper.path.contains(QChar(u'\0')))
        return refuse(QStringLiteral("a folder's path is absolute"));

    const auto items = QUrlQuery(url).queryItems(QUrl::FullyDecoded);
    for (const auto &[key, value] : items) {
        if (key != QLatin1String("network") || value != QLatin1String("required"))
            return refuse(QStringLiteral("an unknown option in a folder's URL"));
        helper.needsNetwork = true;
    }
    return helper;
}

Problem FolderHelper::named(const Problem &problem) const
{
    return problem ? Problem(problem.kind(), problem.detail(), url) : problem;
}

Problem FolderHelper::checkFolder() const
{
    int error = 0;
    if (isDirectory(path, &error))
        return Problem();
    return named(DurableFile::problemFromErrno(error, QStringLiteral("looking for the folder")));
}

Problem FolderHelper::makeFolder() const
{
    int error = 0;
    if (isDirectory(path, &error))
        return Problem();
    if (error != ENOENT || !isDirectory(QFileInfo(path).path(), &error))
        return named(
            DurableFile::problemFromErrno(error, QStringLiteral("looking for the folder")));
    return named(DurableFile::makeDirectory(path, false));
}

QString FolderHelper::temporaryFolder() const
{
    return path + QLatin1String("/tmp");
}

Problem FolderHelper::makeTemporaryFolder() const
{
    return named(DurableFile::makeDirectory(temporaryFolder(), false));
}

void FolderHelper::removeStaleFiles() const
{
    const QDateTime yesterday = QDateTime::currentDateTimeUtc().addDays(-1);
    listDirectory(temporaryFolder(), MaxFilesLookedAt, [&](const QByteArray &encodedName) {
        const QString name = QFile::decodeName(encodedName);
        const QFileInfo file(temporaryFolder() + QLatin1Char('/') + name);
        if (TemporaryFile::isName(name) && file.lastModified() < yesterday)
            QFile::remove(file.filePath());
    });
}

} // namespace RemoteLog
