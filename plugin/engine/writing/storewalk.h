// SPDX-License-Identifier: MIT
#pragma once

#include "publishercontext.h"

#include <QPointer>

namespace RemoteLog {

// Looks for every block of one own log that one content store is said to hold, in the order in
// which it was filled, and puts back what it lacks. How fast is its owner's: he asks for each
// batch, and decides whether to go on after a failure, which leaves the walk where it was.
//
// A store that says of a block that it has it is believed: that it lies would show only by reading
// all of it, and readers, who do read it, notice.
class StoreWalk : public QObject
{
    Q_OBJECT

public:
    StoreWalk(const OwnLog &log, Helper *helper, const PublisherContext &context, QObject *parent);

    // First: finds out how far the store is.
    Problem begin();
    // Asks for the next batch. Ends with one of the signals; never while one is under way.
    void step();
    bool isStepping() const { return m_isStepping; }
    bool isUsable(Helper::Direction direction) const;

    // Blocks that are looked for, and of these: a store gave an answer about, were not there, were
    // put back. What a batch found that failed counts again when it is repeated.
    int blocks() const { return m_blocks; }
    int checked() const { return m_checked; }
    int missing() const { return m_missing; }
    int restored() const { return m_restored; }

Q_SIGNALS:
    // A batch is as it should be now; there may be more.
    void stepped();
    // The store may not be used, or failed.
    void failed();
    // Everything was looked for, or the database could not be read.
    void finished(const RemoteLog::Problem &problem);

private:
    Result<QList<OwnBlock>> nextBatch();
    void tellHelper(const Helper::Call &call, const Problem &problem);
    void judge(const QList<OwnBlock> &batch, const QList<bool> &answer);
    void restore(const QList<OwnBlock> &batch, const QList<OwnBlock> &missing);
    void passed(const QList<OwnBlock> &batch);
    void fail();

    OwnLog m_log;
    QPointer<Helper> m_helper;
    PublisherContext m_context;
    Placement m_placement; // that the store is said to have
    quint64 m_page = 0; // the next block
    int m_ordinal = 0;
    bool m_isStepping = false;
    int m_blocks = 0;
    int m_checked = 0;
    int m_missing = 0;
    int m_restored = 0;
};

} // namespace RemoteLog
