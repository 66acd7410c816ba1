// SPDX-License-Identifier: MIT
#include "ownentries.h"

#include "log/contents.h"
#include "log/history.h"
#include "security/hash.h"

namespace RemoteLog {

namespace {

constexpr int MaxCount = 4096;
constexpr qint64 MaxBytes = 8 * 1024 * 1024;

} // namespace

OwnEntries::OwnEntries(const OwnLog &log, const LogKeys &keys, const PublisherContext &context)
    : m_log(log)
    , m_keys(keys)
    , m_context(context)
{
}

Result<QList<Entry>> OwnEntries::read(quint64 first, int limit, quint64 storedPages) const
{
    if (first == 0 || limit < 1 || limit > MaxCount)
        return Problem(
            Problem::Kind::InvalidArgument,
            QStringLiteral("read() takes a sequence from 1 and 1 to %1 entries").arg(MaxCount));
    m_limit = limit;
    QList<Entry> entries;
    quint64 next = first;
    while (next < m_log.position.nextSequence && !isFull(entries)) {
        const Result<std::optional<OwnPage>> page = m_context.pages.pageHolding(m_log, next);
        if (!page.ok())
            return page.problem();
        if (!page.value())
            return Problem(Problem::Kind::LocalDataCorrupt,
                           QStringLiteral("no page holds entry %1").arg(next));
        const Entry::State state =
            page.value()->number < storedPages ? Entry::State::Stored : Entry::State::Pending;
        if (const Problem problem = readPage(*page.value(), next, state, entries))
            return problem;
        next = page.value()->range.last() + 1;
    }
    if (next >= m_log.position.nextSequence && !isFull(entries)) {
        const Result<QList<PendingEntry>> pending =
            m_context.outbox.pending(m_log, next, limit - int(entries.size()), MaxBytes - m_bytes);
        if (!pending.ok())
            return pending.problem();
        for (const PendingEntry &entry : pending.value()) {
            const QByteArray id = entry.isWithdrawn    ? QByteArray()
                                  : entry.id.isEmpty() ? sha256(entry.payload)
                                                       : entry.id;
            entries.append(
                Entry(entry.sequence, id, entry.payload,
                      entry.isWithdrawn ? Entry::State::Withdrawn : Entry::State::Pending));
        }
    }
    if (const Problem problem = markAcknowledged(entries))
        return problem;
    return entries;
}

Problem OwnEntries::readPage(const OwnPage &own, quint64 first, Entry::State state,
                             QList<Entry> &entries) const
{
    const Result<QByteArray> block = m_context.pages.block(m_log, own.range.address);
    if (!block.ok())
        return block.problem();
    const Result<Page> page = openPage(block.value(), m_keys.publicKey, m_keys.readKey);
    if (!page.ok())
        return Problem(Problem::Kind::LocalDataCorrupt, page.problem().detail());
    for (quint64 sequence = std::max(first, page.value().first);
         sequence <= page.value().last() && !isFull(entries); ++sequence) {
        if (page.value().isWithdrawn(sequence)) {
            entries.append(Entry(sequence, {}, {}, Entry::State::Withdrawn));
            continue;
        }
        const Pair &pair = page.value().pair(sequence);
        const Result<QByteArray> payload = readPayload(
            pair,
            [this](const QByteArray &address) { return m_context.pages.block(m_log, address); },
            m_keys.publicKey, m_keys.readKey);
        if (!payload.ok())
            return Problem(Problem::Kind::LocalDataCorrupt, payload.problem().detail());
        m_bytes += payload.value().size();
        entries.append(Entry(sequence, entryId(page.value(), pair, payloadDigest(pair)),
                             payload.value(), published(sequence, state)));
    }
    return {};
}

bool OwnEntries::isFull(const QList<Entry> &entries) const
{
    return entries.size() >= m_limit || m_bytes >= MaxBytes;
}

Entry::State OwnEntries::published(quint64 sequence, Entry::State state) const
{
    return sequence <= m_log.publishedSequence ? Entry::State::Published : state;
}

Problem OwnEntries::markAcknowledged(QList<Entry> &entries) const
{
    if (entries.isEmpty())
        return {};
    const Result<QList<QPair<quint64, quint64>>> ranges = m_context.outbox.acknowledged(
        m_log, entries.constFirst().sequence(), entries.constLast().sequence());
    if (!ranges.ok())
        return ranges.problem();
    for (const auto &[from, to] : ranges.value()) {
        for (Entry &entry : entries) {
            if (entry.sequence() >= from && entry.sequence() <= to
                && entry.state() != Entry::State::Withdrawn)
                entry = Entry(entry.sequence(), entry.id(), entry.payload(),
                              Entry::State::Acknowledged);
        }
    }
    return {};
}

} // namespace RemoteLog
