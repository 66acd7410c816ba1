// SPDX-License-Identifier: MIT
#pragma once

#include "store/outbox.h"

namespace RemoteLog {

// An own log as the database has it: whoever changes it writes it first.
class SavedLog
{
public:
    SavedLog(const OwnLog &log, Outbox &outbox)
        : m_log(log)
        , m_outbox(outbox)
    {
    }

    const OwnLog &operator*() const { return m_log; }
    const OwnLog *operator->() const { return &m_log; }

    // What is here changes only if it could be written.
    Problem save(const OwnLog &changed)
    {
        const Problem problem = m_outbox.saveLog(changed);
        if (!problem)
            m_log = changed;
        return problem;
    }

    // It was written together with something else, or is about to be: an append may still fail.
    void take(const OwnLog &written) { m_log = written; }

private:
    OwnLog m_log;
    Outbox &m_outbox;
};

} // namespace RemoteLog
