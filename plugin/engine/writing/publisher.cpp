// SPDX-License-Identifier: MIT
#include "publisher.h"

#include "auditor.h"
#include "engine/logging.h"
#include "intent.h"
#include "ownentries.h"
#include "patrol.h"
#include "uploader.h"

#include "helpers/gravity.h"
#include "log/link.h"

namespace RemoteLog {

Publisher::Publisher(const OwnLog &log, const LogKeys &keys, const PublisherContext &context,
                     QObject *parent)
    : QObject(parent)
    , m_log(log, context.outbox)
    , m_keys(keys)
    , m_context(context)
    , m_name(m_log, keys, context, this)
    , m_headPublisher(m_log, keys, context, this)
{
    m_cutTimer.setSingleShot(true);
    m_cutTimer.setInterval(context.timing.debounce);
    connect(&m_cutTimer, &QTimer::timeout, this, &Publisher::advance);
    connect(&m_name, &OwnName::changed, this, &Publisher::statusChanged);
    connect(&m_name, &OwnName::contradicted, this, &Publisher::conflict);
    connect(&m_name, &OwnName::settled, this, [this] {
        Q_EMIT appendableChanged();
        advance();
    });
    connect(&m_name, &OwnName::rebuilt, this, [this](const NameRecord &record) {
        countPending();
        m_headPublisher.adopt(record);
    });
    connect(&m_headPublisher, &HeadPublisher::changed, this, &Publisher::statusChanged);
    connect(&m_headPublisher, &HeadPublisher::published, this, &Publisher::published);
    connect(&m_headPublisher, &HeadPublisher::contradicted, &m_name, &OwnName::judge);
    helpersChanged();
    if (m_log->isConflict)
        conflict(QStringLiteral("this log was found to have a second writer"));
}

Publisher::~Publisher() = default;

OutgoingStatus Publisher::status() const
{
    OutgoingStatus status;
    status.isReady = true;
    status.link = m_link;
    status.head = m_headPublisher.head();
    status.pendingCount = m_uncut.count + m_unstored.count;
    status.pendingBytes = m_uncut.bytes + m_unstored.bytes;
    for (const Problem &problem :
         {m_conflict, m_cutProblem, m_name.problem(), m_headPublisher.problem()})
        status.problem = graver(status.problem, problem);
    for (const Store &store : m_stores)
        status.problem = graver(status.problem, store.uploader->problem());
    return status;
}

bool Publisher::isBusy() const
{
    return m_cutTimer.isActive() || m_name.isBusy() || m_headPublisher.isBusy()
           || std::any_of(m_stores.begin(), m_stores.end(),
                          [](const Store &store) { return store.uploader->isBusy(); });
}

// ---- Append

Problem Publisher::appendable() const
{
    if (m_log->isConflict)
        return m_conflict;
    if (!m_name.isWhole())
        return Problem(
            Problem::Kind::WillRetry,
            QStringLiteral("the database was lost: the log's name has to be resolved first"));
    return {};
}

Result<quint64> Publisher::append(const QList<NewEntry> &entries)
{
    const quint64 first = m_log->nextSequence;
    if (quint64(entries.size()) > MaxSequence - first)
        return Problem(Problem::Kind::TooLarge, QStringLiteral("the log is full"));
    OwnLog changed = *m_log;
    changed.nextSequence = first + quint64(entries.size());
    if (const Problem problem = m_context.outbox.append(changed, first, entries))
        return problem;
    m_log.take(changed);
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
    OwnLog before = *m_log;
    before.nextSequence = nextSequence;
    m_log.take(before);
    countPending();
}

Problem Publisher::withdraw(quint64 sequence)
{
    const Result<bool> withdrawn = m_context.outbox.withdraw(*m_log, sequence);
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
        if (sequence == 0 || sequence >= m_log->nextSequence)
            return Problem(Problem::Kind::InvalidArgument,
                           QStringLiteral("there is no entry %1").arg(sequence));
    }
    if (const Problem problem = m_context.outbox.acknowledge(*m_log, sequences))
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
    return OwnEntries(*m_log, m_keys, m_context).read(first, limit, m_storedPages);
}

void Publisher::audit(const Reply<Result<Audit>> &reply)
{
    if (isAuditing())
        return m_auditor->join(reply);
    for (const Store &store : m_stores)
        store.patrol->postpone();
    m_auditor = new Auditor(*m_log, m_context, reply, this);
}

bool Publisher::isAuditing() const
{
    return m_auditor && m_auditor->isRunning();
}

// ---- Publish

