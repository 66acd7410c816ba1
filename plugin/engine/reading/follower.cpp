// SPDX-License-Identifier: MIT
#include "follower.h"

#include "engine/heads.h"
#include "engine/logging.h"

#include "helpers/gravity.h"
#include "log/link.h"

namespace RemoteLog {

namespace {

// Nothing but another record, another limit, or a person who asks changes these.
bool isForGood(Problem::Kind kind)
{
    return kind == Problem::Kind::TooLarge || kind == Problem::Kind::Conflict
           || kind == Problem::Kind::Unsupported;
}

} // namespace

// ---- Parts

Follower::Follower(const FollowedLog &log, const FollowerContext &context, QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_context(context)
    , m_resolver(publicKeyOf(log.link), NameResolver::Expired::LastResort, context.helpers,
                 context.clock, this)
    , m_keeper(log.link.logName(), context.timing, context.clock, this)
    , m_inbox(m_log, context.inbox, [this] { m_delivery.deliver(); })
    , m_reader(publicKeyOf(log.link), readKeyOf(log.link), context.maxPayload, context.fetcher,
               m_inbox, this)
    , m_retry(context.helpers, context.timing, this)
    , m_stoppedAt(log.cursor)
    , m_delivery(m_log, context.inbox, this)
    , m_mender(publicKeyOf(log.link), readKeyOf(log.link), context.fetcher, m_inbox, this, this)
{
    m_commitTimer.setSingleShot(true);
    connect(&m_commitTimer, &QTimer::timeout, this, &Follower::flush);
    connect(&m_resolver, &NameResolver::started, this, [this] { m_shown.clear(); });
    connect(&m_resolver, &NameResolver::found, this, &Follower::found);
    connect(&m_resolver, &NameResolver::heard, &m_keeper, &RecordKeeper::heard);
    connect(&m_resolver, &NameResolver::answered, this, &Follower::checked);
    connect(&m_resolver, &NameResolver::finished, this, &Follower::resolved);
    connect(&m_resolver, &NameResolver::rejected, this,
            [this](const Problem &problem) { m_heardProblem = graver(m_heardProblem, problem); });
    connect(&m_resolver, &NameResolver::heard, this, &Follower::heard);
    connect(&m_reader, &LogReader::headRead, this, &Follower::headRead);
    connect(&m_reader, &LogReader::stopped, this, &Follower::stopped);
    connect(&m_retry, &ReadRetry::due, this, &Follower::goOn);
    connect(&m_delivery, &Delivery::entriesReceived, this, [this](const QList<Entry> &entries) {
        m_deliveryProblem = Problem();
        Q_EMIT entriesReceived(entries);
    });
    connect(&m_delivery, &Delivery::failed, this,
            [this](const Problem &problem) { tell(m_deliveryProblem, problem); });
    connect(&m_delivery, &Delivery::contentMissing, this, &Follower::mend);
    connect(&m_mender, &ContentReader::finished, this, [this](const Problem &problem) {
        tell(m_deliveryProblem, problem);
        if (problem)
            m_retry.failed(m_mending);
        else
            m_delivery.deliver();
    });
    connect(&m_delivery, &Delivery::committed, this, [this] {
        if (!m_commitTimer.isActive())
            m_commitTimer.start(m_context.timing.commitDelay);
    });

    m_context.helpers.addHints(this, m_log.link.hints());
    m_reader.setCursor(m_log.cursor, m_log.history, m_log.lastSequence);
    if (!m_log.record.isEmpty()) {
        const Result<NameRecord> record = parseNameRecord(m_log.record, publicKeyOf(m_log.link));
        if (record.ok()) {
            m_best = record.value();
            m_keeper.keep(*m_best);
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
    return {m_head, m_log.position,
            graver(graver(m_deliveryProblem, m_saveProblem), graver(m_readProblem, m_nameProblem))};
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
    if (changed.link.hints() == m_log.link.hints())
        return {};
    const Problem problem = m_context.inbox.saveLog(changed);
    if (!problem)
        m_log = changed;
    return problem;
}

void Follower::helpersChanged()
{
    m_context.helpers.addHints(this, m_log.link.hints());
    m_retry.hurry();
}

void Follower::setMaxPayload(qint64 bytes)
{
    m_reader.setMaxPayload(bytes);
    if (m_readProblem.kind() == Problem::Kind::TooLarge)
        m_isBarred = false;
}

void Follower::forgetFailures()
{
    m_isBarred = false;
    m_retry.reset();
}

// ---- Ask

void Follower::check(const Place &place)
{
    m_resolver.resolve(place);
    goOn();
}

void Follower::checkMissed(const Place &place, bool asksFailing)
{
    m_resolver.resolveMissed(place, asksFailing);
}

void Follower::found(const NameRecord &record, bool expired)
{
    if (m_best && areInConflict(record, *m_best)) {
        m_heardProblem =
            graver(m_heardProblem,
                   Problem(Problem::Kind::Conflict,
                           QStringLiteral("record %1 exists with two values").arg(record.number)));
        return;
    }
    if (record.number < m_log.recordNumber || (m_best && compareNameRecords(record, *m_best) <= 0))
        return;
    if (record.address.isEmpty()) {
        m_heardProblem =
            graver(m_heardProblem,
                   Problem(Problem::Kind::Unsupported,
                           QStringLiteral("record %1 does not name a page").arg(record.number)));
        return;
    }
    const bool isNewPage = !m_best || m_best->address != record.address;
    FollowedLog changed = m_log;
    changed.record = record.bytes;
    changed.recordNumber = record.number;
    changed.isHeadRead = changed.isHeadRead && !isNewPage;
    if (save(changed))
        return;
    m_best = record;
    m_keeper.keep(record);
    // At once, before the page is read: that there is news is news.
    m_head = headOf(record, m_log.lastSequence, expired);
    Q_EMIT statusChanged();
    if (isNewPage) {
        Q_EMIT headFound();
        m_isUnread = true;
        forgetFailures();
        if (m_reader.isReading())
            read(record);
    }
    goOn();
}

void Follower::heard(const Helper *system, const NameRecord *record)
{
    const Problem problem = std::exchange(m_heardProblem, {});
    m_shown[system->url()] = {record ? record->number : 0, problem};
    if (problem)
        tell(m_nameProblem, graver(m_nameProblem, problem));
}

void Follower::resolved(int answers)
{
    // Nobody comes to tell of that.
    m_head.setExpired(m_best && isExpired(*m_best, m_context.clock()));
    // It asks no more, also if its failure is no news.
    if (answers == 0)
        return Q_EMIT statusChanged();
    quint64 seen = 0;
    Problem problem = std::exchange(m_heardProblem, {}); // of what was the last resort
    for (const auto &[system, shown] : m_shown) {
        seen = std::max(seen, shown.number);
        problem = graver(problem, shown.problem);
    }
    // Freezing is all that a name system can do: say so when none of them shows what was seen
    // already.
    if (!problem && seen < m_log.recordNumber)
        problem = Problem(Problem::Kind::WillRetry,
                          QStringLiteral("record %1 was seen before, now only %2 is shown")
                              .arg(m_log.recordNumber)
                              .arg(seen));
    tell(m_nameProblem, problem);
}

// ---- Read

void Follower::storeChanged()
{
    m_retry.hurry();
    goOn();
}

void Follower::goOn()
{
    if (m_deliveryProblem)
        m_delivery.deliver();
    if (m_best && m_isUnread && !m_reader.isReading() && !m_isBarred && m_retry.isDue()
        && m_inbox.hasRoom())
        read(*m_best);
    Q_EMIT statusChanged();
}

void Follower::read(const NameRecord &record)
{
    m_reading = m_retry.begin();
    m_reader.read(record);
}

void Follower::headRead(const NameRecord &record, quint64 last, const QList<QByteArray> &helpers)
{
    FollowedLog changed = m_log;
    changed.lastSequence = std::max(changed.lastSequence, last);
    changed.isHeadRead = true;
    if ((!m_log.isHeadRead || changed.lastSequence != m_log.lastSequence) && save(changed))
        return;
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
    m_isBarred = isForGood(problem.kind());
    // What brings entries is no row of failures.
    if (!problem || m_log.cursor > m_stoppedAt)
        m_retry.reset();
    m_stoppedAt = m_log.cursor;
    // Without a network nothing failed, and what failed on the one before says nothing.
    const bool mayBeCut = problem.kind() == Problem::Kind::WillRetry;
    const bool isHeldBack = mayBeCut && m_retry.isHeldBack();
    if (problem && !m_isBarred && !isHeldBack)
        m_retry.failed(m_reading);
    tell(m_readProblem,
         isHeldBack || (mayBeCut && !m_retry.counts(m_reading)) ? Problem() : problem);
}

// ---- Deliver and commit

void Follower::start()
{
    m_delivery.start();
}

void Follower::mend(const Page &page, quint64 sequence)
{
    if (m_mender.isReading())
        return;
    // Also if it has to wait: goOn() asks again for what is told here.
    if (!m_deliveryProblem)
        tell(m_deliveryProblem,
             Problem(Problem::Kind::WillRetry,
                     QStringLiteral("the content of entry %1 is fetched again").arg(sequence)));
    if (!m_retry.isDue())
        return;
    m_mending = m_retry.begin();
    m_mender.read(page, sequence, sequence);
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
    const bool wasFull = !m_inbox.hasRoom();
    const Problem problem = m_inbox.commit(m_delivery.committable());
    tell(m_saveProblem, problem);
    if (problem)
        return m_commitTimer.start(m_context.timing.retryFirst);
    if (m_readProblem.kind() == Problem::Kind::LocalStorageFull)
        m_retry.hurry();
    if (wasFull && m_inbox.hasRoom() && m_reader.isReading())
        m_reader.proceed();
    else
        goOn();
}

// ---- Reported

Problem Follower::save(const FollowedLog &changed)
{
    const Problem problem = m_context.inbox.saveLog(changed);
    if (!problem)
        m_log = changed;
    tell(m_saveProblem, problem);
    return problem;
}

void Follower::tell(Problem &slot, const Problem &problem)
{
    slot = problem;
    if (problem)
        qCInfo(engineLog) << "followed log" << m_log.link << problem;
    Q_EMIT statusChanged();
}

} // namespace RemoteLog
