// SPDX-License-Identifier: MIT
#pragma once

#include "helperset.h"
#include "storelane.h"

#include <map>

namespace RemoteLog {

// Gets single blocks from whatever content store has them. The first store is asked; when it fails,
// lies, lacks the block or is silent, the next one; those that lied or were slow go last. Only
// bytes that hash to the address come out. How much is under way at a store is limited over all who
// ask.
class BlockFetcher : public QObject
{
    Q_OBJECT

public:
    struct Wanted
    {
        QByteArray address;
        const QObject *hintsOf = nullptr; // as for HelperSet::helpers()
        qint64 size = 0; // expected, in bytes; 0: unknown
    };
    using Handler = std::function<void(const Result<QByteArray> &)>;

    BlockFetcher(HelperSet &helpers, const Timing &timing, QObject *parent);

    // `handler` is called once, never before this returns, and not any more after `context` died.
    // Tampered if a store gave wrong bytes and none the right ones, WillRetry otherwise. Contexts
    // take turns at each store.
    void fetch(const Wanted &wanted, QObject *context, Handler handler);

private:
    struct Job;
    void next(const std::shared_ptr<Job> &job);
    Helper *takeBest(Job &job);
    StoreLane *laneOf(Helper *helper);
    void judge(const std::shared_ptr<Job> &job, Helper *helper, const QUrl &url,
               const Result<QList<Block>> &answer);
    void finish(const std::shared_ptr<Job> &job, const Result<QByteArray> &result);

    HelperSet &m_helpers;
    Timing m_timing;
    std::map<const QObject *, StoreLane *> m_lanes; // by their helper
};

} // namespace RemoteLog
