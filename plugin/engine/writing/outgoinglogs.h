// SPDX-License-Identifier: MIT
#pragma once

#include "engine/statusreporter.h"
#include "publisher.h"

#include <QDeadlineTimer>
#include <QSet>
#include <QTimer>

#include <deque>
#include <map>
#include <optional>

namespace RemoteLog {

// The profile's own logs, by label. What the host asks of one before the profile is unlocked waits,
// bounded in number and time, like its appends.
class OutgoingLogs : public QObject
{
    Q_OBJECT

public:
    // What is done with a log, or with the Problem that stands in the way.
    using Use = std::function<void(const Result<Publisher *> &log)>;

    OutgoingLogs(StatusReporter &reporter, const Timing &timing, QObject *parent);
    ~OutgoingLogs() override;

    // The profile is unlocked: brings up the logs that the database knows, and those that are
    // wanted besides. After a Problem nothing has begun. What `context` names outlives end().
    // `damage`: what had to be left out.
    Problem begin(const MasterSecret &master, const PublisherContext &context, Problem *damage);
    // What was asked meanwhile; after the appends that came before it.
    void answerWaiting();
    // Until begin() there will be none: what waits is answered so, and what comes.
    void refuse(const Problem &problem);
    // After all, there may be: what comes waits again.
    void admit() { m_refusal = Problem(); }
    void end();

    QStringList labels() const;

    // The log of this label is wanted; one that cannot be made now is tried again with advance().
    void open(const QString &label);
    // Opened, or made if there is none. Only between begin() and end().
    Result<Publisher *> publisher(const QString &label);
    // Now if the profile is unlocked, else as soon as it is.
    void use(const QString &label, Use use);

    // Everything does what it can do now.
    void advance();
    void helpersChanged();

    // Their part of the profile's status.
    void addTo(TransportStatus &status) const;
    bool isBusy() const;

Q_SIGNALS:
    // Something in status or isBusy() changed.
    void changed();
    // A log was made: there is something to do.
    void added();
    // A name system served a new head of one of them back.
    void published();
    // One of them may be appended to now, or may not any more.
    void appendableChanged();
    void entryStatesChanged(const QString &label, quint64 first, quint64 last,
                            RemoteLog::Entry::State state);

private:
    struct Waiting
    {
        QString label;
        Use use;
        QDeadlineTimer deadline;
    };

    Publisher *add(const OwnLog &log);
    void giveUpLate();

    StatusReporter &m_reporter;
    Timing m_timing;
    std::optional<MasterSecret> m_master;
    std::optional<PublisherContext> m_context;
    std::map<QString, std::unique_ptr<Publisher>> m_publishers;
    QSet<QString> m_wanted; // and not there yet
    std::deque<Waiting> m_waiting;
    QTimer m_late;
    Problem m_refusal;
};

} // namespace RemoteLog
