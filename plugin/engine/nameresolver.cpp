// SPDX-License-Identifier: MIT
#include "nameresolver.h"

#include "call.h"

#include "interface/multibase.h"

#include <algorithm>

namespace RemoteLog {

namespace {

// A name system returns at most 8 records; more bytes than that are not wanted from anyone.
constexpr qint64 AnswerLimit = MaxNameRecords * MaxNameRecordSize;

} // namespace

NameResolver::NameResolver(const QByteArray &publicKey, Expired expired, HelperSet &helpers,
                           const Timing &timing, const TimeSource &clock, QObject *parent)
    : QObject(parent)
    , m_publicKey(publicKey)
    , m_name(Multibase::nameFromPublicKey(publicKey))
    , m_expired(expired)
    , m_helpers(helpers)
    , m_timing(timing)
    , m_clock(clock)
{
}

void NameResolver::resolve()
{
    if (!isResolving()) {
        m_answers = 0;
        m_best.reset();
        m_bestExpired.reset();
        Q_EMIT started();
    }
    // A writer believes only whom the host named: a link's helper must not answer for his log.
    const QList<Helper *> systems = m_expired == Expired::AtOnce
                                        ? m_helpers.writable(Helper::Role::System)
                                        : m_helpers.helpers(Helper::Role::System, parent());
    for (Helper *helper : systems) {
        if (!helper->isUsable(Helper::Role::System, Helper::Direction::Read))
            continue;
        // One that hangs keeps nobody from asking the others.
        const auto asked = m_asked.find(helper);
        if (asked != m_asked.end())
            asked.value() = true;
        else
            ask(helper);
    }
    if (!isResolving())
        finish();
}

void NameResolver::ask(Helper *helper)
{
    m_asked.insert(helper, false);
    const QPointer<Helper> asked(helper);
    const Helper::Call call = helper->begin(Helper::Role::System, Helper::Direction::Read);
    whenAnswered<Result<QList<QByteArray>>>(
        helper->system()->get(m_name, AnswerLimit), this, m_timing.callLimit,
        [this, asked, helper, call, url = helper->url()](const Result<QList<QByteArray>> &answer) {
            if (answer.ok()) {
                ++m_answers;
                if (asked)
                    asked->succeeded(call);
                judge(asked, url, answer.value());
                Q_EMIT answered();
            } else if (asked) {
                asked->failed(call, answer.problem());
            }
            const bool isWantedAgain = m_asked.take(helper);
            if (isWantedAgain && asked
                && asked->isUsable(Helper::Role::System, Helper::Direction::Read))
                ask(asked);
            else if (!isResolving())
                finish();
        });
}

void NameResolver::judge(const QPointer<Helper> &system, const QUrl &url,
                         const QList<QByteArray> &records)
{
    QList<NameRecord> valid;
    for (const QByteArray &bytes :
         records.first(std::min<qsizetype>(records.size(), MaxNameRecords))) {
        const Result<NameRecord> parsed = parseNameRecord(bytes, m_publicKey);
        if (parsed.ok())
            valid.append(parsed.value());
        else
            Q_EMIT rejected(Problem(parsed.problem().kind(), parsed.problem().detail(), url));
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
    if (system)
        Q_EMIT heard(system, valid.isEmpty() ? nullptr : &valid.constFirst());
}

void NameResolver::finish()
{
    if (m_bestExpired && (!m_best || m_bestExpired->number > m_best->number))
        Q_EMIT found(*m_bestExpired, true);
    Q_EMIT finished(m_answers);
}

} // namespace RemoteLog
