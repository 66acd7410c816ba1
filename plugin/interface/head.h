// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/export.h>

#include <QtCore/QDateTime>
#include <QtCore/QMetaType>
#include <QtCore/QSharedDataPointer>
#include <QtCore/QString>

namespace RemoteLog {

class HeadPrivate;

// The newest valid name record of a log and the page that it names: "the log ends at lastSequence,
// signed then" (3/REMOTE-LOG, Payloads: what NS Fetch gives).
//
// An implicitly shared value; reentrant. The setters are for whoever produces heads; a host only
// reads them.
class REMOTELOG_EXPORT Head
{
    Q_GADGET
    Q_PROPERTY(quint64 lastSequence READ lastSequence CONSTANT)
    Q_PROPERTY(quint64 recordNumber READ recordNumber CONSTANT)
    Q_PROPERTY(QString address READ address CONSTANT)
    Q_PROPERTY(QDateTime signedAt READ signedAt CONSTANT)
    Q_PROPERTY(QDateTime validUntil READ validUntil CONSTANT)
    Q_PROPERTY(bool isExpired READ isExpired CONSTANT)
    Q_PROPERTY(bool isNull READ isNull CONSTANT)

public:
    // The null head.
    Head();
    Head(const Head &other);
    Head(Head &&other) noexcept;
    Head &operator=(const Head &other);
    Head &operator=(Head &&other) noexcept;
    ~Head();

    // Sequence of the newest entry that the head page holds. While the page of a newer record is
    // not read yet, the last one known before; 0 if no page was ever read.
    // IncomingLog::headChanged() comes again when it was.
    quint64 lastSequence() const;
    void setLastSequence(quint64 sequence);

    // Number of the name record, from 1 (IPNS "Sequence"); higher is newer.
    quint64 recordNumber() const;
    void setRecordNumber(quint64 number);

    // Address of the head page, a CIDv1 in base32 ("bafyrei..."). Empty for a null head.
    QString address() const;
    void setAddress(const QString &address);

    // When the writer signed the record, by the writer's clock, UTC, in milliseconds. This is how
    // fresh the log is known to be: a name system can withhold newer records. Invalid if the record
    // does not say.
    QDateTime signedAt() const;
    void setSignedAt(const QDateTime &time);

    // Until when the record is valid, by the writer's clock, UTC. Invalid for a null head.
    QDateTime validUntil() const;
    void setValidUntil(const QDateTime &time);

    // True if the record was already expired when it was read and nothing better was to be had.
    bool isExpired() const;
    void setExpired(bool expired);

    // True if no record is known.
    bool isNull() const;

    friend REMOTELOG_EXPORT bool operator==(const Head &a, const Head &b);
    friend bool operator!=(const Head &a, const Head &b) { return !(a == b); }

private:
    QSharedDataPointer<HeadPrivate> d;
};

REMOTELOG_EXPORT QDebug operator<<(QDebug debug, const Head &head);

} // namespace RemoteLog
