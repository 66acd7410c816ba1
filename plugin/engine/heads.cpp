// SPDX-License-Identifier: MIT
#include "heads.h"

#include "log/address.h"

namespace RemoteLog {

Head headOf(const NameRecord &record, quint64 last, bool isExpired)
{
    Head head;
    head.setLastSequence(last);
    head.setRecordNumber(record.number);
    head.setAddress(addressToText(record.address));
    if (record.signedAt)
        head.setSignedAt(QDateTime::fromMSecsSinceEpoch(*record.signedAt, Qt::UTC));
    head.setValidUntil(record.validity.toDateTime());
    head.setExpired(isExpired);
    return head;
}

} // namespace RemoteLog
