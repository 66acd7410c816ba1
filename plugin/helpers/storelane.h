// SPDX-License-Identifier: MIT
#pragma once

#include "helper.h"

#include <QElapsedTimer>
#include <QPointer>

#include <deque>
#include <functional>
#include <list>

namespace RemoteLog {

// Asks one content store for blocks: as many at a time as it answers promptly, in turn for all who
// ask. A store that answers anything is alive, however slow its line: only one that is silent for
// the whole limit has failed.
class StoreLane : public QObject
{
    Q_OBJECT

public:
    struct Question
    {
        QByteArray address;
        qint64 size = 0; // expected, in bytes
        bool wholeTree = false; // the blocks below are welcome; of what size, nobody knows
        const QObject *asker = nullptr; // who takes turns with others; never called
        std::function<bool()> isWanted; // if not, it is forgotten without an answer
        std::function<void()> isOverdue; // the store is silent: a rival may be asked
        std::function<void(const Result<QList<Block>> &)> answer; // once
    };

    // Most bytes that a store may send at once as a tree.
    static constexpr qint64 MaxTreeBytes = 8 * 1024 * 1024;

    StoreLane(Helper *helper, const Timing &timing, QObject *parent);

    // It was silent for a while, and has not answered promptly since: better ask it last.
    bool isSlow() const { return m_isSlow; }

    // `question.answer` is never called before this returns.
    void ask(const Question &question);
    // The helper is gone: everything is answered soon, and then this is deleted.
    void close();

private:
    struct Open
    {
        Question question;
        bool isTree = false;
        Helper::Call call;
        QElapsedTimer since;
        QPointer<QObject> watcher;
    };
    using Opens = std::list<Open>;
    struct Turn
    {
        const QObject *asker;
        std::deque<Question> questions;
    };

    void pump();
    bool hasRoom(qint64 size) const;
    Question takeNext();
    void call(const Question &question);
    qint64 mostUnderWay() const;
    void forget(Opens::const_iterator open);
    void answered(Opens::iterator open, const Result<QList<Block>> &answer);
    void listen();
    void silent();
    void giveUp();
    void giveUpStuck();
    void turnAway(const Problem &problem);

    QPointer<Helper> m_helper;
    Timing m_timing;
    std::deque<Turn> m_waiting; // whose turn it is first
    Opens m_open;
    qint64 m_openBytes = 0;
    int m_openTrees = 0;
    int m_window;
    QTimer m_silence; // since the store said something
    bool m_isSilent = false; // for longer than the hedge
    std::chrono::milliseconds m_silenceLimit{0}; // while it is
    bool m_isSlow = false;
};

} // namespace RemoteLog
