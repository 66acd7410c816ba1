// SPDX-License-Identifier: MIT
#include "headpublisher.h"

#include "engine/heads.h"

#include "log/address.h"

namespace RemoteLog {

HeadPublisher::HeadPublisher(SavedLog &log, const LogKeys &keys, const PublisherContext &context,
                             QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_keys(keys)
    , m_context(context)
{
    restore();
    helpersChanged();
}

HeadPublisher::~HeadPublisher() = default;

// The record of the last run. One that stands for a rebuild under way is not ours yet.
void HeadPublisher::restore()
{
    if (m_log->record.isEmpty() || m_log->mustResolve)
        return;
    restoreHead();
    const Result<NameRecord> record = parseNameRecord(m_log->record, m_keys.publicKey);
    if (!record.ok())
        return setProblem(record.problem());
    const Result<std::optional<OwnPage>> page =
        m_context.pages.pageAt(*m_log, record.value().address);
    if (!page.ok() || !page.value())
        return setProblem(page.problem());
    m_signed = Signed{record.value(), page.value()->number, page.value()->range.last()};
    m_lasts.insert({m_signed->record.number, m_signed->last});
    if (m_signed->record.number == m_log->publishedNumber)
        m_head = headOf(m_signed->record, m_log->publishedSequence,
                        isExpired(m_signed->record, m_context.clock()));
}

// Of the record that was published last nothing is kept but what it said; it may not be the newest.
void HeadPublisher::restoreHead()
{
    if (m_log->publishedNumber == 0)
        return;
    const Result<std::optional<OwnPage>> page =
        m_context.pages.pageHolding(*m_log, m_log->publishedSequence);
    if (!page.ok() || !page.value())
        return;
    m_head.setRecordNumber(m_log->publishedNumber);
    m_head.setLastSequence(m_log->publishedSequence);
    m_head.setAddress(addressToText(page.value()->range.address));
}

void HeadPublisher::adopt(const NameRecord &record)
{
    restore();
    if (m_signed)
        served(record);
}

void HeadPublisher::helpersChanged()
{
    auto putters = std::exchange(m_putters, {});
    for (Helper *helper : m_context.helpers.writable(Helper::Role::System)) {
        const auto same = std::find_if(putters.begin(), putters.end(), [helper](const auto &each) {
            return each && each->helper() == helper;
        });
        if (same != putters.end()) {
            m_putters.push_back(std::move(*same));
            continue;
        }
        auto putter =
            std::make_unique<RecordPutter>(m_keys.publicKey, helper, m_context.timing, nullptr);
        connect(putter.get(), &RecordPutter::served, this, &HeadPublisher::served);
        connect(putter.get(), &RecordPutter::contradicted, this, &HeadPublisher::contradicted);
        connect(putter.get(), &RecordPutter::interrupted, this, &HeadPublisher::changed);
        m_putters.push_back(std::move(putter));
    }
}

void HeadPublisher::stop()
{
    for (const auto &putter : m_putters)
        putter->stop();
}

bool HeadPublisher::isBusy() const
{
    return std::any_of(m_putters.begin(), m_putters.end(),
                       [](const auto &each) { return each->isBusy(); });
}

// ---- Sign

void HeadPublisher::advance(quint64 storedPages, bool mayPut)
{
    const quint64 pages = m_log->position.nextPage;
    if (pages > 0 && storedPages >= pages
        && (!m_signed || m_signed->record.number < m_log->recordNumber)) {
        const Result<QList<OwnPage>> newest = m_context.pages.pages(*m_log, pages - 1, 1);
        if (newest.ok() && !newest.value().isEmpty())
            sign(m_log->recordNumber, newest.value().constFirst());
        else
            setProblem(newest.problem());
    } else if (m_signed && isDue(*m_signed)) {
        // Newer pages that no store takes must not let the name of the older ones expire.
        const Result<QList<OwnPage>> same = m_context.pages.pages(*m_log, m_signed->page, 1);
        if (same.ok() && !same.value().isEmpty())
            sign(m_signed->record.number, same.value().constFirst());
    }
    // A record is put where its pages are: a store that came into the settings may still lack them.
    if (!mayPut || !m_signed || storedPages <= m_signed->page)
        return;
    for (const auto &putter : m_putters)
        putter->put(m_signed->record);
}

bool HeadPublisher::isDue(const Signed &signedOne) const
{
    const qint64 now = m_context.clock().toMSecsSinceEpoch();
    const qint64 refresh = std::chrono::milliseconds(m_context.timing.refresh).count();
    return std::abs(now - signedOne.record.signedAt.value_or(0)) > refresh;
}

void HeadPublisher::sign(quint64 number, const OwnPage &page)
{
    const QByteArray bytes = signNameRecord(draft(number, page), m_keys);
    const Result<NameRecord> record = parseNameRecord(bytes, m_keys.publicKey);
    if (!record.ok())
        return setProblem(record.problem());
    OwnLog changed = *m_log;
    changed.record = bytes;
    changed.highestValidity = record.value().validity.toText();
    // Before its first put: after a crash the same bytes are put again.
    const Problem problem = m_log.save(changed);
    setProblem(problem);
    if (problem)
        return;
    m_signed = Signed{record.value(), page.number, page.range.last()};
    m_lasts.insert_or_assign(number, page.range.last());
}

NameRecordDraft HeadPublisher::draft(quint64 number, const OwnPage &page) const
{
    NameRecordDraft draft;
    draft.address = page.range.address;
    draft.number = number;
    const QDateTime now = m_context.clock();
    draft.signedAt = now.toMSecsSinceEpoch();
    draft.validity = Validity::fromDateTime(
        now.addMSecs(std::chrono::milliseconds(m_context.timing.validity).count()));
    if (const std::optional<Validity> highest = Validity::fromText(m_log->highestValidity)) {
        const Validity after{highest->seconds + 1, highest->nanoseconds};
        draft.validity = std::max(draft.validity, after);
    }
    const int limit = m_context.helpers.embedLimit();
    draft.embedded = embeddableBlocks(newestBlocks(page.number, limit), limit);
    return draft;
}

// Pages from this one downwards, as long as they fit into `limit` bytes.
QList<QByteArray> HeadPublisher::newestBlocks(quint64 page, int limit) const
{
    QList<QByteArray> newest;
    qint64 bytes = 0;
    for (quint64 count = page + 1; count > 0 && bytes < limit; --count) {
        const Result<PageRange> range = m_context.pages.pageRange(*m_log, count - 1);
        if (!range.ok() || bytes + qint64(range.value().size) > limit)
            break;
        const Result<QByteArray> block = m_context.pages.block(*m_log, range.value().address);
        if (!block.ok() || block.value().isNull())
            break;
        newest.append(block.value());
        bytes += block.value().size();
    }
    return newest;
}

// ---- What was served back

void HeadPublisher::served(const NameRecord &record)
{
    const auto last = m_lasts.find(record.number);
    if (last == m_lasts.end() || record.number < m_log->publishedNumber)
        return;
    if (record.number == m_head.recordNumber()) {
        // Another system, or a fresh signature: no new head.
        if (!m_head.signedAt().isValid() || record.signedAt > m_head.signedAt().toMSecsSinceEpoch())
            m_head = headOf(record, last->second, false);
        return setProblem({});
    }
    const quint64 before = m_log->publishedSequence;
    OwnLog changed = *m_log;
    changed.publishedNumber = record.number;
    changed.publishedSequence = last->second;
    const Problem problem = m_log.save(changed);
    setProblem(problem);
    if (problem)
        return;
    m_head = headOf(record, last->second, false);
    m_lasts.erase(m_lasts.begin(), last);
    Q_EMIT published(before + 1, m_head.lastSequence());
}

void HeadPublisher::setProblem(const Problem &problem)
{
    m_problem = problem;
    Q_EMIT changed();
}

} // namespace RemoteLog
