// SPDX-License-Identifier: MIT
#include "profileopener.h"

#include "platform/durablefile.h"
#include "store/profile.h"
#include "store/storeproblem.h"

namespace RemoteLog {

ProfileOpener::ProfileOpener(const QString &directory, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_directory(directory)
    , m_timing(timing)
    , m_hereDelay(timing.lockRetryHere)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &ProfileOpener::open);
}

ProfileOpener::~ProfileOpener() = default;

void ProfileOpener::open()
{
    if (const Problem problem = DurableFile::makeDirectory(m_directory, true))
        return tryAgain(problem, m_timing.lockRetryElsewhere);
    if (!m_lock) {
        ProfileLock::Attempt attempt = ProfileLock::take(m_directory);
        if (attempt.holder == ProfileLock::Holder::ThisProcess)
            return waitForThisProcess();
        if (!attempt.lock)
            return tryAgain(attempt.problem, m_timing.lockRetryElsewhere);
        m_lock = std::move(attempt.lock);
    }
    const Result<QString> id = RemoteLog::profileId(m_directory);
    if (!id.ok())
        return tryAgain(id.problem(), m_timing.lockRetryElsewhere);
    m_profileId = id.value();
    Database::Opened opened = Database::open(m_directory);
    // What was set aside is told, even if it takes more attempts to go on without it.
    m_notice = withBoth(m_notice, opened.notice);
    if (!opened.database)
        return tryAgain(opened.problem, m_timing.lockRetryElsewhere);
    m_database = std::move(opened.database);
    Q_EMIT this->opened(m_notice);
}

// An old worker lets go within milliseconds; one that is still there after some seconds is another
// transport of the host's, or stuck in a dead disk.
void ProfileOpener::waitForThisProcess()
{
    if (m_patience.isForever())
        m_patience = QDeadlineTimer(m_timing.lockPatience);
    const auto delay = m_hereDelay;
    m_hereDelay = std::min(2 * m_hereDelay, m_timing.lockRetryElsewhere);
    tryAgain(m_patience.hasExpired()
                 ? Problem(Problem::Kind::InUse,
                           QStringLiteral("another transport of this process has the profile open"))
                 : Problem(),
             delay);
}

void ProfileOpener::tryAgain(const Problem &problem, std::chrono::milliseconds delay)
{
    m_retry.start(delay);
    Q_EMIT waiting(problem);
}

} // namespace RemoteLog
