// SPDX-License-Identifier: MIT
#include "blockfetcher.h"

#include "log/address.h"
#include "log/block.h"

#include <QPointer>

namespace RemoteLog {

namespace {

constexpr qint64 UnknownSize = 16 * 1024;

Problem notThere(const QByteArray &address)
{
    return Problem(Problem::Kind::WillRetry,
                   QStringLiteral("no content store has block %1 now").arg(addressToText(address)));
}

} // namespace

struct BlockFetcher::Job
{
    Wanted wanted;
    QPointer<QObject> context;
    Handler handler;
    QList<QPointer<Helper>> waiting; // not asked yet
    int open = 0; // asked, not answered
    Problem problem; // the gravest so far
    bool isDone = false;

    bool isWanted() const { return !isDone && context; }
};

BlockFetcher::BlockFetcher(HelperSet &helpers, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_helpers(helpers)
    , m_timing(timing)
{
}

void BlockFetcher::fetch(const Wanted &wanted, QObject *context, Handler handler)
{
    const auto job = std::make_shared<Job>();
    job->wanted = wanted;
    job->context = context;
    job->handler = std::move(handler);
    if (!wanted.extrasOf)
        job->wanted.extrasOf = context;
    const QByteArray here = m_extras.take(job->wanted.extrasOf, wanted.address);
    if (!here.isNull()) {
        QTimer::singleShot(0, this, [this, job, here] { finish(job, here); });
        return;
    }
    for (Helper *helper : m_helpers.helpers(Helper::Role::Store, wanted.hintsOf)) {
        if (helper->isUsable(Helper::Role::Store, Helper::Direction::Read))
            job->waiting.append(helper);
        // What rests after a failure is not asked; its problem says why nothing could be.
        else if (!helper->isHeldBack())
            job->problem = helper->problem(Helper::Role::Store, Helper::Direction::Read);
    }
    if (!job->waiting.isEmpty()) {
        job->problem = Problem();
        return next(job);
    }
    if (!job->problem)
        job->problem =
            Problem(Problem::Kind::WillRetry, QStringLiteral("no content store can be asked now"));
    QTimer::singleShot(0, this, [this, job] { finish(job, job->problem); });
}

void BlockFetcher::giveBack(const QObject *extrasOf, const QByteArray &address,
                            const QByteArray &block)
{
    m_extras.keep(extrasOf, address, block);
}

void BlockFetcher::dropExtras(const QObject *extrasOf)
{
    m_extras.drop(extrasOf);
}

void BlockFetcher::next(const std::shared_ptr<Job> &job)
{
    if (!job->isWanted())
        return;
    Helper *helper = takeBest(*job);
    if (!helper) {
        if (job->open == 0)
            finish(job, job->problem ? job->problem : notThere(job->wanted.address));
        return;
    }
    StoreLane::Question question;
    question.address = job->wanted.address;
    question.wholeTree = job->wanted.wholeTree && job->open == 0 && m_extras.hasRoom();
    if (question.wholeTree)
        m_extras.expectFor(job->wanted.extrasOf);
    ++job->open;
    question.size =
        job->wanted.size > 0 ? std::min<qint64>(job->wanted.size, MaxBlockSize) : UnknownSize;
    question.asker = job->context;
    question.isWanted = [job] { return job->isWanted(); };
    question.isOverdue = [this, job] { next(job); };
    question.answer = [this, job, asked = QPointer<Helper>(helper),
                       url = helper->url()](const Result<QList<Block>> &answer) {
        --job->open;
        judge(job, asked, url, answer);
    };
    laneOf(helper)->ask(question);
}

Helper *BlockFetcher::takeBest(Job &job)
{
    // In their order, but for these: one that lies may be right about another block, and a slow one
    // may be the only one that has it.
    const auto rank = [this](Helper *helper) {
        return 2 * int(helper->hasLied()) + int(laneOf(helper)->isSlow());
    };
    job.waiting.removeIf([](const QPointer<Helper> &helper) {
        return !helper || !helper->isUsable(Helper::Role::Store, Helper::Direction::Read);
    });
    const auto best = std::min_element(job.waiting.begin(), job.waiting.end(),
                                       [&rank](Helper *a, Helper *b) { return rank(a) < rank(b); });
    if (best == job.waiting.end())
        return nullptr;
    Helper *helper = *best;
    job.waiting.erase(best);
    return helper;
}

StoreLane *BlockFetcher::laneOf(Helper *helper)
{
    StoreLane *&lane = m_lanes[helper];
    if (!lane) {
        lane = new StoreLane(helper, m_timing, this);
        connect(helper, &QObject::destroyed, this, [this](const QObject *gone) {
            const auto found = m_lanes.find(gone);
            found->second->close();
            m_lanes.erase(found);
        });
    }
    return lane;
}

void BlockFetcher::judge(const std::shared_ptr<Job> &job, Helper *helper, const QUrl &url,
                         const Result<QList<Block>> &answer)
{
    // What comes too late for the block may still come in time for the rest.
    if (!job->context || (job->isDone && !job->wanted.wholeTree))
        return;
    const QByteArray wanted = answer.ok() ? sortOut(*job, answer.value()) : QByteArray();
    if (job->isDone)
        return;
    if (!wanted.isNull())
        return finish(job, wanted);
    if (!answer.ok()) {
        if (job->problem.kind() != Problem::Kind::Tampered)
            job->problem = Problem(answer.problem().kind(), answer.problem().detail(), url);
        return next(job);
    }
    if (!answer.value().isEmpty()) {
        job->problem = Problem(Problem::Kind::Tampered,
                               QStringLiteral("block %1 came with other bytes")
                                   .arg(addressToText(job->wanted.address)),
                               url);
        if (helper)
            helper->lied(job->problem);
    }
    next(job);
}

// The block that was wanted; null if it is not there: then nothing of the answer is kept.
QByteArray BlockFetcher::sortOut(const Job &job, const QList<Block> &blocks)
{
    QByteArray wanted;
    QList<Block> others;
    qint64 bytes = 0;
    for (const Block &block : blocks) {
        // A store may say more than it was asked for, for ever.
        bytes += block.bytes().size();
        if (bytes > StoreLane::MaxTreeBytes || others.size() > ExtraBlocks::MaxBlocks)
            break;
        if (block.bytes().size() > MaxBlockSize)
            continue;
        // The address is computed, never believed.
        const QByteArray address = blockAddress(block.bytes());
        if (address == job.wanted.address)
            wanted = block.bytes();
        else if (job.wanted.wholeTree)
            others.append(Block(address, block.bytes()));
        if (!wanted.isNull() && !job.wanted.wholeTree)
            break;
    }
    if (wanted.isNull())
        return {};
    for (const Block &other : std::as_const(others))
        m_extras.keep(job.wanted.extrasOf, other.address(), other.bytes());
    return wanted;
}

void BlockFetcher::finish(const std::shared_ptr<Job> &job, const Result<QByteArray> &result)
{
    if (job->isDone)
        return;
    job->isDone = true;
    const Handler handler = std::exchange(job->handler, nullptr);
    if (job->context)
        handler(result);
}

} // namespace RemoteLog
