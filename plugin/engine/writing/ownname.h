// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/nameresolver.h"
#include "publishercontext.h"
#include "savedlog.h"

#include <memory>

namespace RemoteLog {

class LogRebuilder;

// Whose log is it? Before a log is published for the first time in a run, the name systems are
// asked what they have of it. Nothing, or what is known here, is well. More than that, where
// nothing is known here, is our own of before the database was lost, and is read back. Anything
// else has a second writer.
class OwnName : public QObject
{
    Q_OBJECT

public:
    OwnName(SavedLog &log, const LogKeys &keys, const PublisherContext &context, QObject *parent);
    ~OwnName() override;

    // Asks, if that is still to be done and somebody can be asked.
    void advance();
    // A name system showed this record of the log: then, or at any time later.
    void judge(const NameRecord &record);

    // Records of this log may be put.
    bool isSettled() const { return m_isSettled; }
    // The log is whole: entries may be appended and published.
    bool isWhole() const;
    bool isBusy() const;
    // What the log waits for, if it is not whole.
    Problem problem() const { return m_problem; }

Q_SIGNALS:
    void settled();
    // The log is back, up to this record.
    void rebuilt(const RemoteLog::NameRecord &record);
    void contradicted(const QString &detail);
    void changed();

private:
    void note(const NameRecord &record);
    void keepOpen(const NameRecord &record);
    void answered();
    void finished(int answers);
    void rebuild();
    void rebuilderFinished(const Problem &problem);
    void settle();

    SavedLog &m_log;
    LogKeys m_keys;
    PublisherContext m_context;
    NameResolver m_resolver;
    bool m_isSettled = false;
    std::optional<NameRecord> m_lost; // the best record of what has to be read back
    std::unique_ptr<LogRebuilder> m_rebuilder;
    Problem m_problem;
};

} // namespace RemoteLog
