// SPDX-License-Identifier: MIT
#include "traveller.h"

#include <QDir>
#include <QDirIterator>
#include <QUrlQuery>

namespace RemoteLog::Testing {

namespace {

QByteArray worldOf(const char *name, const char *where)
{
    return QByteArray(name) + '-' + where;
}

// All blocks and the newest record of a log: who was away gets no older ones.
QStringList current(QStringList files)
{
    const QString newest = files.isEmpty() ? QString() : files.constLast();
    files.removeIf([&newest](const QString &file) {
        return file.startsWith(QStringLiteral("names/")) && file != newest;
    });
    return files;
}

} // namespace

Traveller::Traveller(const char *name, Settings::Policy metered)
    : party({})
    , m_far(MemoryWorld::named(QString::fromLatin1(worldOf(name, "far"))))
    , m_near(MemoryWorld::named(QString::fromLatin1(worldOf(name, "near"))))
{
    party.bringsNetwork = false;
    party.settings.setMeteredPolicy(metered);
    party.settings.setHelpers({helperOnNetwork(worldOf(name, "far").constData()),
                               folderUrl("far", "network=required"),
                               helper(worldOf(name, "near").constData()), folderUrl("near", "")});
}

Traveller::~Traveller()
{
    // While her folders are there.
    if (party.isOpen())
        party.close();
}

QUrl Traveller::folderUrl(const char *name, const char *query) const
{
    QDir(m_folders.path()).mkdir(QLatin1String(name));
    QUrl url = QUrl::fromLocalFile(m_folders.filePath(QLatin1String(name)));
    url.setQuery(QLatin1String(query));
    return url;
}

QStringList Traveller::folder(const char *name) const
{
    const QDir root(m_folders.filePath(QLatin1String(name)));
    QStringList files;
    for (QDirIterator it(root.path(), QDir::Files, QDirIterator::Subdirectories); it.hasNext();)
        files.append(root.relativeFilePath(it.next()));
    files.sort();
    return files;
}

void Traveller::open()
{
    m_log = party.open().openLog(QStringLiteral("diary"));
}

bool Traveller::isHeldBack()
{
    const QList<HelperStatus> helpers = party.transport().helpers();
    return helpers.size() == 4
           && std::all_of(helpers.begin(), helpers.end(), [](const HelperStatus &status) {
                  const bool isFar =
                      QUrlQuery(status.url()).hasQueryItem(QStringLiteral("network"));
                  return status.isUsable() != isFar;
              });
}

bool Traveller::becomesHeldBack()
{
    return waitFor([this] { return isHeldBack(); });
}

bool Traveller::publish()
{
    const Result<quint64> sequence = await(m_log->append("an entry"));
    return sequence.ok() && waitFor([&] {
               return m_log->head().lastSequence() == sequence.value()
                      && folder("near").size() > int(sequence.value());
           });
}

bool Traveller::staysNear()
{
    const int callsBefore = m_far->counts().calls();
    const QStringList filesBefore = folder("far");
    if (!publish())
        return false;
    party.transport().syncNow();
    return publish() && m_far->counts().calls() == callsBefore && folder("far") == filesBefore;
}

bool Traveller::farHasAll() const
{
    const auto newest = [](const MemoryWorld &world) {
        const auto records = world.records();
        return records.isEmpty() ? QByteArray() : records.constBegin()->constFirst();
    };
    return m_far->blocks() == m_near->blocks() && newest(*m_far) == newest(*m_near)
           && current(folder("far")) == current(folder("near"));
}

bool Traveller::reachesAll()
{
    return publish() && waitFor([this] { return farHasAll(); });
}

bool Traveller::catchesUp()
{
    if (!waitFor([this] { return farHasAll(); }))
        return false;
    const QList<HelperStatus> helpers = party.transport().helpers();
    return std::none_of(helpers.begin(), helpers.end(),
                        [](const HelperStatus &status) { return bool(status.problem()); });
}

} // namespace RemoteLog::Testing
