// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QDateTime>

#include <chrono>
#include <optional>

namespace RemoteLog {

// More than that is not believed: a helper must not be able to silence us for good.
constexpr std::chrono::seconds MaxRetryAfter = std::chrono::hours(1);

// The value of a header Date, or another one that is a date: IMF-fixdate, the one form that may be
// sent (RFC 9110, 5.6.7). Not valid if it is none.
QDateTime httpDate(const QByteArray &text);

// The value of a header Retry-After (RFC 9110, 10.2.3): seconds, or a date, which is compared with
// the header Date of the same answer, or with `now` where that is missing or makes no sense: whose
// clock is wrong does not matter then. Nothing if it is neither.
std::optional<std::chrono::seconds> retryAfter(const QByteArray &value, const QByteArray &date,
                                               const QDateTime &now);

} // namespace RemoteLog
