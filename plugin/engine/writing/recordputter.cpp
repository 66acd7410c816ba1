// SPDX-License-Identifier: MIT
#include "recordputter.h"

#include "helpers/call.h"

#include "interface/multibase.h"

namespace RemoteLog {

RecordPutter::RecordPutter(const QByteArray &publicKey, Helper *helper, const Timing &timing,
                           QObject *parent)
    : QObject(parent)
    , m_publicKey(publicKey)
    , m_name(Multibase::nameFromPublicKey(publicKey))
    , m_helper(helper)
    , m_timing(timing)
{
}

void RecordPutter::put(const NameRecord &record)
{
    m_wanted = record;
    advance();
}

bool RecordPutter::isWanting() const
{
    return m_wanted && m_wanted->signatureAndData != m_served && isUsable();
}

void RecordPutter::advance()
{
    if (m_isBusy || !isWanting())
        return;
    m_isBusy = true;
    m_helper->names()->puts().wait(PutTurns::Of::Writer, this,
                                   [this](const PutTurns::Turn &turn) { putNow(turn); });
}

// What is the newest when its turn has come.
void RecordPutter::putNow(const PutTurns::Turn &turn)
{
    if (!isWanting()) {
        m_isBusy = false;
        Q_EMIT interrupted();
        return;
    }
    // The reading back is part of the writing: whether it worked is known only then.
    const Helper::Call call = m_helper->begin(Helper::Role::System, Helper::Direction::Write);
    const NameRecord record = *m_wanted;
    whenAnswered<Problem>(m_helper->system()->put(m_name, record.bytes), this,
                          m_timing.namePutLimit,
                          [this, record, call, turn](const Problem &problem) {
                              if (problem)
                                  fail(call, problem);
                              else
                                  readBack(record, call);
                          });
}

// The reading back, too, waits for this: a reader's failures are no reason not to know whether a
// record is there.
bool RecordPutter::isUsable() const
{
    return m_helper && m_helper->isUsable(Helper::Role::System, Helper::Direction::Write);
}

void RecordPutter::readBack(const NameRecord &record, const Helper::Call &call)
{
    if (!isUsable()) {
        m_isBusy = false;
        Q_EMIT interrupted();
        return;
    }
    m_helper->names()->askedBeside();
    whenAnswered<Result<QList<QByteArray>>>(
        m_helper->system()->get(m_name, MaxNameRecords * MaxNameRecordSize), this,
        m_timing.nameGetLimit, [this, record, call](const Result<QList<QByteArray>> &answer) {
            if (answer.ok())
                judge(record, call, answer.value());
            else
                fail(call, answer.problem());
        });
}

void RecordPutter::judge(const NameRecord &record, const Helper::Call &call,
                         const QList<QByteArray> &answers)
{
    std::optional<NameRecord> best;
    for (const QByteArray &bytes : answers) {
        const Result<NameRecord> parsed = parseNameRecord(bytes, m_publicKey);
        if (parsed.ok() && (!best || compareNameRecords(parsed.value(), *best) > 0))
            best = parsed.value();
    }
    if (!best
        || (compareNameRecords(*best, record) < 0
            && best->signatureAndData != record.signatureAndData))
        return fail(
            call,
            Problem(Problem::Kind::WillRetry,
                    QStringLiteral("record %1 was taken but is not served").arg(record.number)));
    m_isBusy = false;
    if (m_helper) {
        m_helper->succeeded(call);
        // It was read, too: nobody else may ever ask whether that works again.
        m_helper->succeeded(m_helper->begin(Helper::Role::System, Helper::Direction::Read));
    }
    if (best->number > record.number || areInConflict(*best, record)) {
        m_served = record.signatureAndData; // not put again: it would not win
        Q_EMIT contradicted(*best);
        return advance();
    }
    m_served = record.signatureAndData;
    Q_EMIT served(record);
    advance();
}

void RecordPutter::fail(const Helper::Call &call, const Problem &problem)
{
    m_isBusy = false;
    if (m_helper)
        m_helper->failed(call, problem);
    Q_EMIT interrupted();
}

} // namespace RemoteLog
