// SPDX-License-Identifier: MIT
#include "blockfetcher.h"

#include "call.h"

#include "log/address.h"
#include "log/block.h"

#include <QPointer>

namespace RemoteLog {

namespace {

constexpr int ExtraBytes = 16 * 1024 * 1024;

// The timer may be what is running when its job ends.
struct DeleteLater
{
    void operator()(QObject *object) const { object->deleteLater(); }
};

} // namespace

struct BlockFetcher::Job
{
    QByteArray address;
    bool wholeTree = false;
    QPointer<QObject> context;
    Handler handler;
    QList<QPointer<Helper>> waiting; // not asked yet
    int open = 0; // asked, not answered
    Problem problem; // the gravest so far
    QPointer<Helper> asked; // the last one
    std::unique_ptr<QTimer, DeleteLater> hedge;
    bool isDone = false;
};

BlockFetcher::BlockFetcher(HelperSet &helpers, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_helpers(helpers)
    , m_timing(timing)
    , m_extra(ExtraBytes)
{
}

void BlockFetcher::fetch(const QByteArray &address, bool wholeTree, QObject *context,
                         Handler handler)
{
    const auto job = std::make_shared<Job>();
    job->address = address;
    job->wholeTree = wholeTree;
    job->context = context;
    job->handler = std::move(handler);
    if (const std::unique_ptr<QByteArray> extra(m_extra.take(address)); extra) {
        QTimer::singleShot(0, this, [this, job, bytes = *extra] { finish(job, bytes); });
        return;
    }
    const QList<Helper *> stores = m_helpers.helpers(Helper::Role::Store);
    for (Helper *helper : stores) {
        if (helper->isUsable(Helper::Role::Store, Helper::Direction::Read))
            job->waiting.append(helper);
    }
    // What rests after a failure is not asked; its problem says why nothing could be.
    for (Helper *helper : stores) {
        if (!helper->isHeldBack() && helper->isResting(Helper::Role::Store, Helper::Direction::Read)
            && job->waiting.isEmpty())
            job->problem = helper->problem(Helper::Role::Store, Helper::Direction::Read);
    }
    if (job->waiting.isEmpty()) {
        QTimer::singleShot(0, this, [this, job] {
            finish(job, job->problem
                            ? job->problem
                            : Problem(Problem::Kind::WillRetry,
                                      QStringLiteral("no content store can be asked now")));
        });
        return;
    }
    job->hedge = decltype(job->hedge)(new QTimer);
    job->hedge->setInterval(m_timing.hedge);
    connect(job->hedge.get(), &QTimer::timeout, this, [this, weak = std::weak_ptr<Job>(job)] {
        if (const auto alive = weak.lock())
            next(alive);
    });
    next(job);
}

void BlockFetcher::next(const std::shared_ptr<Job> &job)
{
    if (job->isDone)
        return;
    while (!job->waiting.isEmpty()) {
        const QPointer<Helper> helper = job->waiting.takeFirst();
        if (!helper)
            continue;
        ++job->open;
        job->asked = helper;
        job->hedge->start();
        Fetch fetch(job->address, job->wholeTree ? ExtraBytes : MaxBlockSize);
        fetch.setWholeTree(job->wholeTree);
        whenAnswered<Result<QList<Block>>>(
            helper->store()->get(fetch), this, m_timing.callLimit,
            [this, job, helper, call = helper->begin(Helper::Role::Store, Helper::Direction::Read),
             url = helper->url()](const Result<QList<Block>> &answer) {
                --job->open;
                judge(job, helper, call, url, answer);
            });
        return;
    }
    job->hedge->stop();
    if (job->open == 0) {
        finish(job, job->problem ? job->problem
                                 : Problem(Problem::Kind::WillRetry,
                                           QStringLiteral("no content store has block %1 now")
                                               .arg(addressToText(job->address))));
    }
}

void BlockFetcher::judge(const std::shared_ptr<Job> &job, Helper *helper, const Helper::Call &call,
                         const QUrl &url, const Result<QList<Block>> &answer)
{
    if (!answer.ok()) {
        if (helper)
            helper->failed(call, answer.problem());
        if (job->problem.kind() != Problem::Kind::Tampered)
            job->problem = Problem(answer.problem().kind(), answer.problem().detail(), url);
        next(job);
        return;
    }
    QByteArray wanted;
    bool lied = false;
    for (const Block &block : answer.value()) {
        // The address is computed, never believed.
        const QByteArray address =
            block.bytes().size() <= MaxBlockSize ? blockAddress(block.bytes()) : QByteArray();
        if (address == job->address)
            wanted = block.bytes();
        else if (!job->wholeTree || address != block.address())
            lied = true;
        else
            m_extra.insert(address, new QByteArray(block.bytes()), int(block.bytes().size()));
    }
    if (!wanted.isNull()) {
        if (helper)
            helper->succeeded(call);
        finish(job, wanted);
        return;
    }
    if (lied) {
        // Not a reason to let the whole store rest: one damaged file is no dead helper.
        job->problem = Problem(
            Problem::Kind::Tampered,
            QStringLiteral("block %1 came with other bytes").arg(addressToText(job->address)), url);
        if (helper)
            helper->lied(job->problem);
    } else if (helper) {
        helper->succeeded(call);
    }
    next(job);
}

void BlockFetcher::finish(const std::shared_ptr<Job> &job, const Result<QByteArray> &result)
{
    if (job->isDone)
        return;
    job->isDone = true;
    if (job->hedge)
        job->hedge->stop();
    const Handler handler = std::exchange(job->handler, nullptr);
    if (job->context)
        handler(result);
}

} // namespace RemoteLog
