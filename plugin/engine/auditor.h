// SPDX-License-Identifier: MIT
#pragma once

#include "publishercontext.h"
#include "reply.h"

#include <RemoteLog/audit.h>

#include <QPointer>

namespace RemoteLog {

// One run of OutgoingLog::audit(): store by store, block by block, in the order in which stores are
// filled. Deletes itself.
class Auditor : public QObject
{
    Q_OBJECT

public:
    Auditor(const OwnLog &log, const PublisherContext &context, const Reply<Result<Audit>> &reply,
            QObject *parent);

private:
    void nextStore();
    void nextBatch();
    void judge(const QList<OwnBlock> &batch, const Result<QList<bool>> &answer);
    void restore(const QList<OwnBlock> &missing);
    void finish(const Problem &problem);
    void report();

    OwnLog m_log;
    PublisherContext m_context;
    Reply<Result<Audit>> m_reply;
    QList<QPointer<Helper>> m_stores;
    QPointer<Helper> m_store;
    quint64 m_page = 0;
    int m_ordinal = 0;
    int m_blocksEach = 0;
    int m_doneHere = 0;
    int m_blocks = 0;
    int m_checked = 0;
    int m_missing = 0;
    int m_restored = 0;
    int m_failed = 0;
};

} // namespace RemoteLog
