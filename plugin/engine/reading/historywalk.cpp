// SPDX-License-Identifier: MIT
#include "historywalk.h"

#include "log/history.h"

namespace RemoteLog {

namespace {

// Pages that go to the sink in one transaction, decoded as they are then.
constexpr qint64 FlushBytes = 4 * 1024 * 1024;
// Contents of mapped entries that are brought in before their part of the page goes to the sink.
constexpr quint64 PortionBytes = 32 * 1024 * 1024;

} // namespace

HistoryWalk::HistoryWalk(PageSink &sink)
    : m_sink(sink)
{
}

void HistoryWalk::begin(quint64 cursor, const QByteArray &history)
{
    m_cursor = m_last = cursor;
    m_history = m_lastHistory = history;
    m_taken.clear();
    m_takenBytes = 0;
}

Problem HistoryWalk::check(const Page &page) const
{
    const QByteArray claimed = page.first == next() ? page.history : historyAfter(page, m_last);
    if (claimed == m_lastHistory)
        return {};
    return Problem(Problem::Kind::Conflict,
                   QStringLiteral("the page at entry %1 continues another history").arg(next()));
}

quint64 HistoryWalk::portion(const Page &page, qint64 maxPayload) const
{
    quint64 mapped = 0;
    for (quint64 sequence = next(); sequence <= page.last(); ++sequence) {
        const Pair &pair = page.pair(sequence);
        const quint64 size = pair.isMapped() ? pair.size : quint64(pair.data.size());
        if (size > quint64(maxPayload))
            return sequence - 1;
        if (pair.isMapped() && mapped > 0 && mapped + size > PortionBytes)
            return sequence - 1;
        mapped += pair.isMapped() ? size : 0;
    }
    return page.last();
}

Problem HistoryWalk::take(const Page &page, const QByteArray &address, const QByteArray &block,
                          quint64 last)
{
    m_lastHistory = extendHistoryOver(m_lastHistory, page, next(), last);
    m_taken.append({page, address, block, next(), last, m_lastHistory});
    m_takenBytes += block.size() + page.pairs.size() * qint64(sizeof(Pair));
    m_last = last;
    return m_takenBytes > FlushBytes ? flush() : Problem();
}

Problem HistoryWalk::flush()
{
    if (m_taken.isEmpty())
        return {};
    const Problem problem = m_sink.acceptPages(m_taken);
    if (problem)
        begin(m_cursor, m_history);
    else
        begin(m_last, m_lastHistory);
    return problem;
}

} // namespace RemoteLog
