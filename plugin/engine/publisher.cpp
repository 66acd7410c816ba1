// SPDX-License-Identifier: MIT
#include "publisher.h"

#include "auditor.h"
#include "heads.h"
#include "logging.h"
#include "logrebuilder.h"
#include "ownentries.h"
#include "recordputter.h"
#include "uploader.h"

#include "log/link.h"

namespace RemoteLog {

namespace {

// Entries cut in one go: the worker has other things to do, too.
constexpr int CutCount = 65536;
constexpr qint64 CutBytes = 16 * 1024 * 1024;

QList<QByteArray> helpersInPages(const HelperSet &helpers)
{
    QList<QByteArray> urls;
    for (const QUrl &url : helpers.urls()) {
        if (isSafeHint(url) && urls.size() < MaxHelpers)
            urls.append(url.toEncoded());
    }
    return urls;
}

} // namespace

Publisher::Publisher(const OwnLog &log, const LogKeys &keys, const PublisherContext &context,
                     QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_keys(keys)
    , m_context(context)
    , m_resolver(keys.publicKey, NameResolver::Expired::AtOnce, context.helpers, context.timing,
                 context.clock, this)
{
    m_cutTimer.setSingleShot(true);
    m_cutTimer.setInterval(context.timing.debounce);
    connect(&m_cutTimer, &QTimer::timeout, this, &Publisher::advance);
    connect(&m_resolver, &NameResolver::found, this, &Publisher::judge);
    connect(&m_resolver, &NameResolver::answered, this, &Publisher::resolved);

    const Result<quint64> stored = m_context.pages.storedPagesAnywhere(m_log);
    m_storedPages = stored.ok() ? std::min(stored.value(), m_log.position.nextPage) : 0;
    if (!m_log.record.isEmpty()) {
        const Result<NameRecord> record = parseNameRecord(m_log.record, m_keys.publicKey);
        if (record.ok()) {
            m_record = record.value();
            if (m_record->number == m_log.recordNumber)
                m_recordLast = m_log.position.nextSequence - 1;
            if (m_record->number == m_log.publishedNumber)
                m_head = headOf(*m_record, m_log.publishedSequence,
                                isExpired(*m_record, m_context.clock()));
        }
    }
    if (m_log.isConflict)
        conflict(QStringLiteral("this log was found to have a second writer"));
    countPending();
    helpersChanged();
}

Publisher::~Publisher() = default;

OutgoingStatus Publisher::status() const
{
    OutgoingStatus status;
    status.isReady = true;
    status.link = m_link;
    status.head = m_head;
    status.pendingCount = m_uncut.count + m_unstored.count;
    status.pendingBytes = m_uncut.bytes + m_unstored.bytes;
    status.problem = m_problem;
    return status;
}

bool Publisher::isBusy() const
{
    return m_cutTimer.isActive() || m_rebuilder || m_resolver.isResolving()
           || std::any_of(m_uploaders.begin(), m_uploaders.end(),
                          [](const auto &each) { return each->isBusy(); })
           || std::any_of(m_putters.begin(), m_putters.end(),
                          [](const auto &each) { return each->isBusy(); });
}

// ---- Append

Problem Publisher::appendable() const
{
    if (m_log.isConflict)
        return m_problem;
    if (m_rebuilder || m_log.mustResolve)
        return Problem(
            Problem::Kind::WillRetry,
            QStringLiteral("the database was lost: the log's name has to be resolved first"));
    return {};
}

Result<quint64> Publisher::append(const QList<NewEntry> &entries)
{
    const quint64 first = m_log.nextSequence;
    if (quint64(entries.size()) > MaxSequence - first)
        return Problem(Problem::Kind::TooLarge, QStringLiteral("the log is full"));
    OwnLog changed = m_log;
    changed.nextSequence = first + quint64(entries.size());
    if (const Problem problem = m_context.outbox.append(changed, first, entries))
        return problem;
    m_log = changed;
    for (const NewEntry &entry : entries) {
        ++m_uncut.count;
        m_uncut.bytes += entry.payload.size();
    }
    return first;
}

void Publisher::appended()
{
    if (!m_cutTimer.isActive())
        m_cutTimer.start();
    Q_EMIT statusChanged();
}

void Publisher::appendFailed(quint64 nextSequence)
{
    m_log.nextSequence = nextSequence;
    countPending();
}

Problem Publisher::withdraw(quint64 sequence)
{
    const Result<bool> withdrawn = m_context.outbox.withdraw(m_log, sequence);
    if (!withdrawn.ok())
        return withdrawn.problem();
    if (!withdrawn.value())
        return Problem(Problem::Kind::InvalidArgument,
                       QStringLiteral("entry %1 is not waiting any more").arg(sequence));
    countPending();
    Q_EMIT entryStatesChanged(sequence, sequence, Entry::State::Withdrawn);
    Q_EMIT statusChanged();
    return {};
}

Problem Publisher::acknowledge(const QList<quint64> &sequences)
{
    for (const quint64 sequence : sequences) {
        if (sequence == 0 || sequence >= m_log.nextSequence)
            return Problem(Problem::Kind::InvalidArgument,
                           QStringLiteral("there is no entry %1").arg(sequence));
    }
    if (const Problem problem = m_context.outbox.acknowledge(m_log, sequences))
        return problem;
    QList<quint64> sorted = sequences;
    std::sort(sorted.begin(), sorted.end());
    for (qsizetype from = 0; from < sorted.size();) {
        qsizetype to = from;
        while (to + 1 < sorted.size() && sorted.at(to + 1) <= sorted.at(to) + 1)
            ++to;
        Q_EMIT entryStatesChanged(sorted.at(from), sorted.at(to), Entry::State::Acknowledged);
        from = to + 1;
    }
    return {};
}

Result<QList<Entry>> Publisher::read(quint64 first, int limit)
{
    return OwnEntries(m_log, m_keys, m_context).read(first, limit, m_storedPages);
}

void Publisher::audit(const Reply<Result<Audit>> &reply)
{
    if (m_auditor && m_auditor->isRunning())
        m_auditor->join(reply);
    else
        m_auditor = new Auditor(m_log, m_context, reply, this);
}

// ---- Publish

void Publisher::helpersChanged()
{
    m_link = makeLink(m_keys, m_context.helpers.urls());
    const auto sameAs = [](const Helper *helper) {
        return [helper](const auto &part) { return part && part->helper() == helper; };
    };
    auto uploaders = std::exchange(m_uploaders, {});
    for (Helper *helper : m_context.helpers.writable(Helper::Role::Store)) {
        const auto same = std::find_if(uploaders.begin(), uploaders.end(), sameAs(helper));
        if (same != uploaders.end()) {
            m_uploaders.push_back(std::move(*same));
            continue;
        }
        auto uploader = std::make_unique<Uploader>(m_log, helper, m_context, nullptr);
        connect(uploader.get(), &Uploader::progressed, this, &Publisher::stored);
        connect(uploader.get(), &Uploader::failed, this, &Publisher::setProblem);
        m_uploaders.push_back(std::move(uploader));
    }
    auto putters = std::exchange(m_putters, {});
    for (Helper *helper : m_context.helpers.writable(Helper::Role::System)) {
        const auto same = std::find_if(putters.begin(), putters.end(), sameAs(helper));
        if (same != putters.end()) {
            m_putters.push_back(std::move(*same));
            continue;
        }
        auto putter =
            std::make_unique<RecordPutter>(m_keys.publicKey, helper, m_context.timing, nullptr);
        connect(putter.get(), &RecordPutter::served, this, &Publisher::served);
        connect(putter.get(), &RecordPutter::contradicted, this, &Publisher::judge);
        connect(putter.get(), &RecordPutter::problemChanged, this, &Publisher::statusChanged);
        m_putters.push_back(std::move(putter));
    }
    Q_EMIT statusChanged();
}

void Publisher::advance()
{
    if (m_log.isConflict || m_rebuilder || m_context.helpers.isPaused())
        return;
    if (!m_isResolved)
        resolve();
    // What is stored is signed before more is cut: a busy writer would never publish otherwise.
    sign();
    put();
    cut();
    for (const auto &uploader : m_uploaders)
        uploader->advance();
    Q_EMIT statusChanged();
}

void Publisher::resolve()
{
    const QList<Helper *> systems = m_context.helpers.writable(Helper::Role::System);
    const bool canAsk = std::any_of(systems.begin(), systems.end(), [](const Helper *helper) {
        return helper->isUsable(Helper::Role::System, Helper::Direction::Read);
    });
    if (canAsk && !m_resolver.isResolving())
        m_resolver.resolve();
}

void Publisher::judge(const NameRecord &record)
{
    if (m_log.isConflict || m_rebuilder)
        return;
    OwnLog changed = m_log;
    changed.seenNumber = std::max(changed.seenNumber, record.number);
    const std::optional<Validity> highest = Validity::fromText(changed.highestValidity);
    if (!highest || *highest < record.validity)
        changed.highestValidity = record.validity.toText();
    save(changed);
    const bool isOurs =
        m_record && m_record->number == record.number && m_record->value == record.value;
    if (record.number < m_log.recordNumber || isOurs)
        return;
    // Nothing of our own yet, or only what an earlier rebuild brought back before it was cut short.
    if (m_log.nextSequence == 1 || m_log.mustResolve)
        return rebuild(record);
    conflict(QStringLiteral("record %1 of this log is not ours, which is %2")
                 .arg(record.number)
                 .arg(m_log.recordNumber));
}

void Publisher::resolved()
{
    // One answer suffices, found or not: waiting for a system that hangs would make it a point of
    // failure.
    if (m_isResolved || m_rebuilder || m_log.isConflict)
        return;
    // "Not found" is no answer to where the rest of a rebuild is.
    if (m_log.mustResolve && m_log.nextSequence > 1)
        return;
    m_isResolved = true;
    if (m_log.mustResolve) {
        OwnLog changed = m_log;
        changed.mustResolve = false;
        save(changed);
        Q_EMIT appendableChanged();
    }
    advance();
}

void Publisher::rebuild(const NameRecord &record)
{
    // Appends wait, also after a restart, until all of it is back.
    OwnLog changed = m_log;
    changed.mustResolve = true;
    if (save(changed))
        return;
    m_rebuilder = std::make_unique<LogRebuilder>(m_log, m_keys, record, m_context, nullptr);
    connect(m_rebuilder.get(), &LogRebuilder::finished, this,
            [this, record](const Problem &problem) {
                // The rebuilder is what calls us.
                m_rebuilder.release()->deleteLater();
                if (problem)
                    return conflict(problem.detail());
                m_isResolved = true;
                m_record = record;
                m_recordLast = m_log.position.nextSequence - 1;
                setProblem({});
                countPending();
                Q_EMIT appendableChanged();
                served(record);
                advance();
            });
    connect(m_rebuilder.get(), &LogRebuilder::advanced, this,
            [this](const OwnLog &log) { m_log = log; });
    connect(m_rebuilder.get(), &LogRebuilder::waiting, this, &Publisher::setProblem);
    Q_EMIT statusChanged();
    m_rebuilder->start();
}

bool Publisher::cut()
{
    // Later entries wait until what was cut is stored: then they share pages.
    if (m_uncut.count == 0 && m_log.position.nextSequence == m_log.nextSequence)
        return false;
    const bool canStore =
        std::any_of(m_uploaders.begin(), m_uploaders.end(), [](const auto &uploader) {
            return uploader->helper()
                   && uploader->helper()->isUsable(Helper::Role::Store, Helper::Direction::Write);
        });
    if (!canStore || m_storedPages < m_log.position.nextPage || m_cutTimer.isActive())
        return false;
    const quint64 first = m_log.position.nextSequence;
    const Result<QList<PendingEntry>> pending =
        m_context.outbox.pending(m_log, first, CutCount, CutBytes);
    if (!pending.ok()) {
        setProblem(pending.problem());
        return false;
    }
    if (pending.value().isEmpty())
        return false;
    PageCutter cutter(m_keys, m_log.position, PageLayout::Hybrid, CutLimits(),
                      helpersInPages(m_context.helpers), [this](quint64 number) {
                          const Result<PageRange> range = m_context.pages.pageRange(m_log, number);
                          return range.ok() ? range.value() : PageRange();
                      });
    QList<CutPage> pages;
    for (const PendingEntry &entry : pending.value())
        pages += cutter.add(entry);
    // The last page stays open only if it can still be filled.
    if (pages.isEmpty() || pending.value().constLast().sequence + 1 == m_log.nextSequence)
        pages += cutter.finish();
    OwnLog changed = m_log;
    changed.position = cutter.position();
    changed.recordNumber = std::max(m_log.recordNumber, m_log.seenNumber) + 1;
    if (const Problem problem = m_context.pages.addPages(changed, pages)) {
        setProblem(problem);
        return false;
    }
    m_log = changed;
    setProblem({});
    countPending();
    return true;
}

void Publisher::stored()
{
    quint64 most = m_storedPages;
    for (const auto &uploader : m_uploaders)
        most = std::max(most, uploader->storedPages());
    if (most > m_storedPages) {
        const Result<PageRange> from = m_context.pages.pageRange(m_log, m_storedPages);
        const Result<PageRange> to = m_context.pages.pageRange(m_log, most - 1);
        m_storedPages = most;
        countPending();
        if (from.ok() && to.ok())
            Q_EMIT entryStatesChanged(from.value().first, to.value().last(), Entry::State::Stored);
    }
    advance();
}

void Publisher::sign()
{
    if (m_storedPages < m_log.position.nextPage || m_log.position.nextPage == 0)
        return;
    const bool isNew = !m_record || m_record->number < m_log.recordNumber;
    const qint64 now = m_context.clock().toMSecsSinceEpoch();
    const qint64 refresh = std::chrono::milliseconds(m_context.timing.refresh).count();
    const bool isOld = m_record && std::abs(now - m_record->signedAt.value_or(0)) > refresh;
    if (!isNew && !isOld)
        return;
    const QByteArray bytes = signNameRecord(draft(), m_keys);
    const Result<NameRecord> signedRecord = parseNameRecord(bytes, m_keys.publicKey);
    if (!signedRecord.ok())
        return setProblem(signedRecord.problem());
    OwnLog changed = m_log;
    changed.record = bytes;
    changed.highestValidity = signedRecord.value().validity.toText();
    // Before its first put: after a crash the same bytes are put again.
    if (save(changed))
        return;
    m_record = signedRecord.value();
    m_recordLast = m_log.position.nextSequence - 1;
}

NameRecordDraft Publisher::draft() const
{
    NameRecordDraft draft;
    draft.address = m_log.position.tail;
    draft.number = m_log.recordNumber;
    const QDateTime now = m_context.clock();
    draft.signedAt = now.toMSecsSinceEpoch();
    draft.validity = Validity::fromDateTime(
        now.addMSecs(std::chrono::milliseconds(m_context.timing.validity).count()));
    if (const std::optional<Validity> highest = Validity::fromText(m_log.highestValidity)) {
        const Validity after{highest->seconds + 1, highest->nanoseconds};
        draft.validity = std::max(draft.validity, after);
    }
    const int limit = m_context.helpers.embedLimit();
    QList<QByteArray> newest;
    qint64 bytes = 0;
    for (quint64 number = m_log.position.nextPage; number > 0 && bytes < limit; --number) {
        const Result<PageRange> range = m_context.pages.pageRange(m_log, number - 1);
        if (!range.ok() || bytes + qint64(range.value().size) > limit)
            break;
        const Result<QByteArray> block = m_context.pages.block(m_log, range.value().address);
        if (!block.ok() || block.value().isNull())
            break;
        newest.append(block.value());
        bytes += block.value().size();
    }
    draft.embedded = embeddableBlocks(newest, limit);
    return draft;
}

void Publisher::put()
{
    if (!m_isResolved || !m_record || m_recordLast == 0)
        return;
    for (const auto &putter : m_putters)
        putter->put(*m_record);
}

void Publisher::served(const NameRecord &record)
{
    if (!m_record || record.number != m_record->number)
        return advance(); // a newer one is on its way
    if (record.number == m_head.recordNumber()) {
        m_head = headOf(record, m_recordLast, false);
        return setProblem({}); // another system, or a fresh signature: no new head
    }
    const quint64 before = m_log.publishedSequence;
    OwnLog changed = m_log;
    changed.publishedNumber = record.number;
    changed.publishedSequence = m_recordLast;
    if (save(changed))
        return;
    m_head = headOf(record, m_recordLast, false);
    Q_EMIT published();
    setProblem({});
    if (m_recordLast > before)
        Q_EMIT entryStatesChanged(before + 1, m_recordLast, Entry::State::Published);
    advance();
}

void Publisher::conflict(const QString &detail)
{
    if (!m_log.isConflict) {
        OwnLog changed = m_log;
        changed.isConflict = true;
        save(changed);
        m_log.isConflict = true;
    }
    setProblem(Problem(Problem::Kind::Conflict, detail));
    Q_EMIT appendableChanged();
}

void Publisher::setProblem(const Problem &problem)
{
    if (m_log.isConflict && problem.kind() != Problem::Kind::Conflict)
        return;
    m_problem = problem;
    if (problem)
        qCInfo(engineLog) << "own log" << problem;
    Q_EMIT statusChanged();
}

Problem Publisher::save(const OwnLog &changed)
{
    const Problem problem = m_context.outbox.saveLog(changed);
    if (problem)
        setProblem(problem);
    else
        m_log = changed;
    return problem;
}

void Publisher::countPending()
{
    const Result<PendingTotals> uncut = m_context.outbox.pendingTotals(m_log);
    const Result<PendingTotals> unstored = m_context.pages.totalsFrom(m_log, m_storedPages);
    if (uncut.ok())
        m_uncut = uncut.value();
    if (unstored.ok())
        m_unstored = unstored.value();
}

} // namespace RemoteLog
