// SPDX-License-Identifier: MIT
#pragma once

#include "nameresolver.h"
#include "publishercontext.h"
#include "reply.h"
#include "status.h"

#include <RemoteLog/audit.h>
#include <RemoteLog/entry.h>

#include <QPointer>
#include <QTimer>

#include <vector>

namespace RemoteLog {

class Auditor;
class LogRebuilder;
class RecordPutter;
class Uploader;

// Alice's side of one log. In order: entries are appended, pages are cut and stored as intent,
// blocks go to every content store, the record is signed when one store has all of them, put to
// every name system and read back.
class Publisher : public QObject
{
    Q_OBJECT

public:
    Publisher(const OwnLog &log, const LogKeys &keys, const PublisherContext &context,
              QObject *parent);
    ~Publisher() override;

    const OwnLog &log() const { return m_log; }
    OutgoingStatus status() const;
    // Something is under way.
    bool isBusy() const;

    // Whether entries may be appended now: null, or Conflict; WillRetry while the name must be
    // resolved first.
    Problem appendable() const;
    // Inside the caller's transaction. The value is the first sequence.
    Result<quint64> append(const QList<NewEntry> &entries);
    // After that transaction: it did, or did not, become durable.
    void appended();
    void appendFailed(quint64 nextSequence);

    Problem withdraw(quint64 sequence);
    Problem acknowledge(const QList<quint64> &sequences);
    Result<QList<Entry>> read(quint64 first, int limit);
    void audit(const Reply<Result<Audit>> &reply);

    // The settings' helpers are others now.
    void helpersChanged();
    // Does whatever can be done now; cheap if nothing can.
    void advance();

Q_SIGNALS:
    void statusChanged();
    // A name system served a new head back; comes before the status that shows it.
    void published();
    void entryStatesChanged(quint64 first, quint64 last, RemoteLog::Entry::State state);
    // appendable() may say something else now.
    void appendableChanged();

private:
    void resolve();
    void judge(const NameRecord &record);
    void resolved();
    void rebuild(const NameRecord &record);
    bool cut();
    void stored();
    void sign();
    NameRecordDraft draft() const;
    void put();
    void served(const NameRecord &record);
    void conflict(const QString &detail);
    void setProblem(const Problem &problem);
    Problem save(const OwnLog &changed);
    void countPending();

    OwnLog m_log;
    LogLink m_link;
    LogKeys m_keys;
    PublisherContext m_context;
    NameResolver m_resolver;
    bool m_isResolved = false;
    std::unique_ptr<LogRebuilder> m_rebuilder;
    QTimer m_cutTimer;
    std::vector<std::unique_ptr<Uploader>> m_uploaders;
    std::vector<std::unique_ptr<RecordPutter>> m_putters;
    QPointer<Auditor> m_auditor; // deletes itself
    quint64 m_storedPages = 0; // the most that any one store holds
    std::optional<NameRecord> m_record; // the newest signed one
    quint64 m_recordLast = 0; // the last sequence that it covers
    Head m_head;
    PendingTotals m_uncut;
    PendingTotals m_unstored;
    Problem m_problem;
};

} // namespace RemoteLog
