// SPDX-License-Identifier: MIT
#pragma once

#include "delivery.h"
#include "engine/status.h"
#include "followercontext.h"
#include "helpers/nameresolver.h"
#include "inboxsink.h"
#include "logreader.h"
#include "readretry.h"
#include "recordkeeper.h"

#include <QTimer>

namespace RemoteLog {

// Bob's side of one log: resolves its name, reads what is missing into the inbox, hands it to the
// host, keeps what the host committed. Ask, signal the head, read, verify, store, deliver, commit.
class Follower : public QObject
{
    Q_OBJECT

public:
    Follower(const FollowedLog &log, const FollowerContext &context, QObject *parent);
    ~Follower() override;

    const FollowedLog &log() const { return m_log; }
    IncomingStatus status() const;
    bool isBusy() const;
    // An entry that was too large is tried again.
    void setMaxPayload(qint64 bytes);
    // Somebody says where the log lives, too: the host with a later link, the writer in his pages.
    // Kept, for the first hints may have gone stale; if it cannot be, they are used all the same.
    Problem addHints(const QList<QUrl> &hints);
    // Helpers of links may be used that could not before, or there are others.
    void helpersChanged();

    // Asks the name systems, at this place among others who ask, too, and goes on reading if the
    // last failure is not too recent.
    void check(const Place &place);
    // As NameResolver::resolveMissed().
    void checkMissed(const Place &place, bool asksFailing);
    // Nothing that failed keeps the next check() from reading.
    void forgetFailures();
    // A store has something new: perhaps what is missing.
    void storeChanged();
    // Whatever can be done now.
    void goOn();

    void start();
    void commit(quint64 sequence);
    // Commits that were not written yet.
    void flush();

Q_SIGNALS:
    void statusChanged();
    void entriesReceived(const QList<RemoteLog::Entry> &entries);
    // A name system answered.
    void checked();
    // One showed a new page: the log is active.
    void headFound();

private:
    void found(const NameRecord &record, bool isExpired);
    void heard(const Helper *system, const NameRecord *record);
    void read(const NameRecord &record);
    void headRead(const NameRecord &record, quint64 last, const QList<QByteArray> &helpers);
    void resolved(int answers);
    void stopped(const Problem &problem);
    void mend(const Page &page, quint64 sequence);
    Problem save(const FollowedLog &changed);
    void tell(Problem &slot, const Problem &problem);

    FollowedLog m_log;
    FollowerContext m_context;
    NameResolver m_resolver;
    RecordKeeper m_keeper;
    InboxSink m_inbox;
    LogReader m_reader;
    ReadRetry m_retry;
    ReadRetry::Attempt m_reading = 0;
    ReadRetry::Attempt m_mending = 0;
    bool m_isBarred = false; // what stopped it will not be better the next time
    quint64 m_stoppedAt = 0; // the cursor then
    Delivery m_delivery;
    ContentReader m_mender; // of contents that the inbox has lost
    QTimer m_commitTimer;
    std::optional<NameRecord> m_best;
    Head m_head;
    // What each name system said last in this round of questions: one that is asked twice may have
    // changed its mind.
    struct Shown
    {
        quint64 number = 0;
        Problem problem;
    };
    std::map<QUrl, Shown> m_shown;
    Problem m_heardProblem; // of the system that answers now
    bool m_isUnread = false; // the best record was not read to its end

    // Each is cleared by what set it; the gravest is shown.
    Problem m_nameProblem; // of the last round
    Problem m_readProblem;
    Problem m_deliveryProblem;
    Problem m_saveProblem; // of the last write
};

} // namespace RemoteLog
