// SPDX-License-Identifier: MIT
#include <RemoteLog/head.h>

#include <QtCore/QDebug>

namespace RemoteLog {

class HeadPrivate : public QSharedData
{
public:
    quint64 lastSequence = 0;
    quint64 recordNumber = 0;
    QString address;
    QDateTime signedAt;
    QDateTime validUntil;
    bool expired = false;
};

Head::Head()
    : d(new HeadPrivate)
{
}

Head::Head(const Head &other) = default;
Head::Head(Head &&other) noexcept = default;
Head &Head::operator=(const Head &other) = default;
Head &Head::operator=(Head &&other) noexcept = default;
Head::~Head() = default;

quint64 Head::lastSequence() const
{
    return d->lastSequence;
}

void Head::setLastSequence(quint64 sequence)
{
    d->lastSequence = sequence;
}

quint64 Head::recordNumber() const
{
    return d->recordNumber;
}

void Head::setRecordNumber(quint64 number)
{
    d->recordNumber = number;
}

QString Head::address() const
{
    return d->address;
}

void Head::setAddress(const QString &address)
{
    d->address = address;
}

QDateTime Head::signedAt() const
{
    return d->signedAt;
}

void Head::setSignedAt(const QDateTime &time)
{
    d->signedAt = time;
}

QDateTime Head::validUntil() const
{
    return d->validUntil;
}

void Head::setValidUntil(const QDateTime &time)
{
    d->validUntil = time;
}

bool Head::isExpired() const
{
    return d->expired;
}

void Head::setExpired(bool expired)
{
    d->expired = expired;
}

bool Head::isNull() const
{
    return d->recordNumber == 0; // records count from 1
}

bool operator==(const Head &a, const Head &b)
{
    return a.d == b.d
           || (a.lastSequence() == b.lastSequence() && a.recordNumber() == b.recordNumber()
               && a.isExpired() == b.isExpired() && a.address() == b.address()
               && a.signedAt() == b.signedAt() && a.validUntil() == b.validUntil());
}

QDebug operator<<(QDebug debug, const Head &head)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "Head(";
    if (head.isNull())
        debug << "null";
    else
        debug << "record " << head.recordNumber() << ", last sequence " << head.lastSequence()
              << ", " << head.address() << ", signed "
              << head.signedAt().toString(Qt::ISODateWithMs) << ", valid until "
              << head.validUntil().toString(Qt::ISODateWithMs)
              << (head.isExpired() ? ", expired" : "");
    debug << ')';
    return debug;
}

} // namespace RemoteLog
