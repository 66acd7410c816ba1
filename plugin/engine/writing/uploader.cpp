// SPDX-License-Identifier: MIT
#include "uploader.h"

#include "helpers/call.h"

#include "log/address.h"
#include "log/block.h"

#include <algorithm>

namespace RemoteLog {

namespace {

constexpr int BatchBlocks = 256;
// A store may look for one after the other.
constexpr int QuestionBlocks = 64;
// The last block of a batch may go over it: together never more than the 8 MiB that stores expect.
constexpr qint64 MostBytes = 8 * 1024 * 1024 - MaxBlockSize;
// Small enough that a larger block is alone.
constexpr qint64 LeastBytes = 16 * 1024;
// Calls of a store that answers nothing, and is left holding them.
constexpr int MostGivenUp = 4;
// Heads that are refused although all that was asked for is there: then something else is missing.
constexpr int MostRefusedHeads = 3;

} // namespace

Uploader::Uploader(const OwnLog &log, Helper *helper, const PublisherContext &context,
                   QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_helper(helper)
    , m_context(context)
    , m_helperId(context.database.helperId(helper->url().toString()))
    , m_batchBytes(MostBytes)
    , m_limit(this)
{
    m_limit.setSingleShot(true);
    const Result<Placement> placement = m_context.pages.placement(m_log, m_helperId);
    if (placement.ok())
        m_placement = placement.value();
    m_placement.pages = std::min(m_placement.pages, m_log.position.nextPage);
    if (m_placement.pages > 0) {
        const Result<PageRange> last = m_context.pages.pageRange(m_log, m_placement.pages - 1);
        if (last.ok())
            m_last = last.value().address;
    }
}

void Uploader::advance()
{
    if (m_isOpen || m_isStopped || !m_helper
        || !m_helper->isUsable(Helper::Role::Store, Helper::Direction::Write)
        || m_placement.pages >= m_log.position.nextPage)
        return;
    if (m_mustCheck && !m_last.isEmpty())
        check();
    else
        goOn();
}

// ---- Is it the store that it was?

void Uploader::check()
{
    QList<QByteArray> addresses{m_last};
    if (!m_placement.head.isEmpty() && m_placement.head != m_last)
        addresses.append(m_placement.head);
    ask(addresses, [this](const QList<bool> &answer) { checked(answer); });
}

void Uploader::ask(const QList<QByteArray> &addresses,
                   std::function<void(const QList<bool> &)> answered)
{
    const Helper::Call call = m_helper->begin(Helper::Role::Store, Helper::Direction::Write);
    const auto heard = [this, call, count = addresses.size(),
                        answered = std::move(answered)](const Result<QList<bool>> &answer) {
        endWait();
        if (!m_helper)
            return;
        if (answer.ok() && answer.value().size() == count)
            return answered(answer.value());
        m_helper->failed(call, answer.ok() ? Problem(Problem::Kind::WillRetry,
                                                     QStringLiteral("an answer is incomplete"))
                                           : answer.problem());
        Q_EMIT progressed();
    };
    wait(call, m_context.timing.limitForExists(addresses.size()), heard);
    m_answer = onAnswer<Result<QList<bool>>>(m_helper->store()->exists(addresses), this, heard);
}

void Uploader::checked(const QList<bool> &answer)
{
    m_mustCheck = false;
    // A store that pins takes no head while a block below it is missing: that must not last for
    // ever.
    const bool isLost = answer.contains(false);
    if (isLost || m_refusedHeads >= MostRefusedHeads) {
        startOver(isLost ? QByteArray() : m_placement.head);
        Q_EMIT progressed(); // backwards
    }
    advance();
}

void Uploader::startOver(const QByteArray &head)
{
    m_isRefilling = true;
    m_refusedHeads = 0;
    m_ordinal = 0;
    m_last.clear();
    save({0, head});
}

// ---- Put

void Uploader::goOn()
{
    const Result<QList<OwnBlock>> blocks =
        m_context.pages.blocks(m_log, m_placement.pages, m_ordinal,
                               m_isRefilling ? QuestionBlocks : BatchBlocks, m_batchBytes);
    if (!blocks.ok() || blocks.value().isEmpty()) {
        setProblem(blocks.ok()
                       ? Problem(Problem::Kind::LocalDataCorrupt,
                                 QStringLiteral("page %1 has no blocks").arg(m_placement.pages))
                       : blocks.problem());
        return;
    }
    if (m_isRefilling)
        return look(blocks.value());
    QList<Block> content;
    for (const OwnBlock &block : blocks.value())
        content.append(block.block);
    put(blocks.value(), content);
}

// Asking costs little, a long log that comes twice does not.
void Uploader::look(const QList<OwnBlock> &blocks)
{
    QList<QByteArray> addresses;
    for (const OwnBlock &block : blocks)
        addresses.append(block.block.address());
    ask(addresses, [this, blocks](const QList<bool> &answer) { looked(blocks, answer); });
}

void Uploader::looked(const QList<OwnBlock> &blocks, const QList<bool> &answer)
{
    if (m_isStopped || !m_helper->isUsable(Helper::Role::Store, Helper::Direction::Write)) {
        Q_EMIT progressed(); // nothing is under way any more
        return;
    }
    QList<Block> content;
    for (qsizetype i = 0; i < blocks.size(); ++i) {
        if (!answer.at(i))
            content.append(blocks.at(i).block);
    }
    put(blocks, content);
}

// `content`: what the store lacks of `blocks`.
void Uploader::put(const QList<OwnBlock> &blocks, const QList<Block> &content)
{
    const OwnBlock &last = blocks.constLast();
    Batch batch;
    batch.call = m_helper->begin(Helper::Role::Store, Helper::Direction::Write);
    batch.page = last.page;
    batch.ordinal = last.ordinal;
    batch.endsPage = last.isPage;
    batch.last = last.block.address();
    Upload upload;
    upload.setBlocks(content);
    upload.setPreviousHead(m_placement.head);
    if (last.isPage && last.page + 1 == m_log.position.nextPage) {
        batch.head = batch.last;
        upload.setHead(batch.head);
        upload.setCompletesTree(true);
        if (content.isEmpty() || content.constLast().address() != batch.head)
            upload.setBlocks(content + QList<Block>{last.block});
    }
    if (upload.blocks().isEmpty())
        return reached(batch);
    for (const Block &block : upload.blocks())
        batch.bytes += block.bytes().size();
    wait(batch.call, m_context.timing.limitFor(batch.bytes),
         [this, batch](const Problem &silence) { uploaded(batch, silence); });
    m_answer =
        onAnswer<Problem>(m_helper->store()->put(upload), this,
                          [this, batch](const Problem &problem) { uploaded(batch, problem); });
}

void Uploader::uploaded(const Batch &batch, const Problem &problem)
{
    const bool wasOverdue = endWait();
    if (problem || wasOverdue)
        m_batchBytes = std::max(m_batchBytes / 2, LeastBytes);
    else
        m_batchBytes = std::min(m_batchBytes * 2, MostBytes);
    if (!m_helper)
        return;
    if (problem) {
        // Goes on when the helper says that it may be used again.
        m_mustCheck = true;
        // Filled anew already, it refuses for another reason.
        if (!batch.head.isEmpty() && !m_isRefilling && problem.kind() == Problem::Kind::WillRetry)
            ++m_refusedHeads;
        m_helper->failed(batch.call, problem);
        Q_EMIT progressed();
        return;
    }
    m_helper->succeeded(batch.call);
    m_mustCheck = false;
    if (!batch.head.isEmpty()) {
        m_isRefilling = false;
        m_refusedHeads = 0;
    }
    reached(batch);
}

void Uploader::reached(const Batch &batch)
{
    m_last = batch.last;
    m_ordinal = batch.endsPage ? 0 : batch.ordinal + 1;
    Placement reached = m_placement;
    reached.pages = batch.endsPage ? batch.page + 1 : batch.page;
    if (!batch.head.isEmpty())
        reached.head = batch.head;
    if (reached != m_placement)
        save(reached);
    Q_EMIT progressed();
    advance();
}

void Uploader::save(const Placement &placement)
{
    m_placement = placement;
    // If that fails, at worst the blocks are put once more after a restart.
    setProblem(m_context.pages.setPlacement(m_log, m_helperId, placement));
}

void Uploader::setProblem(const Problem &problem)
{
    if (m_problem == problem)
        return;
    m_problem = problem;
    Q_EMIT problemChanged();
}

// ---- Wait

void Uploader::wait(const Helper::Call &call, std::chrono::milliseconds limit,
                    std::function<void(const Problem &)> giveUp)
{
    m_isOpen = true;
    m_limit.disconnect();
    connect(&m_limit, &QTimer::timeout, this,
            [this, call, giveUp = std::move(giveUp)] { overdue(call, giveUp); });
    m_limit.start(limit);
}

// True if it had become too long.
bool Uploader::endWait()
{
    m_isOpen = false;
    m_limit.stop();
    return std::exchange(m_overdue, 0) > 0;
}

void Uploader::overdue(const Helper::Call &call, const std::function<void(const Problem &)> &giveUp)
{
    if (!m_helper)
        return;
    // Another call beside it would only take the line from this one, or pile up behind a disk that
    // hangs. What still comes counts; what does not is ended, and tried again: a put with less.
    const Problem silence = noAnswerWithin(m_limit.intervalAsDuration());
    switch (++m_overdue) {
    case 1:
        m_limit.start();
        m_helper->failed(call, silence);
        Q_EMIT progressed();
        return;
    case 2:
        m_limit.start();
        m_helper->abort(Helper::Role::Store);
        return;
    default:
        // A store that does not even end what is aborted holds what it was given: not for ever
        // more.
        if (m_givenUp == MostGivenUp)
            return;
        ++m_givenUp;
        delete m_answer;
        giveUp(silence);
    }
}

} // namespace RemoteLog
