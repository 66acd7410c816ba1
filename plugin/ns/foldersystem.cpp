// SPDX-License-Identifier: MIT
#include "foldersystem.h"

#include "folderrecords.h"

#include <QPointer>

#include <chrono>

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
    , m_role(folder, MaxWatched)
{
    connect(&m_role.watch(), &FolderWatch::changed, this, [this](const QStringList &logNames) {
        const QPointer<FolderSystem> guard(this);
        for (const QString &logName : logNames) {
            if (guard)
                Q_EMIT changed(logName);
        }
    });
}

bool FolderSystem::needsNetwork() const
{
    return m_role.folder().needsNetwork;
}

int FolderSystem::embedLimit() const
{
    return EmbedLimit;
}

void FolderSystem::abort()
{
    m_role.abort();
}

QFuture<Problem> FolderSystem::put(const QString &logName, const QByteArray &record)
{
    // Checked here, for it becomes a path.
    if (FolderRecords::publicKey(logName).isEmpty())
        return QtFuture::makeReadyFuture(badName(m_role.folder()));
    return m_role.calls().call<Problem>([records = FolderRecords(m_role.folder()), logName,
                                         record] { return records.put(logName, record); },
                                        record.size());
}

QFuture<Result<QList<QByteArray>>> FolderSystem::get(const QString &logName, qint64 limit)
{
    if (FolderRecords::publicKey(logName).isEmpty())
        return QtFuture::makeReadyFuture(Result<QList<QByteArray>>(badName(m_role.folder())));
    const FolderRecords records(m_role.folder());
    const auto watch = m_role.watch().handle({logName, records.directory(logName), QString()});
    return m_role.calls().call<Result<QList<QByteArray>>>([records, logName, limit, watch] {
        watch.watch(); // before looking, so that nothing comes unnoticed in between
        const auto begin = std::chrono::steady_clock::now();
        const Result<QList<QByteArray>> answer = records.get(logName, limit);
        watch.setCost(std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - begin));
        return answer;
    });
}

} // namespace RemoteLog
