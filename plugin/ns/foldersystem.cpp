// SPDX-License-Identifier: MIT
#include "foldersystem.h"

#include "folderrecords.h"

#include <QPointer>

namespace RemoteLog {

namespace {

constexpr int MaxWatched = 1024;
constexpr int EmbedLimit = 2048;

Problem badName(const FolderHelper &folder)
{
    return folder.named(
        Problem(Problem::Kind::InvalidArgument, QStringLiteral("not the name of a log")));
}

} // namespace

FolderSystem *FolderSystem::create(const QUrl &url)
{
    const Result<FolderHelper> folder = FolderHelper::fromUrl(url);
    return folder.ok() ? new FolderSystem(folder.value()) : nullptr;
}

FolderSystem::FolderSystem(const FolderHelper &folder, QObject *parent)
    : NameSystem(parent)
    , m_folder(folder)
    , m_calls(folder.url)
    , m_watch(&m_calls, MaxWatched)
{
    connect(&m_watch, &FolderWatch::changed, this, [this](const QStringList &logNames) {
        const QPointer<FolderSystem> guard(this);
        for (const QString &logName : logNames) {
            if (guard)
                Q_EMIT changed(logName);
        }
    });
}

bool FolderSystem::needsNetwork() const
{
    return m_folder.needsNetwork;
}

int FolderSystem::embedLimit() const
{
    return EmbedLimit;
}

void FolderSystem::abort()
{
    // What follows an answer may delete this object.
    const QPointer<FolderSystem> guard(this);
    m_calls.abort();
    if (guard)
        m_watch.resume();
}

QFuture<Problem> FolderSystem::put(const QString &logName, const QByteArray &record)
{
    // Checked here, for it becomes a path.
    if (FolderRecords::publicKey(logName).isEmpty())
        return QtFuture::makeReadyFuture(badName(m_folder));
    return m_calls.call<Problem>([records = FolderRecords(m_folder), logName,
                                  record] { return records.put(logName, record); },
                                 record.size());
}

QFuture<Result<QList<QByteArray>>> FolderSystem::get(const QString &logName, qint64 limit)
{
    if (FolderRecords::publicKey(logName).isEmpty())
        return QtFuture::makeReadyFuture(Result<QList<QByteArray>>(badName(m_folder)));
    const FolderRecords records(m_folder);
    const auto watch = m_watch.handle({logName, records.directory(logName), QString()});
    return m_calls.call<Result<QList<QByteArray>>>([records, logName, limit, watch] {
        watch.watch(); // before looking, so that nothing comes unnoticed in between
        return records.get(logName, limit);
    });
}

} // namespace RemoteLog
