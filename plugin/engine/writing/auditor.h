// SPDX-License-Identifier: MIT
#pragma once

#include "engine/reply.h"
#include "publishercontext.h"

#include <RemoteLog/audit.h>

#include <QPointer>

namespace RemoteLog {

// One run of OutgoingLog::audit(): store by store, block by block, in the order in which stores are
// filled, as far as each was filled. A store that does not answer, or rests, is given up at once:
// asking on would take a time limit for every few blocks. Deletes itself.
class Auditor : public QObject
{
    Q_OBJECT

public:
    Auditor(const OwnLog &log, const PublisherContext &context, const Reply<Result<Audit>> &reply,
            QObject *parent);

    bool isRunning() const { return !m_replies.isEmpty(); }
    // Another who asks while this runs gets the same answer.
    void join(const Reply<Result<Audit>> &reply) { m_replies.append(reply); }

private:
    struct Store
    {
        QPointer<Helper> helper;
        quint64 pages = 0; // that it is said to hold
        int blocks = 0;
    };

    void nextStore();
    void nextBatch();
    bool isUsable(Helper::Direction direction) const;
    void tellHelper(const Helper::Call &call, const Problem &problem);
    void judge(const QList<OwnBlock> &batch, const QList<bool> &answer);
    void restore(const QList<OwnBlock> &missing);
    void giveUpStore();
    void finish(const Problem &problem);
    void report();

    OwnLog m_log;
    PublisherContext m_context;
    QList<Reply<Result<Audit>>> m_replies;
    QList<Store> m_stores;
    Store m_store;
    quint64 m_page = 0;
    int m_ordinal = 0;
    int m_doneHere = 0;
    int m_blocks = 0;
    int m_checked = 0;
    int m_missing = 0;
    int m_restored = 0;
    int m_failed = 0;
};

} // namespace RemoteLog
