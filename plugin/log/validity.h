// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QDateTime>

#include <compare>
#include <optional>

namespace RemoteLog {

// An instant as IPNS writes it: QDateTime stops at milliseconds, records do not.
struct Validity
{
    qint64 seconds = 0; // since the epoch, UTC
    quint32 nanoseconds = 0;

    // "yyyy-MM-ddTHH:mm:ss.nnnnnnnnnZ", 9 digits; read with 0..9. Years are 0001 to 9999: what lies
    // outside is written as the nearest instant inside.
    QByteArray toText() const;
    static std::optional<Validity> fromText(QByteArrayView text);
    static Validity fromDateTime(const QDateTime &time);
    QDateTime toDateTime() const;
    friend auto operator<=>(const Validity &, const Validity &) = default;
};

} // namespace RemoteLog
