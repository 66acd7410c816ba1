// SPDX-License-Identifier: MIT
#include "nameresolver.h"

#include "interface/multibase.h"

#include <algorithm>

namespace RemoteLog {

NameResolver::NameResolver(const QByteArray &publicKey, Expired expired, HelperSet &helpers,
                           const TimeSource &clock, QObject *parent)
    : QObject(parent)
    , m_publicKey(publicKey)
    , m_name(Multibase::nameFromPublicKey(publicKey))
    , m_expired(expired)
    , m_helpers(helpers)
    , m_clock(clock)
{
}

NameResolver::~NameResolver()
{
    for (const Asked &asked : m_asked) {
        if (asked.lane)
            asked.lane->forget(this);
    }
}

// A writer believes only whom the host named: a link's helper must not answer for his log.
QList<Helper *> NameResolver::systems() const
{
    return m_expired == Expired::AtOnce ? m_helpers.writable(Helper::Role::System)
                                        : m_helpers.helpers(Helper::Role::System, parent());
}

// ---- Ask

void NameResolver::resolve(const Place &place)
{
    if (!isResolving()) {
        m_answers = 0;
        m_best.reset();
        m_bestExpired.reset();
        Q_EMIT started();
    }
    for (Helper *helper : systems()) {
        const Missed *before = missed(helper);
        want(helper, before ? std::min(place, before->place) : place);
    }
    if (!isResolving())
        finish();
}

void NameResolver::resolveMissed(const Place &place, bool asksFailing)
{
    for (Helper *helper : systems()) {
        const Missed *before = missed(helper);
        if (before && (before->failures <= 1 || asksFailing))
            want(helper, std::min(place, before->place));
    }
}

NameResolver::Missed *NameResolver::missed(const Helper *helper)
{
    std::erase_if(m_missed, [](const Missed &each) { return !each.helper; });
    const auto found = std::find_if(m_missed.begin(), m_missed.end(),
                                    [helper](const Missed &each) { return each.helper == helper; });
    return found != m_missed.end() ? &*found : nullptr;
}

void NameResolver::want(Helper *helper, const Place &place)
{
    if (!helper->isUsable(Helper::Role::System, Helper::Direction::Read))
        return miss(helper, place, 0);
    const auto asked =
        std::find_if(m_asked.begin(), m_asked.end(),
                     [lane = helper->names()](const Asked &each) { return each.lane == lane; });
    if (asked == m_asked.end())
        ask(helper, place);
    else if (asked->lane->hurry(this, place))
        asked->place = std::min(asked->place, place);
    else // one that hangs keeps nobody from asking the others
        asked->again = std::min(asked->again.value_or(place), place);
}

void NameResolver::miss(Helper *helper, const Place &place, int failures)
{
    if (Missed *known = missed(helper))
        known->place = std::min(known->place, place);
    else
        m_missed.push_back({helper, place, failures});
}

void NameResolver::ask(Helper *helper, const Place &place)
{
    const Missed *before = missed(helper);
    const int failures = before ? before->failures : 0;
    std::erase_if(m_missed, [helper](const Missed &each) { return each.helper == helper; });
    NameLane *lane = helper->names();
    // Queued: it dies in the middle of other people's work.
    const QMetaObject::Connection gone =
        connect(lane, &QObject::destroyed, this, &NameResolver::laneGone, Qt::QueuedConnection);
    m_asked.push_back({lane, gone, place, failures, {}});
    const NameLane::Question question{
        m_name, this, place,
        [this, helper, lane](const NameLane::Answer *answer) { hear(helper, lane, answer); }};
    if (m_expired == Expired::AtOnce)
        lane->askAtOnce(question);
    else
        lane->ask(question);
}

// ---- Hear

void NameResolver::hear(Helper *helper, NameLane *lane, const NameLane::Answer *answer)
{
    if (answer && answer->ok()) {
        ++m_answers;
        judge(helper, answer->value());
        Q_EMIT answered();
    }
    const auto asked = std::find_if(m_asked.begin(), m_asked.end(),
                                    [lane](const Asked &each) { return each.lane == lane; });
    const Asked done = *asked;
    m_asked.erase(asked);
    disconnect(done.gone);
    // Who was turned away keeps his place. Who was asked had his turn, however urgent it was: a
    // name whose questions fail must not always come first. A refusal is an answer: when the name
    // is to be asked for again, that is time enough.
    if (!answer)
        miss(helper, done.place, done.failures);
    else if (!answer->ok() && answer->problem().kind() != Problem::Kind::Rejected)
        miss(helper, Place(), done.failures + 1);
    if (done.again)
        want(helper, *done.again);
    if (!isResolving())
        finish();
}

void NameResolver::laneGone()
{
    const auto gone = std::erase_if(m_asked, [](const Asked &each) { return !each.lane; });
    if (gone > 0 && !isResolving())
        finish();
}

void NameResolver::judge(Helper *system, const QList<QByteArray> &records)
{
    QList<NameRecord> valid;
    for (const QByteArray &bytes :
         records.first(std::min<qsizetype>(records.size(), MaxNameRecords))) {
        const Result<NameRecord> parsed = parseNameRecord(bytes, m_publicKey);
        if (parsed.ok())
            valid.append(parsed.value());
        else
            Q_EMIT rejected(
                Problem(parsed.problem().kind(), parsed.problem().detail(), system->url()));
    }
    // The best first, whatever order a name system gives them: that decides at first contact.
    std::sort(valid.begin(), valid.end(), [](const NameRecord &a, const NameRecord &b) {
        return compareNameRecords(a, b) > 0;
    });
    for (const NameRecord &record : std::as_const(valid)) {
        const bool expired = m_expired == Expired::LastResort && isExpired(record, m_clock());
        std::optional<NameRecord> &best = expired ? m_bestExpired : m_best;
        // An equal number with another value is no better, but its owner must see it: that is a
        // conflict.
        const bool isNews =
            !best || compareNameRecords(record, *best) > 0 || areInConflict(record, *best);
        if (!best || compareNameRecords(record, *best) > 0)
            best = record;
        if (isNews && !expired)
            Q_EMIT found(record, false);
    }
    Q_EMIT heard(system, valid.isEmpty() ? nullptr : &valid.constFirst());
}

void NameResolver::finish()
{
    if (m_bestExpired && (!m_best || m_bestExpired->number > m_best->number))
        Q_EMIT found(*m_bestExpired, true);
    Q_EMIT finished(m_answers);
}

} // namespace RemoteLog
