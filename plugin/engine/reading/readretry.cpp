// SPDX-License-Identifier: MIT
#include "readretry.h"

#include <QRandomGenerator>

#include <algorithm>

namespace RemoteLog {

ReadRetry::ReadRetry(const HelperSet &helpers, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_helpers(helpers)
    , m_timing(timing)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ReadRetry::tell);
    connect(&m_helpers, &HelperSet::usable, this, &ReadRetry::tell);
}

bool ReadRetry::isDue() const
{
    const QList<Helper *> stores = m_helpers.helpers(Helper::Role::Store, parent());
    return !m_timer.isActive()
           && std::any_of(stores.begin(), stores.end(), [](const Helper *helper) {
                  return helper->isUsable(Helper::Role::Store, Helper::Direction::Read);
              });
}

bool ReadRetry::isHeldBack() const
{
    const QList<Helper *> stores = m_helpers.helpers(Helper::Role::Store, parent());
    return !stores.isEmpty() && std::all_of(stores.begin(), stores.end(), [](const Helper *helper) {
        return helper->isHeldBack();
    });
}

void ReadRetry::failed(Attempt attempt)
{
    // Not now: who fails is not done with it yet.
    if (!counts(attempt))
        return m_timer.start(0);
    const auto longest = std::min<qint64>(m_timing.retryFirst.count() << std::min(m_failures, 16),
                                          m_timing.retryMost.count());
    ++m_failures;
    m_timer.start(int(longest / 2 + QRandomGenerator::global()->bounded(longest / 2 + 1)));
}

void ReadRetry::reset()
{
    m_failures = 0;
    m_timer.stop();
}

void ReadRetry::tell()
{
    if (isDue())
        Q_EMIT due();
}

} // namespace RemoteLog
