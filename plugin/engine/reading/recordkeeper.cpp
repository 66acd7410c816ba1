// SPDX-License-Identifier: MIT
#include "recordkeeper.h"

#include "engine/logging.h"
#include "helpers/call.h"

#include <QRandomGenerator>

#include <cstdlib>

namespace RemoteLog {

RecordKeeper::RecordKeeper(const QString &name, const Timing &timing, const TimeSource &clock,
                           QObject *parent)
    : QObject(parent)
    , m_name(name)
    , m_timing(timing)
    , m_clock(clock)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &RecordKeeper::putBack);
}

void RecordKeeper::keep(const NameRecord &record)
{
    m_best = record;
}

void RecordKeeper::heard(Helper *helper, const NameRecord *record)
{
    if (!helper->isWritable(Helper::Role::System) || !m_best)
        return;
    Target &target = m_targets[helper->url()];
    target.helper = helper;
    // Another value of the same number is a conflict, which a put would only hide.
    target.isLacking = !record || record->number < m_best->number
                       || (record->number == m_best->number && record->value == m_best->value
                           && record->validity < m_best->validity);
    if (isDue(target) && !m_timer.isActive())
        m_timer.start(
            int(QRandomGenerator::global()->bounded(qint64(m_timing.putBackJitter.count()) + 1)));
}

bool RecordKeeper::isDue(const Target &target) const
{
    if (!target.isLacking || !target.helper || target.waitsAt == target.helper
        || isExpired(*m_best, m_clock()))
        return false;
    // The clock may have been set back.
    const qint64 pause = std::chrono::milliseconds(m_timing.putBackPause).count();
    return !target.lastPut.isValid() || std::abs(target.lastPut.msecsTo(m_clock())) >= pause;
}

void RecordKeeper::putBack()
{
    for (auto &[url, target] : m_targets) {
        if (!isDue(target)
            || !target.helper->isUsable(Helper::Role::System, Helper::Direction::Write))
            continue;
        target.waitsAt = target.helper;
        target.helper->names()->puts().wait(
            PutTurns::Of::Reader, this,
            [this, url = url](const PutTurns::Turn &turn) { put(m_targets[url], turn); });
    }
}

// A refusal is no failure of the system, for it may not be ours to write to; but if it asks for a
// rest, that is for all of us.
void RecordKeeper::put(Target &target, const PutTurns::Turn &turn)
{
    const QPointer<Helper> helper = std::exchange(target.waitsAt, nullptr);
    // Its turn may come hours later: what does not hold any more is heard of again.
    if (!isDue(target) || !helper
        || !helper->isUsable(Helper::Role::System, Helper::Direction::Write))
        return;
    target.isLacking = false;
    target.lastPut = m_clock();
    whenAnswered<Problem>(helper->system()->put(m_name, m_best->bytes), this, m_timing.namePutLimit,
                          [helper, turn](const Problem &problem) {
                              if (!problem)
                                  return;
                              if (helper)
                                  helper->heed(problem);
                              qCDebug(engineLog) << "a record was not put back" << problem;
                          });
}

} // namespace RemoteLog
