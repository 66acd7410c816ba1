// SPDX-License-Identifier: MIT
#pragma once

#include "helperset.h"

#include <QCache>
#include <QHash>

namespace RemoteLog {

// Gets single blocks from whatever content store has them. The first store is asked; when it fails,
// lies, lacks the block or is slow, the next one. Only bytes that hash to the address come out.
class BlockFetcher : public QObject
{
    Q_OBJECT

public:
    using Handler = std::function<void(const Result<QByteArray> &)>;

    BlockFetcher(HelperSet &helpers, const Timing &timing, QObject *parent);

    // `handler` is called once, never before this returns, and not any more after `context` died.
    // Tampered if a store gave wrong bytes and none the right ones, WillRetry otherwise.
    void fetch(const QByteArray &address, bool wholeTree, QObject *context, Handler handler);

private:
    struct Job;
    void next(const std::shared_ptr<Job> &job);
    void judge(const std::shared_ptr<Job> &job, Helper *helper, const Helper::Call &call,
               const QUrl &url, const Result<QList<Block>> &answer);
    void finish(const std::shared_ptr<Job> &job, const Result<QByteArray> &result);

    HelperSet &m_helpers;
    Timing m_timing;
    QCache<QByteArray, QByteArray>
        m_extra; // blocks that came with others, by address; cost in bytes
};

} // namespace RemoteLog
