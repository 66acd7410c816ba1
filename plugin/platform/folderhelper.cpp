// SPDX-License-Identifier: MIT
#include "folderhelper.h"

#include "folderpath.h"
#include "foldertree.h"
#include "temporaryfile.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QUrlQuery>

namespace RemoteLog {

namespace {

// A folder is shared: somebody may fill it with files until the end of days.
constexpr int MaxFilesLookedAt = 4096;

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

void FolderHelper::removeStaleFiles() const
{
    FolderTree tree(path);
    if (tree.open())
        return;
    const QDateTime yesterday = QDateTime::currentDateTimeUtc().addDays(-1);
    QStringList stale;
    tree.list(FolderPath::TemporaryDirectory, MaxFilesLookedAt, [&](const QByteArray &encodedName) {
        const QString name = QFile::decodeName(encodedName);
        const QString file = FolderPath::join(FolderPath::TemporaryDirectory, name);
        if (!TemporaryFile::isName(name))
            return;
        if (const auto modified = tree.lastModified(file); modified && *modified < yesterday)
            stale.append(file);
    });
    for (const QString &file : std::as_const(stale))
        tree.remove(file);
}

} // namespace RemoteLog
