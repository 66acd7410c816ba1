// SPDX-License-Identifier: MIT
#pragma once

#include "helperset.h"
#include "log/namerecord.h"

#include <QHash>
#include <QPointer>

#include <optional>

namespace RemoteLog {

// Asks every name system at once for one log, and tells of each valid record better than those
// before. Deletes nothing, decides nothing about what is known already: that is its owner's.
class NameResolver : public QObject
{
    Q_OBJECT

public:
    // What a reader makes of expired records, and what their writer does: to him they are as good
    // as any.
    enum class Expired { LastResort, AtOnce };

    // `parent`: whose hints of where to ask are used, too.
    NameResolver(const QByteArray &publicKey, Expired expired, HelperSet &helpers,
                 const Timing &timing, const TimeSource &clock, QObject *parent);

    // Asks everybody; who was asked already and has not answered is asked once more after that, in
    // the same round.
    void resolve();
    bool isResolving() const { return !m_asked.isEmpty(); }

Q_SIGNALS:
    // A round begins.
    void started();
    // A record whose signature is the log's; expired ones as a last resort only if nothing better
    // came in this round.
    void found(const RemoteLog::NameRecord &record, bool isExpired);
    // After what was found and rejected of one system's answer: its best record, expired or not;
    // null if it has none.
    void heard(RemoteLog::Helper *system, const RemoteLog::NameRecord *record);
    // One system answered, with or without a record: it could be asked.
    void answered();
    // Bytes that are no record of this log, or one of a version that we do not know.
    void rejected(const RemoteLog::Problem &problem);
    // All have answered or failed. `answers`: how many answered.
    void finished(int answers);

private:
    void ask(Helper *helper);
    void judge(const QPointer<Helper> &system, const QUrl &url, const QList<QByteArray> &records);
    void finish();

    QByteArray m_publicKey;
    QString m_name;
    Expired m_expired;
    HelperSet &m_helpers;
    Timing m_timing;
    TimeSource m_clock;
    QHash<const Helper *, bool> m_asked; // who has not answered yet; true: and is to be asked again
    int m_answers = 0;
    std::optional<NameRecord> m_best;
    std::optional<NameRecord> m_bestExpired;
};

} // namespace RemoteLog
