// SPDX-License-Identifier: MIT
#include "follower.h"

#include "heads.h"
#include "logging.h"

#include "log/link.h"

#include <QRandomGenerator>

namespace RemoteLog {

namespace {

// What may wait in the inbox for the host before no more is fetched.
constexpr qint64 MaxWaitingBytes = 32 * 1024 * 1024;

} // namespace

Follower::Follower(const FollowedLog &log, const FollowerContext &context, QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_context(context)
    , m_resolver(publicKeyOf(log.link), NameResolver::Expired::LastResort, context.helpers,
                 context.timing, context.clock, this)
    , m_reader(publicKeyOf(log.link), readKeyOf(log.link), context.maxPayload, context.fetcher,
               *this, this)
    , m_delivery(m_log, context.inbox, this)
{
    m_commitTimer.setSingleShot(true);
    m_commitTimer.setInterval(context.timing.commitDelay);
    m_retryTimer.setSingleShot(true);
    connect(&m_commitTimer, &QTimer::timeout, this, &Follower::flush);
    connect(&m_retryTimer, &QTimer::timeout, this, &Follower::goOn);
    connect(&m_resolver, &NameResolver::started, this, [this] {
        m_seenThisRound = 0;
        m_roundProblem = Problem();
    });
    connect(&m_resolver, &NameResolver::found, this, &Follower::found);
    connect(&m_resolver, &NameResolver::answered, this, &Follower::checked);
    connect(&m_resolver, &NameResolver::finished, this, &Follower::resolved);
    connect(&m_resolver, &NameResolver::rejected, this, [this](const Problem &problem) {
        m_roundProblem = graver(m_roundProblem, problem);
        m_nameProblem = m_roundProblem;
        Q_EMIT statusChanged();
    });
    connect(&m_reader, &LogReader::headRead, this, &Follower::headRead);
    connect(&m_reader, &LogReader::stopped, this, &Follower::stopped);
    connect(&m_delivery, &Delivery::entriesReceived, this, [this](const QList<Entry> &entries) {
        m_deliveryProblem = Problem();
        Q_EMIT entriesReceived(entries);
    });
    connect(&m_delivery, &Delivery::failed, this, [this](const Problem &problem) {
        m_deliveryProblem = problem;
        Q_EMIT statusChanged();
    });
    connect(&m_delivery, &Delivery::committed, this, [this] {
        if (!m_commitTimer.isActive())
            m_commitTimer.start();
    });

    m_context.helpers.addHints(this, m_log.link.hints());
    m_reader.setCursor(m_log.cursor, m_log.history, m_log.lastSequence);
    countWaiting();
    if (!m_log.record.isEmpty()) {
        const Result<NameRecord> record = parseNameRecord(m_log.record, publicKeyOf(m_log.link));
        if (record.ok()) {
            m_best = record.value();
            m_isUnread = !m_log.isHeadRead || m_log.cursor < m_log.lastSequence;
            m_head = headOf(*m_best, m_log.lastSequence, isExpired(*m_best, m_context.clock()));
        }
    }
}

Follower::~Follower()
{
    m_context.helpers.removeHints(this);
}

IncomingStatus Follower::status() const
{
    return {m_head, m_log.position, graver(m_deliveryProblem, graver(m_problem, m_nameProblem))};
}

bool Follower::isBusy() const
{
    return m_resolver.isResolving() || m_reader.isReading();
}

Problem Follower::addHints(const QList<QUrl> &hints)
{
    m_context.helpers.addHints(this, hints);
    FollowedLog changed = m_log;
    changed.link = withHints(m_log.link, hints);
    if (changed.link == m_log.link)
        return {};
    const Problem problem = m_context.inbox.saveLog(changed);
    if (!problem)
        m_log = changed;
    return problem;
}

void Follower::helpersChanged()
{
    m_context.helpers.addHints(this, m_log.link.hints());
}

void Follower::check()
{
    m_resolver.resolve();
    goOn();
}

void Follower::goOn()
{
    m_retryTimer.stop();
    if (m_best && m_isUnread && !m_reader.isReading() && !m_best->address.isEmpty()
        && !m_context.helpers.helpers(Helper::Role::Store, this).isEmpty() && hasRoom())
        m_reader.read(*m_best);
    Q_EMIT statusChanged();
}

void Follower::found(const NameRecord &record, bool expired)
{
    m_seenThisRound = std::max(m_seenThisRound, record.number);
    if (m_best && areInConflict(record, *m_best)) {
        m_roundProblem =
            Problem(Problem::Kind::Conflict,
                    QStringLiteral("record %1 exists with two values").arg(record.number));
        m_nameProblem = m_roundProblem;
        Q_EMIT statusChanged();
        return;
    }
    if (record.number < m_log.recordNumber || (m_best && compareNameRecords(record, *m_best) <= 0))
        return;
    if (record.address.isEmpty())
        return setProblem(
            Problem(Problem::Kind::Unsupported,
                    QStringLiteral("record %1 does not name a page").arg(record.number)));
    const bool isNewPage = !m_best || m_best->address != record.address;
    FollowedLog changed = m_log;
    changed.record = record.bytes;
    changed.recordNumber = record.number;
    changed.isHeadRead = changed.isHeadRead && !isNewPage;
    if (const Problem problem = m_context.inbox.saveLog(changed))
        return setProblem(problem);
    m_log = changed;
    m_best = record;
    // At once, before the page is read: that there is news is news.
    m_head = headOf(record, m_log.lastSequence, expired);
    m_isUnread = m_isUnread || isNewPage;
    if (isNewPage)
        m_failures = 0;
    Q_EMIT statusChanged();
    if (m_isUnread)
        m_reader.read(record);
}

void Follower::resolved(int answers)
{
    if (answers == 0)
        return;
    // Freezing is all that a name system can do: say so when none of them shows what was seen
    // already.
    if (!m_roundProblem && m_seenThisRound < m_log.recordNumber)
        m_roundProblem = Problem(Problem::Kind::WillRetry,
                                 QStringLiteral("record %1 was seen before, now only %2 is shown")
                                     .arg(m_log.recordNumber)
                                     .arg(m_seenThisRound));
    m_nameProblem = m_roundProblem;
    Q_EMIT statusChanged();
}

void Follower::headRead(const NameRecord &record, quint64 last, const QList<QByteArray> &helpers)
{
    FollowedLog changed = m_log;
    changed.lastSequence = std::max(changed.lastSequence, last);
    changed.isHeadRead = true;
    if (!m_log.isHeadRead || changed.lastSequence != m_log.lastSequence) {
        if (const Problem problem = m_context.inbox.saveLog(changed))
            return setProblem(problem);
    }
    m_log = changed;
    m_head = headOf(record, last, isExpired(record, m_context.clock()));
    QList<QUrl> hints;
    for (const QByteArray &helper : helpers) {
        const QUrl hint(QString::fromUtf8(helper), QUrl::StrictMode);
        if (isSafeHint(hint))
            hints.append(hint);
    }
    if (const Problem problem = addHints(hints))
        qCInfo(engineLog) << "hints of a page are not kept" << problem;
    Q_EMIT statusChanged();
}

void Follower::stopped(const Problem &problem)
{
    m_isUnread = bool(problem);
    if (problem) {
        const auto longest =
            std::min<qint64>(m_context.timing.retryFirst.count() << std::min(m_failures, 16),
                             m_context.timing.retryMost.count());
        ++m_failures;
        m_retryTimer.start(int(longest / 2 + QRandomGenerator::global()->bounded(longest / 2 + 1)));
    } else {
        m_failures = 0;
    }
    setProblem(problem);
}

void Follower::setProblem(const Problem &problem)
{
    m_problem = problem;
    if (problem)
        qCInfo(engineLog) << "followed log" << m_log.link << problem;
    Q_EMIT statusChanged();
}

void Follower::start()
{
    m_delivery.start();
}

void Follower::commit(quint64 sequence)
{
    m_delivery.commit(sequence);
}

void Follower::flush()
{
    m_commitTimer.stop();
    if (m_delivery.committable() <= m_log.position)
        return;
    FollowedLog changed = m_log;
    changed.position = m_delivery.committable();
    if (const Problem problem = m_context.inbox.commit(changed)) {
        setProblem(problem);
        m_commitTimer.start(m_context.timing.retryFirst);
        return;
    }
    m_log = changed;
    if (m_problem.kind() == Problem::Kind::LocalStorageFull)
        m_problem = Problem();
    const bool wasFull = !hasRoom();
    countWaiting();
    Q_EMIT statusChanged();
    if (wasFull && hasRoom()) {
        if (m_reader.isReading())
            m_reader.proceed();
        else
            goOn();
    }
}

Problem Follower::acceptPages(const QList<VerifiedPage> &pages)
{
    QList<ReceivedPage> received;
    qint64 bytes = 0;
    for (const VerifiedPage &page : pages) {
        received.append({page.first, page.last, page.block});
        bytes += page.block.size();
        // Contents count with their page: before it, the host has nothing to make room by.
        for (quint64 sequence = page.first; sequence <= page.last; ++sequence)
            bytes += qint64(page.page.pair(sequence).size);
    }
    FollowedLog changed = m_log;
    changed.cursor = pages.constLast().last;
    changed.history = pages.constLast().history;
    if (const Problem problem = m_context.inbox.receive(changed, received))
        return problem;
    m_log = changed;
    m_waitingBytes += bytes;
    m_delivery.deliver();
    return {};
}

Problem Follower::acceptContent(quint64 sequence, const QByteArray &address,
                                const QByteArray &block)
{
    return m_context.inbox.receiveContent(m_log, sequence, address, block);
}

Result<QByteArray> Follower::content(const QByteArray &address)
{
    return m_context.inbox.content(m_log, address);
}

void Follower::dropContents()
{
    if (const Problem problem = m_context.inbox.dropContents(m_log))
        qCWarning(engineLog) << "contents could not be dropped" << problem;
}

void Follower::countWaiting()
{
    const Result<qint64> waiting = m_context.inbox.waitingBytes(m_log);
    m_waitingBytes = waiting.ok() && m_log.position < m_log.cursor ? waiting.value() : 0;
}

bool Follower::hasRoom() const
{
    return m_waitingBytes < MaxWaitingBytes;
}

} // namespace RemoteLog
