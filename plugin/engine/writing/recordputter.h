// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/helper.h"
#include "helpers/namelane.h"
#include "log/namerecord.h"

#include <QPointer>

namespace RemoteLog {

// Brings the newest record of one own log to one name system, and reads it back: that a put was
// answered proves nothing. Of several records that wait only the newest is put.
class RecordPutter : public QObject
{
    Q_OBJECT

public:
    RecordPutter(const QByteArray &publicKey, Helper *helper, const Timing &timing,
                 QObject *parent);

    Helper *helper() const { return m_helper; }
    // Something is put, or waits for its turn.
    bool isBusy() const { return m_isBusy; }

    // `record` is to be there; one that is there already is not put again.
    void put(const NameRecord &record);
    // Nothing more is put.
    void stop() { m_wanted.reset(); }
    // Goes on if something waits and the system may be used. What could not be read back is put
    // again.
    void advance();

Q_SIGNALS:
    // The system served this record of ours back, or a later signature of the same.
    void served(const RemoteLog::NameRecord &record);
    // It serves another one that is not older: this log has a second writer.
    void contradicted(const RemoteLog::NameRecord &record);
    // It came to no end: the helper failed, or may not be used any more.
    void interrupted();

private:
    bool isUsable() const;
    bool isWanting() const;
    void putNow(const PutTurns::Turn &turn);
    void readBack(const NameRecord &record, const Helper::Call &call);
    void judge(const NameRecord &record, const Helper::Call &call,
               const QList<QByteArray> &answers);
    void fail(const Helper::Call &call, const Problem &problem);

    QByteArray m_publicKey;
    QString m_name;
    QPointer<Helper> m_helper;
    Timing m_timing;
    std::optional<NameRecord> m_wanted;
    QByteArray m_served; // signatureAndData of what it served last
    bool m_isBusy = false;
};

} // namespace RemoteLog
