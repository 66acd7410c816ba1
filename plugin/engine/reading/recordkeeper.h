// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/helper.h"
#include "helpers/namelane.h"
#include "log/namerecord.h"

#include <QHash>
#include <QPointer>

#include <map>

namespace RemoteLog {

// Puts a followed log's best record back where a name system has lost it or has an older one (wire
// format, "Name record"): so the name outlives a writer who is away. Seldom, and after a random
// while, for all readers notice the loss at the same time; never to helpers that only a link named.
class RecordKeeper : public QObject
{
    Q_OBJECT

public:
    RecordKeeper(const QString &name, const Timing &timing, const TimeSource &clock,
                 QObject *parent);

    // The best record that is known.
    void keep(const NameRecord &record);
    // What a name system has to show; null if it has nothing that is valid.
    void heard(Helper *helper, const NameRecord *record);

private:
    struct Target
    {
        QPointer<Helper> helper;
        bool isLacking = false;
        QPointer<Helper> waitsAt; // for its turn
        QDateTime lastPut;
    };

    bool isDue(const Target &target) const;
    void putBack();
    void put(Target &target, const PutTurns::Turn &turn);

    QString m_name;
    Timing m_timing;
    TimeSource m_clock;
    std::optional<NameRecord> m_best;
    std::map<QUrl, Target> m_targets;
    QTimer m_timer;
};

} // namespace RemoteLog
