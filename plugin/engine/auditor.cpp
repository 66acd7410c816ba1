// SPDX-License-Identifier: MIT
#include "auditor.h"

#include "call.h"

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
    , m_reply(reply)
{
    const Result<int> count = m_context.pages.blockCount(m_log);
    if (!count.ok()) {
        finish(count.problem());
        return;
    }
    m_blocksEach = count.value();
    for (Helper *helper : m_context.helpers.writable(Helper::Role::Store))
        m_stores.append(helper);
    m_blocks = m_blocksEach * int(m_stores.size());
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
    if (!m_store || m_store->isHeldBack()) {
        m_failed += m_blocksEach - m_doneHere;
        return nextStore();
    }
    const Result<QList<OwnBlock>> batch =
        m_context.pages.blocks(m_log, m_page, m_ordinal, BatchBlocks, BatchBytes);
    if (!batch.ok())
        return finish(batch.problem());
    if (batch.value().isEmpty() || m_page >= m_log.position.nextPage)
        return nextStore();
    const OwnBlock &last = batch.value().constLast();
    m_page = last.isPage ? last.page + 1 : last.page;
    m_ordinal = last.isPage ? 0 : last.ordinal + 1;
    QList<QByteArray> addresses;
    for (const OwnBlock &block : batch.value())
        addresses.append(block.block.address());
    whenAnswered<Result<QList<bool>>>(
        m_store->store()->exists(addresses), this, m_context.timing.callLimit,
        [this, blocks = batch.value()](const Result<QList<bool>> &answer) {
            judge(blocks, answer);
        });
}

void Auditor::judge(const QList<OwnBlock> &batch, const Result<QList<bool>> &answer)
{
    m_doneHere += int(batch.size());
    if (!answer.ok() || answer.value().size() != batch.size()) {
        m_failed += int(batch.size());
        report();
        return nextBatch();
    }
    m_checked += int(batch.size());
    QList<OwnBlock> missing;
    for (qsizetype i = 0; i < batch.size(); ++i) {
        if (!answer.value().at(i))
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
    if (!m_store) {
        m_failed += int(missing.size());
        return nextBatch();
    }
    QList<Block> blocks;
    for (const OwnBlock &block : missing)
        blocks.append(block.block);
    Upload upload;
    upload.setBlocks(blocks);
    // The head is put as one again: a store that pins it must know that everything below is there
    // now.
    if (missing.constLast().block.address() == m_log.position.tail) {
        upload.setHead(m_log.position.tail);
        upload.setCompletesTree(m_failed == 0);
    }
    whenAnswered<Problem>(m_store->store()->put(upload), this, m_context.timing.callLimit,
                          [this, count = int(missing.size())](const Problem &problem) {
                              (problem ? m_failed : m_restored) += count;
                              nextBatch();
                          });
}

void Auditor::report()
{
    m_reply.setProgress(std::min(m_blocks, m_checked + m_failed), m_blocks);
}

void Auditor::finish(const Problem &problem)
{
    if (problem) {
        m_reply.answer(problem);
    } else {
        Audit audit;
        audit.setBlocks(m_blocks);
        audit.setChecked(m_checked);
        audit.setMissing(m_missing);
        audit.setRestored(m_restored);
        audit.setFailed(m_failed);
        m_reply.answer(audit);
    }
    deleteLater();
}

} // namespace RemoteLog
