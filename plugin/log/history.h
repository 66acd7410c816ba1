// SPDX-License-Identifier: MIT
#pragma once

#include "page.h"

namespace RemoteLog {

inline constexpr int HistorySize = 32;

// h(0).
QByteArray initialHistory();

// h(n) from h(n-1). Of an id of more than MaxIdSize, which no log has, nothing sensible.
QByteArray extendHistory(const QByteArray &previous, quint64 sequence, const QByteArray &id,
                         const QByteArray &payloadSha256);
QByteArray extendHistoryWithdrawn(const QByteArray &previous, quint64 sequence);

// Of a pair: SHA-256 of its payload (computed if embedded, as claimed if mapped), and its id.
QByteArray payloadDigest(const Pair &pair);
QByteArray entryId(const Page &page, const Pair &pair, const QByteArray &payloadDigest);

// h after `last` (page.first - 1 ..page.last()), hashed forward from page.history, which is
// h(page.first - 1).
QByteArray historyAfter(const Page &page, quint64 last);

// The same, continuing from `history`, which is h(first - 1), over first..last inside the page.
QByteArray extendHistoryOver(const QByteArray &history, const Page &page, quint64 first,
                             quint64 last);

} // namespace RemoteLog
