// SPDX-License-Identifier: MIT
#pragma once

#include "engine/reply.h"
#include "engine/status.h"
#include "headpublisher.h"
#include "ownname.h"

#include <RemoteLog/audit.h>
#include <RemoteLog/entry.h>

#include <QPointer>
#include <QTimer>

#include <vector>

namespace RemoteLog {

class Auditor;
class Patrol;
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

    const OwnLog &log() const { return *m_log; }
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
    void headPublished();
    void entryStatesChanged(quint64 first, quint64 last, RemoteLog::Entry::State state);
    // appendable() may say something else now.
    void appendableChanged();

private:
    // One content store of the settings, and who works for it.
    struct Store
    {
        std::unique_ptr<Uploader> uploader;
        std::unique_ptr<Patrol> patrol; // asks the uploader: dies first
    };

    Store makeStore(Helper *helper);
    bool isAuditing() const;
    void cut();
    void stored();
    void published(quint64 first, quint64 last);
    void conflict(const QString &detail);
    quint64 storedPages() const;
    void countPending();

    SavedLog m_log;
    LogLink m_link;
    LogKeys m_keys;
    PublisherContext m_context;
    OwnName m_name;
    QTimer m_cutTimer;
    std::vector<Store> m_stores;
    HeadPublisher m_headPublisher;
    QPointer<Auditor> m_auditor; // deletes itself
    quint64 m_storedPages = 0; // the most that any one store of the settings holds
    PendingTotals m_uncut;
    PendingTotals m_unstored;
    Problem m_conflict;
    Problem m_cutProblem;
};

} // namespace RemoteLog
