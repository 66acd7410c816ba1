// SPDX-License-Identifier: MIT
#include "storewalk.h"

#include "helpers/call.h"

#include "log/block.h"

#include <algorithm>

namespace RemoteLog {

namespace {

constexpr int BatchBlocks = 64;
// The last block of a batch may go over it: together never more than the 8 MiB that stores expect.
constexpr qint64 BatchBytes = 8 * 1024 * 1024 - MaxBlockSize;

} // namespace

StoreWalk::StoreWalk(const OwnLog &log, Helper *helper, const PublisherContext &context,
                     QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_helper(helper)
    , m_context(context)
{
}

Problem StoreWalk::begin()
{
    const Result<Placement> placement =
        m_context.pages.placement(m_log, m_context.database.helperId(m_helper->url().toString()));
    if (!placement.ok())
        return placement.problem();
    m_placement = placement.value();
    const Result<int> blocks = m_context.pages.blockCount(m_log, m_placement.pages);
    if (blocks.ok())
        m_blocks = blocks.value();
    return blocks.problem();
}

bool StoreWalk::isUsable(Helper::Direction direction) const
{
    return m_helper && m_helper->isUsable(Helper::Role::Store, direction);
}

// ---- Ask

void StoreWalk::step()
{
    m_isStepping = true;
    if (!isUsable(Helper::Direction::Read))
        return fail();
    const Result<QList<OwnBlock>> found = nextBatch();
    if (!found.ok() || found.value().isEmpty()) {
        m_isStepping = false;
        Q_EMIT finished(found.problem());
        return;
    }
    QList<QByteArray> addresses;
    for (const OwnBlock &block : found.value())
        addresses.append(block.block.address());
    const Helper::Call call = m_helper->begin(Helper::Role::Store, Helper::Direction::Read);
    whenAnswered<Result<QList<bool>>>(
        m_helper->store()->exists(addresses), this, m_context.timing.callLimit,
        [this, batch = found.value(), call](const Result<QList<bool>> &answer) {
            Problem problem = answer.problem();
            if (answer.ok() && answer.value().size() != batch.size())
                problem =
                    Problem(Problem::Kind::WillRetry, QStringLiteral("an answer is incomplete"));
            tellHelper(call, problem);
            if (problem)
                fail();
            else
                judge(batch, answer.value());
        });
}

Result<QList<OwnBlock>> StoreWalk::nextBatch()
{
    if (m_page >= m_placement.pages)
        return QList<OwnBlock>();
    const Result<QList<OwnBlock>> found =
        m_context.pages.blocks(m_log, m_page, m_ordinal, BatchBlocks, BatchBytes);
    if (!found.ok())
        return found;
    QList<OwnBlock> batch = found.value();
    while (!batch.isEmpty() && batch.constLast().page >= m_placement.pages)
        batch.removeLast();
    // A head that is put back is the last of its upload.
    const auto head = std::find_if(batch.begin(), batch.end(), [this](const OwnBlock &block) {
        return block.block.address() == m_placement.head;
    });
    if (head != batch.end())
        batch.erase(std::next(head), batch.end());
    return batch;
}

void StoreWalk::tellHelper(const Helper::Call &call, const Problem &problem)
{
    if (m_helper && problem)
        m_helper->failed(call, problem);
    else if (m_helper)
        m_helper->succeeded(call);
}

void StoreWalk::judge(const QList<OwnBlock> &batch, const QList<bool> &answer)
{
    QList<OwnBlock> missing;
    for (qsizetype i = 0; i < batch.size(); ++i) {
        if (!answer.at(i))
            missing.append(batch.at(i));
    }
    m_checked += int(batch.size());
    m_missing += int(missing.size());
    if (missing.isEmpty())
        passed(batch);
    else
        restore(batch, missing);
}

// ---- Put back

void StoreWalk::restore(const QList<OwnBlock> &batch, const QList<OwnBlock> &missing)
{
    if (!isUsable(Helper::Direction::Write))
        return fail();
    QList<Block> blocks;
    qint64 bytes = 0;
    for (const OwnBlock &block : missing) {
        blocks.append(block.block);
        bytes += block.block.bytes().size();
    }
    Upload upload;
    upload.setBlocks(blocks);
    // Of a store that pins, the pin of a head went with the head. All below it was looked for
    // before. A pin whose head is there still holds what is put back below it.
    if (blocks.constLast().address() == m_placement.head) {
        upload.setHead(m_placement.head);
        upload.setCompletesTree(true);
    }
    const Helper::Call call = m_helper->begin(Helper::Role::Store, Helper::Direction::Write);
    whenAnswered<Problem>(m_helper->store()->put(upload), this, m_context.timing.limitFor(bytes),
                          [this, batch, call, count = int(missing.size())](const Problem &problem) {
                              tellHelper(call, problem);
                              if (problem)
                                  return fail();
                              m_restored += count;
                              passed(batch);
                          });
}

void StoreWalk::passed(const QList<OwnBlock> &batch)
{
    const OwnBlock &last = batch.constLast();
    m_page = last.isPage ? last.page + 1 : last.page;
    m_ordinal = last.isPage ? 0 : last.ordinal + 1;
    m_isStepping = false;
    Q_EMIT stepped();
}

void StoreWalk::fail()
{
    m_isStepping = false;
    Q_EMIT failed();
}

} // namespace RemoteLog
