// SPDX-License-Identifier: MIT
#pragma once

#include "delivery.h"
#include "followercontext.h"
#include "logreader.h"
#include "nameresolver.h"
#include "status.h"

#include <QTimer>

namespace RemoteLog {

// Bob's side of one log: resolves its name, reads what is missing into the inbox, hands it to the
// host, keeps what the host committed. Ask, signal the head, read, verify, store, deliver, commit.
class Follower : public QObject, private PageSink
{
    Q_OBJECT

public:
    Follower(const FollowedLog &log, const FollowerContext &context, QObject *parent);
    ~Follower() override;

    const FollowedLog &log() const { return m_log; }
    IncomingStatus status() const;
    bool isBusy() const;
    void setMaxPayload(qint64 bytes) { m_reader.setMaxPayload(bytes); }
    // Somebody says where the log lives, too: the host with a later link, the writer in his pages.
    // Kept, for the first hints may have gone stale; if it cannot be, they are used all the same.
    Problem addHints(const QList<QUrl> &hints);
    // Helpers of links may be used that could not before.
    void helpersChanged();

    // Asks the name systems now and goes on reading.
    void check();
    // A helper may be used again, or a store has something new: goes on where a failure stopped it.
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

private:
    void found(const NameRecord &record, bool isExpired);
    void headRead(const NameRecord &record, quint64 last, const QList<QByteArray> &helpers);
    void resolved(int answers);
    void stopped(const Problem &problem);
    void setProblem(const Problem &problem);
    void countWaiting();

    Problem acceptPages(const QList<VerifiedPage> &pages) override;
    Problem acceptContent(quint64 sequence, const QByteArray &address,
                          const QByteArray &block) override;
    Result<QByteArray> content(const QByteArray &address) override;
    void dropContents() override;
    bool hasRoom() const override;

    FollowedLog m_log;
    FollowerContext m_context;
    NameResolver m_resolver;
    LogReader m_reader;
    Delivery m_delivery;
    QTimer m_commitTimer;
    QTimer m_retryTimer;
    int m_failures = 0;
    std::optional<NameRecord> m_best;
    Head m_head;
    quint64 m_seenThisRound = 0; // highest record number in this round of questions
    Problem m_roundProblem; // the gravest of it
    bool m_isUnread = false; // the best record was not read to its end
    qint64 m_waitingBytes = 0;
    Problem m_problem; // of reading
    Problem m_deliveryProblem; // of the inbox
    Problem m_nameProblem; // of the last round
};

} // namespace RemoteLog
