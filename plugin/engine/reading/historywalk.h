// SPDX-License-Identifier: MIT
#pragma once

#include "pagesink.h"

namespace RemoteLog {

// Goes along a log page by page: checks that each continues the history that is known, and hands
// them to the sink, many in one transaction.
class HistoryWalk
{
public:
    explicit HistoryWalk(PageSink &sink);

    // Where it begins: `history` is h(cursor).
    void begin(quint64 cursor, const QByteArray &history);

    // The last entry that the sink has.
    quint64 cursor() const { return m_cursor; }
    // The entry that has to come next; what was taken and is not in the sink yet counts.
    quint64 next() const { return m_last + 1; }

    // Conflict if `page`, which holds next() or ends right before it, has another history there.
    Problem check(const Page &page) const;

    // The last entry to take in one go: what is mapped may be much more than the page. next() - 1
    // if the entry next() is over the payload limit.
    quint64 portion(const Page &page, qint64 maxPayload) const;

    // Takes next()..last of a page that was checked; flushes when enough has come together.
    Problem take(const Page &page, const QByteArray &address, const QByteArray &block,
                 quint64 last);
    // What was taken goes to the sink. After a Problem of its it is as if nothing had been taken.
    Problem flush();

private:
    PageSink &m_sink;
    quint64 m_cursor = 0;
    QByteArray m_history; // h(m_cursor)
    quint64 m_last = 0; // of what was taken
    QByteArray m_lastHistory; // h(m_last)
    QList<VerifiedPage> m_taken;
    qint64 m_takenBytes = 0;
};

} // namespace RemoteLog