void Publisher::helpersChanged()
{
    m_link = makeLink(m_keys, m_context.helpers.urlsForReaders());
    auto stores = std::exchange(m_stores, {});
    for (Helper *helper : m_context.helpers.writable(Helper::Role::Store)) {
        const auto same = std::find_if(stores.begin(), stores.end(), [helper](const Store &store) {
            return store.uploader && store.uploader->helper() == helper;
        });
        m_stores.push_back(same != stores.end() ? std::move(*same) : makeStore(helper));
    }
    m_headPublisher.helpersChanged();
    // A store that is not in the settings any more does not count.
    m_storedPages = storedPages();
    countPending();
    Q_EMIT statusChanged();
}

Publisher::Store Publisher::makeStore(Helper *helper)
{
    Store store;
    store.uploader = std::make_unique<Uploader>(*m_log, helper, m_context, nullptr);
    connect(store.uploader.get(), &Uploader::progressed, this, &Publisher::stored);
    connect(store.uploader.get(), &Uploader::problemChanged, this, &Publisher::statusChanged);
    const auto mayPatrol = [this, uploader = store.uploader.get()] {
        return m_name.isWhole() && !m_log->isConflict && !isAuditing() && !uploader->isBehind();
    };
    store.patrol = std::make_unique<Patrol>(*m_log, helper, m_context, mayPatrol, nullptr);
    return store;
}

void Publisher::advance()
{
    if (m_log->isConflict || m_context.helpers.isPaused())
        return;
    m_name.advance();
    if (m_name.isWhole()) {
        // What is stored is signed before more is cut: a busy writer would never publish otherwise.
        m_headPublisher.advance(m_storedPages, m_name.isSettled());
        cut();
        for (const Store &store : m_stores) {
            store.uploader->advance();
            store.patrol->advance();
        }
    }
    Q_EMIT statusChanged();
}

void Publisher::cut()
{
    if (m_log->position.nextSequence == m_log->nextSequence)
        return;
    // Later entries wait until what was cut is stored: then they share pages.
    const bool canStore = std::any_of(m_stores.begin(), m_stores.end(), [](const Store &store) {
        const Helper *helper = store.uploader->helper();
        return helper && helper->isUsable(Helper::Role::Store, Helper::Direction::Write);
    });
    if (!canStore || m_storedPages < m_log->position.nextPage || m_cutTimer.isActive())
        return;
    const Result<bool> isCut = cutIntent(m_log, m_keys, m_context);
    if (isCut.problem().kind() == Problem::Kind::Conflict)
        return conflict(isCut.problem().detail());
    m_cutProblem = isCut.problem();
    if (isCut.ok())
        countPending();
}

quint64 Publisher::storedPages() const
{
    quint64 most = 0;
    for (const Store &store : m_stores)
        most = std::max(most, store.uploader->storedPages());
    return std::min(most, m_log->position.nextPage);
}

void Publisher::stored()
{
    const quint64 before = m_storedPages;
    m_storedPages = storedPages();
    if (m_storedPages != before)
        countPending();
    if (m_storedPages > before) {
        const Result<PageRange> from = m_context.pages.pageRange(*m_log, before);
        const Result<PageRange> to = m_context.pages.pageRange(*m_log, m_storedPages - 1);
        // A store that begins anew, or a new one, makes no published entry less.
        if (from.ok() && to.ok() && to.value().last() > m_log->publishedSequence)
            Q_EMIT entryStatesChanged(std::max(from.value().first, m_log->publishedSequence + 1),
                                      to.value().last(), Entry::State::Stored);
    }
    advance();
}

void Publisher::published(quint64 first, quint64 last)
{
    Q_EMIT headPublished();
    Q_EMIT statusChanged();
    if (first <= last)
        Q_EMIT entryStatesChanged(first, last, Entry::State::Published);
    advance();
}

void Publisher::conflict(const QString &detail)
{
    if (!m_log->isConflict) {
        OwnLog changed = *m_log;
        changed.isConflict = true;
        // Also if it cannot be written: then it is found again after the next start.
        if (m_log.save(changed))
            m_log.take(changed);
    }
    for (const Store &store : m_stores)
        store.uploader->stop();
    m_headPublisher.stop();
    m_conflict = Problem(Problem::Kind::Conflict, detail);
    qCWarning(engineLog) << "own log" << m_conflict;
    Q_EMIT appendableChanged();
    Q_EMIT statusChanged();
}

void Publisher::countPending()
{
    const Result<PendingTotals> uncut = m_context.outbox.pendingTotals(*m_log);
    const Result<PendingTotals> unstored = m_context.pages.totalsFrom(*m_log, m_storedPages);
    if (uncut.ok())
        m_uncut = uncut.value();
    if (unstored.ok())
        m_unstored = unstored.value();
}

} // namespace RemoteLog
