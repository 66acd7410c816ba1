// SPDX-License-Identifier: MIT
#include "delivery.h"

#include "log/contents.h"
#include "log/history.h"
#include "log/link.h"

namespace RemoteLog {

Delivery::Delivery(const FollowedLog &log, Inbox &inbox, QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_inbox(inbox)
    , m_publicKey(publicKeyOf(log.link))
    , m_readKey(readKeyOf(log.link))
    , m_delivered(log.position)
    , m_committable(log.position)
{
}

void Delivery::start()
{
    m_isStarted = true;
    deliver();
}

bool Delivery::hasRoom() const
{
    return int(m_outstanding.size()) < WindowEntries && m_outstandingBytes < WindowBytes;
}

void Delivery::deliver()
{
    if (!m_isStarted)
        return;
    QList<Entry> entries;
    bool isMissing = false;
    while (hasRoom() && m_delivered < m_log.cursor) {
        if (!loadPage())
            break;
        const quint64 sequence = m_delivered + 1;
        const Pair &pair = m_page->pair(sequence);
        if (m_page->isWithdrawn(sequence)) {
            m_delivered = sequence;
            skipped();
            continue;
        }
        const qint64 size = pair.isMapped() ? qint64(pair.size) : pair.data.size();
        // One entry always fits.
        if (!m_outstanding.empty() && m_outstandingBytes + size > WindowBytes)
            break;
        const Result<QByteArray> payload = readPayload(
            pair, [this](const QByteArray &address) { return m_inbox.content(m_log, address); },
            m_publicKey, m_readKey);
        if (payload.problem().kind() == Problem::Kind::WillRetry) {
            isMissing = true;
            break;
        }
        if (!payload.ok()) {
            Q_EMIT failed(Problem(Problem::Kind::LocalDataCorrupt, payload.problem().detail()));
            break;
        }
        entries.append(Entry(sequence, entryId(*m_page, pair, payloadDigest(pair)), payload.value(),
                             Entry::State::Received));
        m_outstanding.push_back({sequence, size});
        m_outstandingBytes += size;
        m_delivered = sequence;
    }
    if (!entries.isEmpty())
        Q_EMIT entriesReceived(entries);
    if (isMissing && m_page)
        Q_EMIT contentMissing(*m_page, m_delivered + 1);
}

bool Delivery::loadPage()
{
    if (m_page && m_delivered < m_pageLast)
        return true;
    m_page.reset();
    const Result<std::optional<ReceivedPage>> received = m_inbox.pageAfter(m_log, m_delivered);
    Problem problem = received.problem();
    if (received.ok() && received.value()) {
        const Result<Page> page = openPage(received.value()->block, m_publicKey, m_readKey);
        if (page.ok() && page.value().first <= m_delivered + 1
            && page.value().last() >= received.value()->last) {
            m_page = page.value();
            m_pageLast = received.value()->last;
            return true;
        }
    }
    Q_EMIT failed(
        problem ? problem
                : Problem(Problem::Kind::LocalDataCorrupt,
                          QStringLiteral("entry %1 is not in the inbox").arg(m_delivered + 1)));
    return false;
}

void Delivery::skipped()
{
    // A withdrawn entry is nothing that a host could commit: it counts with what stands before it.
    if (m_outstanding.empty() && m_committable < m_delivered) {
        m_committable = m_delivered;
        Q_EMIT committed();
    }
}

void Delivery::commit(quint64 sequence)
{
    if (sequence > m_delivered || sequence <= m_committable)
        return;
    while (!m_outstanding.empty() && m_outstanding.front().sequence <= sequence) {
        m_outstandingBytes -= m_outstanding.front().bytes;
        m_outstanding.pop_front();
    }
    m_committable = m_outstanding.empty() ? m_delivered : m_outstanding.front().sequence - 1;
    Q_EMIT committed();
    deliver();
}

} // namespace RemoteLog
