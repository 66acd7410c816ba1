// SPDX-License-Identifier: MIT
#pragma once

#include "helperset.h"
#include "log/namerecord.h"

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

    // Does nothing while the last round is under way, but notes that another one is wanted.
    void resolve();
    bool isResolving() const { return m_open > 0; }

Q_SIGNALS:
    // A round begins.
    void started();
    // A record whose signature is the log's; expired ones as a last resort only if nothing better
    // came in this round.
    void found(const RemoteLog::NameRecord &record, bool isExpired);
    // One system answered, with or without a record: it could be asked.
    void answered();
    // Bytes that are no record of this log, or one of a version that we do not know.
    void rejected(const RemoteLog::Problem &problem);
    // All have answered or failed. `answers`: how many answered.
    void finished(int answers);

private:
    void judge(const QUrl &helper, const QList<QByteArray> &records);
    void finishOne();

    QByteArray m_publicKey;
    QString m_name;
    Expired m_expired;
    HelperSet &m_helpers;
    Timing m_timing;
    TimeSource m_clock;
    int m_open = 0;
    int m_answers = 0;
    bool m_again = false;
    std::optional<NameRecord> m_best;
    std::optional<NameRecord> m_bestExpired;
};

} // namespace RemoteLog
