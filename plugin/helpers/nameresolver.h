// SPDX-License-Identifier: MIT
#pragma once

#include "helperset.h"
#include "log/namerecord.h"
#include "namelane.h"

#include <QPointer>

#include <optional>
#include <vector>

namespace RemoteLog {

// Asks every name system for one log, and tells of each valid record better than those
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
                 const TimeSource &clock, QObject *parent);
    ~NameResolver() override;

    // Asks everybody; who was asked already and has not answered is asked once more after that, in
    // the same round. A reader waits at this place in each system's lane, or at an earlier one
    // where he waits already or was turned away; the writer waits nowhere.
    void resolve(const Place &place = {});
    // Asks those who could not be asked or did not answer since they were last to be, and can be
    // asked now: the last round goes on. Who failed more than once in a row is left out unless
    // `asksFailing`; who refused this name is left to the next resolve().
    void resolveMissed(const Place &place, bool asksFailing);
    bool isResolving() const { return !m_asked.empty(); }

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
    struct Asked
    {
        QPointer<NameLane> lane;
        QMetaObject::Connection gone;
        Place place;
        int failures = 0; // of this question in a row, before
        std::optional<Place> again; // wanted once more after this answer
    };
    struct Missed
    {
        QPointer<Helper> helper;
        Place place; // that the next question keeps
        int failures = 0; // in a row; none if it could not be asked
    };

    QList<Helper *> systems() const;
    void want(Helper *helper, const Place &place);
    void miss(Helper *helper, const Place &place, int failures);
    void ask(Helper *helper, const Place &place);
    Missed *missed(const Helper *helper);
    void hear(Helper *helper, NameLane *lane, const NameLane::Answer *answer);
    void laneGone();
    void judge(Helper *system, const QList<QByteArray> &records);
    void finish();

    QByteArray m_publicKey;
    QString m_name;
    Expired m_expired;
    HelperSet &m_helpers;
    TimeSource m_clock;
    std::vector<Asked> m_asked; // who has not answered yet
    std::vector<Missed> m_missed; // who could not be asked, or failed
    int m_answers = 0;
    std::optional<NameRecord> m_best;
    std::optional<NameRecord> m_bestExpired;
};

} // namespace RemoteLog
