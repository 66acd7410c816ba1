// SPDX-License-Identifier: MIT
#pragma once

#include "extrablocks.h"
#include "helperset.h"
#include "storelane.h"

#include <map>

namespace RemoteLog {

// Gets single blocks from whatever content store has them. The first store is asked; when it fails,
// lies, lacks the block or is silent, the next one; those that lied or were slow go last. Only
// bytes that hash to the address come out. How much is under way at a store is limited over all who
// ask.
//
// Where a whole tree is wanted, one store at a time is asked for it, and a rival of one that is
// silent only for the block itself: that is cheap, and lets the asker go on, while the tree may
// still be on its way. Whatever comes beside the block wanted is kept for the asker's next fetches;
// where there is no room for it, the block alone is asked for.
class BlockFetcher : public QObject
{
    Q_OBJECT

public:
    struct Wanted
    {
        QByteArray address;
        const QObject *hintsOf = nullptr; // as for HelperSet::helpers()
        qint64 size = 0; // expected, in bytes; 0: unknown
        bool wholeTree = false; // what is below it is welcome in the same answer
        const QObject *extrasOf = nullptr; // who shares what comes so; null: the context
    };
    using Handler = std::function<void(const Result<QByteArray> &)>;

    BlockFetcher(HelperSet &helpers, const Timing &timing, QObject *parent);

    // `handler` is called once, never before this returns, and not any more after `context` died.
    // Tampered if a store gave wrong bytes and none the right ones, WillRetry otherwise. Contexts
    // take turns at each store.
    void fetch(const Wanted &wanted, QObject *context, Handler handler);

    // A block that was fetched comes back until its turn, as if it had come with a tree: while
    // `extrasOf`, who asked for one, is not done, and if there is room.
    void giveBack(const QObject *extrasOf, const QByteArray &address, const QByteArray &block);
    // He is done: whatever came for him goes, and what is still to come with trees.
    void dropExtras(const QObject *extrasOf);
    const ExtraBlocks &extras() const { return m_extras; }

private:
    struct Job;
    void next(const std::shared_ptr<Job> &job);
    Helper *takeBest(Job &job);
    StoreLane *laneOf(Helper *helper);
    void judge(const std::shared_ptr<Job> &job, Helper *helper, const QUrl &url,
               const Result<QList<Block>> &answer);
    QByteArray sortOut(const Job &job, const QList<Block> &blocks);
    void finish(const std::shared_ptr<Job> &job, const Result<QByteArray> &result);

    HelperSet &m_helpers;
    Timing m_timing;
    ExtraBlocks m_extras;
    std::map<const QObject *, StoreLane *> m_lanes; // by their helper
};

} // namespace RemoteLog
