// SPDX-License-Identifier: MIT
#pragma once

#include "publishercontext.h"

#include <QPointer>
#include <QTimer>

#include <functional>

namespace RemoteLog {

// Brings the blocks of one own log to one content store: oldest first, the head last, as much at a
// time as its line takes. How far it came is in the database, so a restart goes on from there; that
// the store still has it is asked before the first put and after each that failed, for a folder may
// be another one than before. A store that lost what it had is filled anew, but for what turns out
// to be there.
class Uploader : public QObject
{
    Q_OBJECT

public:
    // `log` is its owner's and grows.
    Uploader(const OwnLog &log, Helper *helper, const PublisherContext &context, QObject *parent);

    Helper *helper() const { return m_helper; }
    // Pages from the first on that the store holds completely.
    quint64 storedPages() const { return m_placement.pages; }
    // Something is under way and not overdue.
    bool isBusy() const { return m_isOpen && m_overdue == 0; }
    // The store is not given everything yet.
    bool isBehind() const { return m_isOpen || m_placement.pages < m_log.position.nextPage; }
    // What is wrong with this computer's database, not with the store.
    Problem problem() const { return m_problem; }

    // Goes on if there is something to upload and the store may be used.
    void advance();
    // Nothing more is put; what is under way is still taken note of.
    void stop() { m_isStopped = true; }

Q_SIGNALS:
    void progressed();
    void problemChanged();

private:
    // What is under way, and how far the store is when it is done.
    struct Batch
    {
        Helper::Call call;
        qint64 bytes = 0;
        quint64 page = 0; // of the last block
        int ordinal = 0;
        bool endsPage = false;
        QByteArray last; // its address
        QByteArray head; // if it is put as one
    };

    void check();
    void checked(const QList<bool> &answer);
    void startOver(const QByteArray &head);
    void goOn();
    void look(const QList<OwnBlock> &blocks);
    void looked(const QList<OwnBlock> &blocks, const QList<bool> &answer);
    void put(const QList<OwnBlock> &blocks, const QList<Block> &content);
    void ask(const QList<QByteArray> &addresses, std::function<void(const QList<bool> &)> answered);
    void wait(const Helper::Call &call, std::chrono::milliseconds limit,
              std::function<void(const Problem &)> giveUp);
    void overdue(const Helper::Call &call, const std::function<void(const Problem &)> &giveUp);
    bool endWait();
    void uploaded(const Batch &batch, const Problem &problem);
    void reached(const Batch &batch);
    void save(const Placement &placement);
    void setProblem(const Problem &problem);

    const OwnLog &m_log;
    QPointer<Helper> m_helper;
    PublisherContext m_context;
    QByteArray m_helperId;
    Placement m_placement;
    int m_ordinal = 0; // blocks of the next page that are there already
    QByteArray m_last; // the block that was put last
    qint64 m_batchBytes;
    QTimer m_limit;
    bool m_isOpen = false; // a call of ours is
    int m_overdue = 0; // how often it has taken too long
    int m_givenUp = 0; // calls that were never answered
    QPointer<QObject> m_answer; // waits for the one under way
    Problem m_problem;
    bool m_mustCheck = true;
    bool m_isRefilling = false; // after it started over, until a head is taken
    int m_refusedHeads = 0; // in a row
    bool m_isStopped = false;
};

} // namespace RemoteLog
