// SPDX-License-Identifier: MIT
#include "ownname.h"

#include "logrebuilder.h"

namespace RemoteLog {

OwnName::OwnName(SavedLog &log, const LogKeys &keys, const PublisherContext &context,
                 QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_keys(keys)
    , m_context(context)
    , m_resolver(keys.publicKey, NameResolver::Expired::AtOnce, context.helpers, context.clock,
                 this)
{
    connect(&m_resolver, &NameResolver::found, this, &OwnName::judge);
    connect(&m_resolver, &NameResolver::answered, this, &OwnName::answered);
    connect(&m_resolver, &NameResolver::finished, this, &OwnName::finished);
    // A rebuild that was cut short goes on even if the name systems have forgotten the record.
    if (log->mustResolve && !log->record.isEmpty()) {
        const Result<NameRecord> record = parseNameRecord(log->record, keys.publicKey);
        if (record.ok())
            m_lost = record.value();
    }
}

OwnName::~OwnName() = default;

bool OwnName::isWhole() const
{
    return !m_log->mustResolve;
}

bool OwnName::isBusy() const
{
    return m_rebuilder || m_resolver.isResolving();
}

// ---- Ask

void OwnName::advance()
{
    if (m_isSettled || m_rebuilder || m_log->isConflict)
        return;
    const QList<Helper *> systems = m_context.helpers.writable(Helper::Role::System);
    const bool canAsk = std::any_of(systems.begin(), systems.end(), [](const Helper *helper) {
        return helper->isUsable(Helper::Role::System, Helper::Direction::Read);
    });
    if (!canAsk || m_resolver.isResolving())
        return;
    m_problem = Problem();
    m_resolver.resolve();
}

void OwnName::judge(const NameRecord &record)
{
    if (m_log->isConflict)
        return;
    note(record); // a full disk is no reason not to look
    // Nothing of our own yet, or only what an earlier rebuild brought back before it was cut short.
    if (m_log->nextSequence == 1 || m_log->mustResolve)
        return keepOpen(record);
    // Numbers alone prove nothing: entries are cut and signed before the name is resolved, and a
    // restored backup counts on from where it was. A record of ours names a page of ours.
    const Result<std::optional<OwnPage>> page = m_context.pages.pageAt(*m_log, record.address);
    const bool isForeign = page.ok() && !page.value();
    if (record.number < m_log->recordNumber && !isForeign)
        return;
    const Result<NameRecord> ours = parseNameRecord(m_log->record, m_keys.publicKey);
    if (ours.ok() && ours.value().number == record.number && ours.value().value == record.value)
        return;
    Q_EMIT contradicted(QStringLiteral("record %1 of this log is not ours, which is %2")
                            .arg(record.number)
                            .arg(m_log->recordNumber));
}

// What was seen counts for the next number and validity, whatever comes of it.
void OwnName::note(const NameRecord &record)
{
    OwnLog changed = *m_log;
    changed.seenNumber = std::max(changed.seenNumber, record.number);
    const std::optional<Validity> highest = Validity::fromText(changed.highestValidity);
    if (!highest || *highest < record.validity)
        changed.highestValidity = record.validity.toText();
    if (changed.seenNumber == m_log->seenNumber
        && changed.highestValidity == m_log->highestValidity)
        return;
    if (const Problem problem = m_log.save(changed))
        m_problem = problem;
}

// A better record may follow from another system: all of them are heard before the log is whole.
void OwnName::keepOpen(const NameRecord &record)
{
    if (m_lost && compareNameRecords(record, *m_lost) <= 0)
        return;
    // Appends wait, also after a restart, until all of it is back.
    OwnLog open = *m_log;
    open.mustResolve = true;
    open.record = record.bytes;
    m_problem = m_log.save(open);
    if (m_problem)
        return;
    m_lost = record;
    m_isSettled = false;
    if (m_rebuilder)
        m_rebuilder->read(record);
    Q_EMIT changed();
}

void OwnName::answered()
{
    // One answer suffices, found or not, where nothing was lost: waiting for a system that hangs
    // would make it a point of failure.
    if (isWhole() && !m_problem)
        settle();
}

void OwnName::finished(int answers)
{
    if (m_isSettled || m_log->isConflict || m_rebuilder)
        return;
    if (m_lost)
        return rebuild();
    if (answers == 0 || isWhole())
        return Q_EMIT changed(); // it asks no more
    OwnLog changed = *m_log;
    changed.mustResolve = false;
    m_problem = m_log.save(changed);
    if (!m_problem)
        settle();
}

void OwnName::settle()
{
    if (m_isSettled || m_log->isConflict)
        return;
    m_isSettled = true;
    m_problem = Problem();
    Q_EMIT settled();
}

// ---- Read back

void OwnName::rebuild()
{
    m_rebuilder = std::make_unique<LogRebuilder>(*m_log, m_keys, *m_lost, m_context, nullptr);
    connect(m_rebuilder.get(), &LogRebuilder::advanced, this, [this](OwnLog log) {
        // What was seen meanwhile is known here only.
        log.seenNumber = m_log->seenNumber;
        log.highestValidity = m_log->highestValidity;
        m_log.take(log);
    });
    connect(m_rebuilder.get(), &LogRebuilder::waiting, this, [this](const Problem &problem) {
        m_problem = problem;
        Q_EMIT changed();
    });
    connect(m_rebuilder.get(), &LogRebuilder::finished, this, &OwnName::rebuilderFinished);
    Q_EMIT changed();
    m_rebuilder->start();
}

void OwnName::rebuilderFinished(const Problem &problem)
{
    // The rebuilder is what calls us.
    m_rebuilder.release()->deleteLater();
    if (problem) {
        Q_EMIT contradicted(problem.detail());
        return;
    }
    const NameRecord record = *std::exchange(m_lost, std::nullopt);
    m_problem = m_log.save(*m_log); // with what was seen meanwhile
    Q_EMIT rebuilt(record);
    settle();
}

} // namespace RemoteLog
