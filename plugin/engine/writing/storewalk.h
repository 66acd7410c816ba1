// SPDX-License-Identifier: MIT
#pragma once

#include "publishercontext.h"

#include <QPointer>
#include <QTimer>

namespace RemoteLog {

// Looks for every block of one own log that one content store is said to hold, the newest first,
// for a short run is to reach them, and puts back what it lacks. How fast is its owner's: he asks
// for each batch, and decides whether to go on after a failure, which leaves the walk where it was.
//
// A store that says of a block that it has it is believed: that it lies would show only by reading
// all of it, and readers, who do read it, notice.
//
// All of it is the store's health as one that is written to: readers ask otherwise, and may well be
// served where this fails.
class StoreWalk : public QObject
{
    Q_OBJECT

public:
    StoreWalk(const OwnLog &log, Helper *helper, const PublisherContext &context, QObject *parent);

    // First: finds out how far the store is.
    Problem begin();
    // Asks for the next batch. Ends with one of the signals; never while isStepping().
    void step();
    // Also after a failure while an answer is overdue: another question would not come sooner.
    bool isStepping() const { return m_isStepping || m_isOpen; }

    // Blocks of the log, and of these: a store gave an answer about, were not there, were put back.
    // What a batch found that failed counts again when it is repeated.
    int blocks() const { return m_blocks; }
    int checked() const { return m_checked; }
    int missing() const { return m_missing; }
    int restored() const { return m_restored; }

Q_SIGNALS:
    // A batch is as it should be now; there may be more.
    void stepped();
    // What the store said; null: it may not be used now.
    void failed(const RemoteLog::Problem &problem);
    // Everything was looked for, or the database could not be read.
    void finished(const RemoteLog::Problem &problem);

private:
    bool isUsable() const;
    Result<Placement> placement() const;
    void ask(const QList<OwnAddress> &batch);
    void judge(const QList<OwnAddress> &batch, const QList<bool> &answer);
    void restore();
    void restoreHead();
    void put(const Upload &upload, bool isHead);
    template <class T>
    void await(const Helper::Call &call, const QFuture<T> &future, std::chrono::milliseconds limit,
               std::function<void(const T &)> handler);
    void heard(const Helper::Call &call, const Problem &problem);
    void fail(const Problem &problem);
    void finish(const Problem &problem);

    OwnLog m_log;
    QPointer<Helper> m_helper;
    PublisherContext m_context;
    QByteArray m_head; // that the store is said to have as one
    quint64 m_page = 0; // all from here on was looked for
    int m_ordinal = 0;
    OwnAddress m_next; // that it will be when the batch is as it should be
    QList<QByteArray> m_lacking; // of the batch, to be put back
    bool m_lacksHead = false;
    QTimer m_limit;
    bool m_isStepping = false;
    bool m_isOpen = false; // a call of ours is
    int m_blocks = 0;
    int m_checked = 0;
    int m_missing = 0;
    int m_restored = 0;
};

} // namespace RemoteLog
