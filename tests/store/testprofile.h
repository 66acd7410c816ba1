// SPDX-License-Identifier: MIT
#pragma once

#include "store/inbox.h"
#include "store/ownpages.h"

#include <QDir>
#include <QTemporaryDir>

namespace RemoteLog {

// A profile's folder with its database, closed and opened as often as a test likes, always with the
// same secret.
class TestProfile
{
public:
    TestProfile(); // in a temporary folder
    explicit TestProfile(const QString &directory,
                         const MasterSecret &master = MasterSecret::generate());
    ~TestProfile();

    // Closes what is open, then opens and unlocks.
    Problem open();
    void close();

    // Closes without checkpoint, as a process that dies would leave it: every file is put back as
    // it was just before.
    void crash();

    QString directory() const { return m_directory; }
    QString file() const { return QDir(m_directory).filePath(QStringLiteral("remotelog.sqlite")); }
    // Names of databases that were set aside (without those beside them), sorted.
    QStringList setAside() const;

    MasterSecret master;
    std::unique_ptr<Database> database;
    Problem notice; // of the last open()

    Database &db() { return *database; }
    Outbox outbox() { return Outbox(*database); }
    OwnPages pages() { return OwnPages(*database); }
    Inbox inbox() { return Inbox(*database); }
    OwnLog createLog(const QString &label = QStringLiteral("chat"));
    OwnLog ownLog(int index = 0); // as the database has it now
    FollowedLog followedLog(int index = 0);
    // Pending entries that can be read, from `first` on.
    QList<PendingEntry> pending(const OwnLog &log, quint64 first = 1);

private:
    QTemporaryDir m_temporary;
    QString m_directory;
};

// Bytes that follow from a number, so that a test knows what it must find again.
QByteArray bytesOf(quint64 number, int size);
QByteArray addressOf(quint64 number);

// A page of entries first..last with `contents` blocks before the page's own; log.position is moved
// behind it.
CutPage cutPage(OwnLog &log, quint64 last, int contents = 0, int blockSize = 300);

// A link to the log of some stranger; equal for equal names.
LogLink linkTo(const QString &stranger, const QList<QUrl> &hints = {});

} // namespace RemoteLog
