// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/timing.h"
#include "platform/profilelock.h"
#include "store/database.h"

#include <QDeadlineTimer>
#include <QObject>
#include <QTimer>

#include <memory>

namespace RemoteLog {

// Opens a profile's folder: lock, profile id, database. Tries again for as long as it takes: the
// old worker lets go soon, another process some time, a full disk when somebody makes room.
class ProfileOpener : public QObject
{
    Q_OBJECT

public:
    ProfileOpener(const QString &directory, const Timing &timing, QObject *parent);
    ~ProfileOpener() override;

    void open();
    QString profileId() const { return m_profileId; }
    // After opened(): the database, which must be closed before this dies, for the lock goes with
    // it.
    std::unique_ptr<Database> takeDatabase() { return std::move(m_database); }

Q_SIGNALS:
    void opened(const RemoteLog::Problem &notice);
    // Not yet, and why; null while an old worker of this process is in the way that lets go soon.
    void waiting(const RemoteLog::Problem &problem);

private:
    void waitForThisProcess();
    void tryAgain(const Problem &problem, std::chrono::milliseconds delay);

    QString m_directory;
    Timing m_timing;
    QTimer m_retry;
    std::chrono::milliseconds m_hereDelay; // until this process is asked again
    QDeadlineTimer m_patience{QDeadlineTimer::Forever}; // with an old worker of this process
    QString m_profileId;
    Problem m_notice; // of this and earlier attempts
    std::unique_ptr<ProfileLock> m_lock;
    std::unique_ptr<Database> m_database;
};

} // namespace RemoteLog
