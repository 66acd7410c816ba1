// SPDX-License-Identifier: MIT
#include "storewalk.h"

#include "helpers/call.h"

#include "log/block.h"

namespace RemoteLog {

namespace {

constexpr int BatchBlocks = 64;
// The last block of an upload may go over it: together never more than the 8 MiB that stores
// expect.
constexpr qint64 MostBytes = 8 * 1024 * 1024 - MaxBlockSize;

} // namespace

StoreWalk::StoreWalk(const OwnLog &log, Helper *helper, const PublisherContext &context,
                     QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_helper(helper)
    , m_context(context)
    , m_limit(this)
{
    m_limit.setSingleShot(true);
}

Problem StoreWalk::begin()
{
    const Result<Placement> reached = placement();
    if (!reached.ok())
        return reached.problem();
    m_page = reached.value().pages;
    m_head = reached.value().head;
    const Result<int> blocks = m_context.pages.blockCount(m_log, m_log.position.nextPage);
    if (blocks.ok())
        m_blocks = blocks.value();
    return blocks.problem();
}

bool StoreWalk::isUsable() const
{
    return m_helper && m_helper->isUsable(Helper::Role::Store, Helper::Direction::Write);
}

Result<Placement> StoreWalk::placement() const
{
    return m_context.pages.placement(m_log,
                                     m_context.database.helperId(m_helper->url().toString()));
}

// ---- Ask

void StoreWalk::step()
{
    m_isStepping = true;
    if (!isUsable())
        return fail({});
    const Result<QList<OwnAddress>> batch =
        m_context.pages.addressesBefore(m_log, m_page, m_ordinal, BatchBlocks);
    if (!batch.ok())
        finish(batch.problem());
    else if (!batch.value().isEmpty())
        ask(batch.value());
    else if (m_lacksHead)
        restoreHead();
    else
        finish({});
}

void StoreWalk::ask(const QList<OwnAddress> &batch)
{
    m_next = batch.constFirst();
    QList<QByteArray> addresses;
    for (const OwnAddress &block : batch)
        addresses.append(block.address);
    const Helper::Call call = m_helper->begin(Helper::Role::Store, Helper::Direction::Write);
    await<Result<QList<bool>>>(call, m_helper->store()->exists(addresses),
                               m_context.timing.limitForExists(addresses.size()),
                               [this, batch, call](const Result<QList<bool>> &answer) {
                                   Problem problem = answer.problem();
                                   if (answer.ok() && answer.value().size() != batch.size())
                                       problem = Problem(Problem::Kind::WillRetry,
                                                         QStringLiteral("an answer is incomplete"));
                                   heard(call, problem);
                                   if (problem)
                                       fail(problem);
                                   else
                                       judge(batch, answer.value());
                               });
}

void StoreWalk::judge(const QList<OwnAddress> &batch, const QList<bool> &answer)
{
    m_checked += int(batch.size());
    m_missing += int(answer.count(false));
    m_lacking.clear();
    for (qsizetype i = 0; i < batch.size(); ++i) {
        if (batch.at(i).address == m_head)
            m_lacksHead = !answer.at(i);
        else if (!answer.at(i))
            m_lacking.append(batch.at(i).address);
    }
    restore();
}

// ---- Put back

void StoreWalk::restore()
{
    if (m_lacking.isEmpty()) {
        m_page = m_next.page;
        m_ordinal = m_next.ordinal;
        m_isStepping = false;
        Q_EMIT stepped();
        return;
    }
    if (!isUsable())
        return fail({});
    QList<Block> blocks;
    qint64 size = 0;
    while (!m_lacking.isEmpty() && size < MostBytes) {
        const QByteArray address = m_lacking.takeFirst();
        const Result<QByteArray> bytes = m_context.pages.block(m_log, address);
        if (!bytes.ok())
            return finish(bytes.problem());
        size += bytes.value().size();
        blocks.append(Block(address, bytes.value()));
    }
    Upload upload;
    upload.setBlocks(blocks);
    put(upload, false);
}

// A store that pins takes a head only when it has all below it, so that comes last. What is put
// back below a head that is there is held by its pin.
void StoreWalk::restoreHead()
{
    const Result<QByteArray> bytes = m_context.pages.block(m_log, m_head);
    const Result<Placement> reached = placement();
    if (!bytes.ok() || !reached.ok())
        return finish(bytes.ok() ? reached.problem() : bytes.problem());
    Upload upload;
    upload.setBlocks({Block(m_head, bytes.value())});
    // It may have been given a newer one since, and must not fall back.
    if (reached.value().head == m_head) {
        upload.setHead(m_head);
        upload.setCompletesTree(true);
    }
    put(upload, true);
}

void StoreWalk::put(const Upload &upload, bool isHead)
{
    qint64 size = 0;
    for (const Block &block : upload.blocks())
        size += block.bytes().size();
    const Helper::Call call = m_helper->begin(Helper::Role::Store, Helper::Direction::Write);
    await<Problem>(
        call, m_helper->store()->put(upload), m_context.timing.limitFor(size),
        [this, call, isHead, count = int(upload.blocks().size())](const Problem &problem) {
            heard(call, problem);
            if (problem)
                return fail(problem);
            m_restored += count;
            m_lacksHead = m_lacksHead && !isHead;
            restore();
        });
}

// ---- Hear

template <class T>
void StoreWalk::await(const Helper::Call &call, const QFuture<T> &future,
                      std::chrono::milliseconds limit, std::function<void(const T &)> handler)
{
    m_isOpen = true;
    m_limit.disconnect();
    connect(&m_limit, &QTimer::timeout, this, [this, call, limit] {
        heard(call, noAnswerWithin(limit));
        fail(noAnswerWithin(limit));
    });
    m_limit.start(limit);
    onAnswer<T>(future, this, [this, handler = std::move(handler)](const T &answer) {
        m_isOpen = false;
        const bool isLate = !m_limit.isActive();
        m_limit.stop();
        if (!isLate)
            handler(answer);
    });
}

void StoreWalk::heard(const Helper::Call &call, const Problem &problem)
{
    if (m_helper && problem)
        m_helper->failed(call, problem);
    else if (m_helper)
        m_helper->succeeded(call);
}

void StoreWalk::fail(const Problem &problem)
{
    m_isStepping = false;
    Q_EMIT failed(problem);
}

void StoreWalk::finish(const Problem &problem)
{
    m_isStepping = false;
    Q_EMIT finished(problem);
}

} // namespace RemoteLog
