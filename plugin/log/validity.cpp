// SPDX-License-Identifier: MIT
#include "validity.h"

#include <algorithm>

namespace RemoteLog {

namespace {

constexpr qint64 SecondsPerDay = 24 * 60 * 60;
constexpr qint64 EpochDay = 2440588; // Julian day of 1970-01-01
constexpr int FractionDigits = 9;
constexpr int SecondsSize = 19; // yyyy-MM-ddTHH:mm:ss

// What four digits can say.
constexpr qint64 FirstSecond = -62135596800; // 0001-01-01T00:00:00Z
constexpr qint64 LastSecond = 253402300799; // 9999-12-31T23:59:59Z

qint64 floorDiv(qint64 a, qint64 b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

// The number in `size` digits at `start`; -1 if anything else is there.
int digitsAt(QByteArrayView text, qsizetype start, qsizetype size)
{
    int number = 0;
    for (const char digit : text.sliced(start, size)) {
        if (digit < '0' || digit > '9')
            return -1;
        number = number * 10 + (digit - '0');
    }
    return number;
}

// ".n" to ".nnnnnnnnn", or nothing.
std::optional<quint32> fraction(QByteArrayView text)
{
    if (text.isEmpty())
        return 0;
    const qsizetype size = text.size() - 1;
    if (text.front() != '.' || size < 1 || size > FractionDigits)
        return std::nullopt;
    int value = digitsAt(text, 1, size);
    for (qsizetype i = size; i < FractionDigits && value > 0; ++i)
        value *= 10;
    return value < 0 ? std::nullopt : std::optional<quint32>(quint32(value));
}

} // namespace

QByteArray Validity::toText() const
{
    Validity shown = *this;
    if (seconds > LastSecond)
        shown = {LastSecond, 999999999};
    else if (seconds < FirstSecond)
        shown = {FirstSecond, 0};
    const qint64 day = floorDiv(shown.seconds, SecondsPerDay);
    const int second = int(shown.seconds - day * SecondsPerDay);
    const QDate date = QDate::fromJulianDay(EpochDay + day);
    return QString::asprintf("%04d-%02d-%02dT%02d:%02d:%02d.%09uZ", date.year(), date.month(),
                             date.day(), second / 3600, second / 60 % 60, second % 60,
                             shown.nanoseconds)
        .toLatin1();
}

std::optional<Validity> Validity::fromText(QByteArrayView text)
{
    if (text.size() <= SecondsSize || text.back() != 'Z' || text.at(4) != '-' || text.at(7) != '-'
        || text.at(10) != 'T' || text.at(13) != ':' || text.at(16) != ':')
        return std::nullopt;
    const QDate date(digitsAt(text, 0, 4), digitsAt(text, 5, 2), digitsAt(text, 8, 2));
    const int hour = digitsAt(text, 11, 2);
    const int minute = digitsAt(text, 14, 2);
    const int second = digitsAt(text, 17, 2);
    const std::optional<quint32> nanoseconds = fraction(text.sliced(SecondsSize).chopped(1));
    if (!date.isValid() || date.year() < 1 || !QTime::isValid(hour, minute, second) || !nanoseconds)
        return std::nullopt;
    const qint64 day = date.toJulianDay() - EpochDay;
    return Validity{day * SecondsPerDay + hour * 3600 + minute * 60 + second, *nanoseconds};
}

Validity Validity::fromDateTime(const QDateTime &time)
{
    const qint64 milliseconds = time.toMSecsSinceEpoch();
    const qint64 seconds = floorDiv(milliseconds, 1000);
    return {seconds, quint32(milliseconds - seconds * 1000) * 1000000};
}

QDateTime Validity::toDateTime() const
{
    const qint64 shown = std::clamp(seconds, FirstSecond, LastSecond);
    return QDateTime::fromMSecsSinceEpoch(shown * 1000 + nanoseconds / 1000000, Qt::UTC);
}

} // namespace RemoteLog
