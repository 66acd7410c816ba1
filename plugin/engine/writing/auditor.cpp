// SPDX-License-Identifier: MIT
#include "auditor.h"

#include "helpers/call.h"

#include <algorithm>
#include <utility>

namespace RemoteLog {

namespace {

constexpr int BatchBlocks = 64;
constexpr qint64 BatchBytes = 8 * 1024 * 1024;

} // namespace

Auditor::Auditor(const OwnLog &log, const PublisherContext &context,
                 const Reply<Result<Audit>> &reply, QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_context(context)
    , m_replies{reply}
{
    for (Helper *helper : m_context.helpers.writable(Helper::Role::Store)) {
        const Result<Placement> placement =
            m_context.pages.placement(m_log, m_context.database.helperId(helper->url().toString()));
        if (!placement.ok()) {
            finish(placement.problem());
            return;
        }
        const Result<int> blocks = m_context.pages.blockCount(m_log, placement.value().pages);
        if (!blocks.ok()) {
            finish(blocks.problem());
            return;
        }
        m_stores.append({helper, placement.value().pages, blocks.value()});
        m_blocks += blocks.value();
    }
    nextStore();
}

void Auditor::nextStore()
{
    report();
    if (m_stores.isEmpty())
        return finish({});
    m_store = m_stores.takeFirst();
    m_page = 0;
    m_ordinal = 0;
    m_doneHere = 0;
    nextBatch();
}

void Auditor::nextBatch()
{
    if (!isUsable(Helper::Direction::Read))
        return giveUpStore();
    if (m_page >= m_store.pages)
        return nextStore();
    const Result<QList<OwnBlock>> found =
        m_context.pages.blocks(m_log, m_page, m_ordinal, BatchBlocks, BatchBytes);
    if (!found.ok())
        return finish(found.problem());
    QList<OwnBlock> batch = found.value();
    while (!batch.isEmpty() && batch.constLast().page >= m_store.pages)
        batch.removeLast();
    if (batch.isEmpty())
        return nextStore();
    const OwnBlock &last = batch.constLast();
    m_page = last.isPage ? last.page + 1 : last.page;
    m_ordinal = last.isPage ? 0 : last.ordinal + 1;
    QList<QByteArray> addresses;
    for (const OwnBlock &block : std::as_const(batch))
        addresses.append(block.block.address());
    const Helper::Call call = m_store.helper->begin(Helper::Role::Store, Helper::Direction::Read);
    whenAnswered<Result<QList<bool>>>(
        m_store.helper->store()->exists(addresses), this, m_context.timing.callLimit,
        [this, batch, call](const Result<QList<bool>> &answer) {
            Problem problem = answer.problem();
            if (answer.ok() && answer.value().size() != batch.size())
                problem =
                    Problem(Problem::Kind::WillRetry, QStringLiteral("an answer is incomplete"));
            tellHelper(call, problem);
            if (problem)
                giveUpStore();
            else
                judge(batch, answer.value());
        });
}

bool Auditor::isUsable(Helper::Direction direction) const
{
    return m_store.helper && m_store.helper->isUsable(Helper::Role::Store, direction);
}

void Auditor::tellHelper(const Helper::Call &call, const Problem &problem)
{
    if (m_store.helper && problem)
        m_store.helper->failed(call, problem);
    else if (m_store.helper)
        m_store.helper->succeeded(call);
}

void Auditor::judge(const QList<OwnBlock> &batch, const QList<bool> &answer)
{
    m_doneHere += int(batch.size());
    m_checked += int(batch.size());
    QList<OwnBlock> missing;
    for (qsizetype i = 0; i < batch.size(); ++i) {
        if (!answer.at(i))
            missing.append(batch.at(i));
    }
    m_missing += int(missing.size());
    report();
    if (missing.isEmpty())
        nextBatch();
    else
        restore(missing);
}

void Auditor::restore(const QList<OwnBlock> &missing)
{
    if (!isUsable(Helper::Direction::Write)) {
        m_failed += int(missing.size());
        return giveUpStore();
    }
    QList<Block> blocks;
    qint64 bytes = 0;
    for (const OwnBlock &block : missing) {
        blocks.append(block.block);
        bytes += block.block.bytes().size();
    }
    Upload upload;
    upload.setBlocks(blocks);
    // The head is put as one again: a store that pins it must know that everything below is there
    // now.
    if (missing.constLast().block.address() == m_log.position.tail) {
        upload.setHead(m_log.position.tail);
        upload.setCompletesTree(true);
    }
    const Helper::Call call = m_store.helper->begin(Helper::Role::Store, Helper::Direction::Write);
    whenAnswered<Problem>(m_store.helper->store()->put(upload), this,
                          m_context.timing.limitFor(bytes),
                          [this, call, count = int(missing.size())](const Problem &problem) {
                              tellHelper(call, problem);
                              (problem ? m_failed : m_restored) += count;
                              if (problem)
                                  giveUpStore();
                              else
                                  nextBatch();
                          });
}

void Auditor::giveUpStore()
{
    m_failed += m_store.blocks - m_doneHere;
    nextStore();
}

void Auditor::report()
{
    for (const auto &reply : std::as_const(m_replies))
        reply.setProgress(std::min(m_blocks, m_checked + m_failed), m_blocks);
}

void Auditor::finish(const Problem &problem)
{
    Audit audit;
    audit.setBlocks(m_blocks);
    audit.setChecked(m_checked);
    audit.setMissing(m_missing);
    audit.setRestored(m_restored);
    audit.setFailed(m_failed);
    for (const auto &reply : std::exchange(m_replies, {}))
        reply.answer(problem ? Result<Audit>(problem) : Result<Audit>(audit));
    deleteLater();
}

} // namespace RemoteLog
