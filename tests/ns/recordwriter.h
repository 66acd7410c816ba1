// SPDX-License-Identifier: MIT
#pragma once

// Name records of a log, and where a folder keeps them.

#include "interface/multibase.h"
#include "log/address.h"
#include "log/namerecord.h"
#include "security/hash.h"
#include "security/keys.h"

#include <QDateTime>

namespace RemoteLogTest {

using namespace RemoteLog;
using namespace Qt::StringLiterals;

inline const QDateTime start(QDate(2025, 3, 4), QTime(5, 6, 7), Qt::UTC);

class Writer
{
public:
    Writer()
        : m_keys(MasterSecret::generate().logKeys(u"label"_s))
    {
    }

    QString logName() const { return Multibase::nameFromPublicKey(m_keys.publicKey); }

    QByteArray record(quint64 number, int days = 0) const
    {
        NameRecordDraft draft;
        draft.address = blockAddress(QByteArray::number(number));
        draft.number = number;
        draft.validity = Validity::fromDateTime(start.addDays(days));
        draft.signedAt = start.toMSecsSinceEpoch();
        return signNameRecord(draft, m_keys);
    }

private:
    LogKeys m_keys;
};

// As the wire format has it, written out again on purpose.
inline QString fileOf(const QByteArray &record, quint64 number, int days = 0)
{
    return u"%1-%2-%3"_s.arg(number, 19, 10, QChar(u'0'))
        .arg(start.addDays(days).toString(u"yyyyMMddTHHmmssZ"_s))
        .arg(QString::fromLatin1(sha256(record).toHex().first(16)));
}

} // namespace RemoteLogTest
