// SPDX-License-Identifier: MIT
#include "httpretryafter.h"

#include <QLocale>

#include <algorithm>

namespace RemoteLog {

namespace {

bool isDigits(const QByteArray &text)
{
    return !text.isEmpty()
           && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

// The weekday is not looked at: QLocale refuses a date that it contradicts.
QDateTime httpDate(const QByteArray &text)
{
    QDateTime date = QLocale::c().toDateTime(QString::fromLatin1(text.trimmed()),
                                             QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    date.setTimeSpec(Qt::UTC);
    return date;
}

std::optional<std::chrono::seconds> retryAfter(const QByteArray &value, const QByteArray &date,
                                               const QDateTime &now)
{
    using std::chrono::seconds;
    const QByteArray text = value.trimmed();
    if (isDigits(text)) {
        bool fits = false;
        const qint64 count = text.toLongLong(&fits);
        return fits ? std::min(seconds(count), MaxRetryAfter) : MaxRetryAfter;
    }
    const QDateTime until = httpDate(text);
    if (!until.isValid())
        return std::nullopt;
    const QDateTime theirNow = httpDate(date);
    const seconds wait((theirNow.isValid() ? theirNow : now).secsTo(until));
    return std::clamp(wait, seconds(0), MaxRetryAfter);
}

} // namespace RemoteLog
