// SPDX-License-Identifier: MIT
#pragma once

#include "engine/reply.h"
#include "publishercontext.h"

#include <RemoteLog/audit.h>

#include <memory>
#include <vector>

namespace RemoteLog {

class StoreWalk;

// One run of OutgoingLog::audit(): a walk over one store after the other, as fast as they answer. A
// store that does not answer, or rests, is given up at once: asking on would take a time limit for
// every few blocks. Deletes itself.
class Auditor : public QObject
{
    Q_OBJECT

public:
    Auditor(const OwnLog &log, const PublisherContext &context, const Reply<Result<Audit>> &reply,
            QObject *parent);
    ~Auditor() override;

    bool isRunning() const { return !m_replies.isEmpty(); }
    // Another who asks while this runs gets the same answer.
    void join(const Reply<Result<Audit>> &reply) { m_replies.append(reply); }

private:
    void walk();
    void nextStore();
    Audit soFar() const;
    void report();
    void finish(const Problem &problem);

    QList<Reply<Result<Audit>>> m_replies;
    std::vector<std::unique_ptr<StoreWalk>> m_walks;
    std::size_t m_over = 0; // how many of these
};

} // namespace RemoteLog
