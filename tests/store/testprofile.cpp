// SPDX-License-Identifier: MIT
#include "testprofile.h"

#include "log/address.h"
#include "log/link.h"
#include "security/hash.h"

#include <QFile>

namespace RemoteLog {

namespace {

[[maybe_unused]] const bool isStarted = initializeCryptography();

} // namespace

TestProfile::TestProfile()
    : TestProfile(QString())
{
}

TestProfile::TestProfile(const QString &directory, const MasterSecret &secret)
    : master(secret)
    , m_directory(directory.isEmpty() ? m_temporary.path() : directory)
{
    Q_ASSERT(isStarted);
}

TestProfile::~TestProfile() = default;

Problem TestProfile::open()
{
    close();
    Database::Opened opened = Database::open(m_directory);
    notice = opened.notice;
    if (opened.problem)
        return opened.problem;
    database = std::move(opened.database);
    const Problem problem = database->unlock(master);
    if (problem)
        close();
    return problem;
}

void TestProfile::close()
{
    database.reset();
}

void TestProfile::crash()
{
    QHash<QString, QByteArray> files;
    const auto names = QDir(m_directory).entryList(QDir::Files);
    for (const QString &name : names) {
        QFile file(QDir(m_directory).filePath(name));
        if (file.open(QIODevice::ReadOnly))
            files.insert(file.fileName(), file.readAll());
    }
    close();
    for (auto it = files.cbegin(); it != files.cend(); ++it) {
        QFile file(it.key());
        if (file.open(QIODevice::WriteOnly))
            file.write(it.value());
    }
}

QStringList TestProfile::setAside() const
{
    QStringList names =
        QDir(m_directory)
            .entryList({QStringLiteral("remotelog.sqlite.damaged-*")}, QDir::Files, QDir::Name);
    names.removeIf([](const QString &name) {
        return name.endsWith(QStringLiteral("-wal")) || name.endsWith(QStringLiteral("-journal"))
               || name.endsWith(QStringLiteral("-shm"));
    });
    return names;
}

OwnLog TestProfile::createLog(const QString &label)
{
    const Result<OwnLog> log = outbox().createLog(label, master.logKeys(label).publicKey, false);
    return log.ok() ? log.value() : OwnLog();
}

OwnLog TestProfile::ownLog(int index)
{
    const Result<Readable<OwnLog>> logs = outbox().logs();
    return logs.ok() ? logs.value().rows.value(index) : OwnLog();
}

FollowedLog TestProfile::followedLog(int index)
{
    const Result<Readable<FollowedLog>> logs = inbox().logs();
    return logs.ok() ? logs.value().rows.value(index) : FollowedLog();
}

QList<PendingEntry> TestProfile::pending(const OwnLog &log, quint64 first)
{
    const Result<QList<PendingEntry>> entries =
        outbox().pending(log, first, 1'000'000, 1'000'000'000);
    return entries.ok() ? entries.value() : QList<PendingEntry>();
}

QByteArray bytesOf(quint64 number, int size)
{
    QByteArray bytes;
    for (int i = 0; bytes.size() < size; ++i)
        bytes += sha256(QByteArray::number(number) + '/' + QByteArray::number(i));
    bytes.truncate(size);
    return bytes;
}

QByteArray addressOf(quint64 number)
{
    return blockAddress(bytesOf(number, 40));
}

CutPage cutPage(OwnLog &log, quint64 last, int contents, int blockSize)
{
    CutPage page;
    page.number = log.position.nextPage;
    page.range.first = log.position.nextSequence;
    page.range.count = last - page.range.first + 1;
    for (int i = 0; i <= contents; ++i) {
        const QByteArray bytes = bytesOf(last * 1000 + quint64(i), blockSize);
        page.blocks.append(Block(blockAddress(bytes), bytes));
    }
    page.range.address = page.blocks.constLast().address();
    page.range.size = quint64(blockSize);
    page.historyAfter = bytesOf(last, 32);
    page.payloadBytes = qint64(page.range.count) * 10;
    log.position = {page.number + 1, last + 1, page.historyAfter, page.range.address};
    ++log.recordNumber;
    return page;
}

LogLink linkTo(const QString &stranger, const QList<QUrl> &hints)
{
    MasterSecret secret = MasterSecret::fromBytes(sha256(stranger.toUtf8())).value();
    return makeLink(secret.logKeys(stranger), hints);
}

} // namespace RemoteLog
