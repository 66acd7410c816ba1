// SPDX-License-Identifier: MIT
#include "inboxsink.h"

#include "engine/logging.h"

namespace RemoteLog {

namespace {

// What may wait in the inbox for the host before no more is fetched.
constexpr qint64 MaxWaitingBytes = 32 * 1024 * 1024;

} // namespace

InboxSink::InboxSink(FollowedLog &log, Inbox &inbox, std::function<void()> received)
    : m_log(log)
    , m_inbox(inbox)
    , m_received(std::move(received))
{
    const Result<qint64> waiting = m_inbox.waitingBytes(m_log);
    if (waiting.ok() && m_log.position < m_log.cursor)
        m_waitingBytes = waiting.value();
}

Problem InboxSink::acceptPages(const QList<VerifiedPage> &pages)
{
    QList<ReceivedPage> received;
    qint64 bytes = 0;
    for (const VerifiedPage &page : pages) {
        received.append({page.first, page.last, page.block});
        // What was committed before it was read again does not wait.
        if (page.last <= m_log.position)
            continue;
        bytes += page.block.size();
        // Contents count with their page: before it, the host has nothing to make room by.
        for (quint64 sequence = page.first; sequence <= page.last; ++sequence)
            bytes += qint64(page.page.pair(sequence).size);
    }
    FollowedLog changed = m_log;
    changed.cursor = pages.constLast().last;
    changed.history = pages.constLast().history;
    if (const Problem problem = m_inbox.receive(changed, received))
        return problem;
    m_log = changed;
    m_waitingBytes += bytes;
    m_received();
    return {};
}

Problem InboxSink::acceptContent(quint64 sequence, const QByteArray &address,
                                 const QByteArray &block)
{
    return m_inbox.receiveContent(m_log, sequence, address, block);
}

Result<QByteArray> InboxSink::content(const QByteArray &address)
{
    return m_inbox.content(m_log, address);
}

void InboxSink::dropContents()
{
    if (const Problem problem = m_inbox.dropContents(m_log))
        qCWarning(engineLog) << "contents could not be dropped" << problem;
}

bool InboxSink::hasRoom() const
{
    return m_waitingBytes < MaxWaitingBytes;
}

Problem InboxSink::commit(quint64 position)
{
    FollowedLog changed = m_log;
    changed.position = position;
    const Result<qint64> freed = m_inbox.commit(changed);
    if (!freed.ok())
        return freed.problem();
    m_log = changed;
    // Counted, not asked for: that would read the whole inbox at every commit. Contents came in by
    // the sizes of their entries and go out sealed, which is a little more; an empty inbox puts it
    // right.
    m_waitingBytes =
        m_log.position < m_log.cursor ? std::max<qint64>(m_waitingBytes - freed.value(), 0) : 0;
    return {};
}

} // namespace RemoteLog
