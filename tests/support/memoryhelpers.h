// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/contentstore.h>
#include <RemoteLog/namesystem.h>

#include <QDateTime>
#include <QHash>
#include <QPromise>
#include <QUrl>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace RemoteLog::Testing {

// What one pair of helpers holds, and how it behaves. Shared by the workers that use it and the
// test: every access locks.
//
// `memory://<world>` is a content store and name system over the world of that name;
// `?network=required` as for folders.
class MemoryWorld
{
public:
    enum class Mood {
        Works,
        Hangs, // calls are never answered
        Fails, // calls are refused, as by a dead host
        Lies, // puts say yes and keep nothing; gets give other bytes
        Empty // has nothing
    };

    // The world of a name; made when it is first asked for.
    static std::shared_ptr<MemoryWorld> named(const QString &name);
    static void registerScheme();
    // What registerScheme() registers, for an engine without the plugin around it.
    static ContentStore *createStore(const QUrl &url);
    static NameSystem *createNames(const QUrl &url);

    void setMood(Mood mood);
    // Store and names apart.
    void setStoreMood(Mood mood);
    void setNamesMood(Mood mood);
    // Calls that hang are refused after all, as when their connections break.
    void endHanging();
    // Refuses every put, of blocks and of records, and goes on to answer gets.
    void refusePuts(bool refuse);
    // Refuses blocks whose log it does not hold any more, as a folder does.
    void refuseWithoutPreviousHead(bool refuse);

    struct Counts
    {
        int puts = 0; // calls
        int blocksPut = 0;
        qint64 bytesPut = 0;
        int gets = 0;
        int blocksGot = 0;
        qint64 bytesGot = 0;
        int namePuts = 0;
        int nameGets = 0;
        int exists = 0;
        int aborts = 0;

        int calls() const { return puts + gets + exists + namePuts + nameGets; }
    };
    Counts counts() const;
    void resetCounts();

    // Records are gone so long after they were put last, by this clock.
    void forgetRecordsAfter(std::chrono::hours span, std::function<QDateTime()> clock);

    QHash<QByteArray, QByteArray> blocks() const;
    void setBlocks(const QHash<QByteArray, QByteArray> &blocks);
    void removeBlock(const QByteArray &address);
    QHash<QString, QList<QByteArray>> records() const;
    void setRecords(const QHash<QString, QList<QByteArray>> &records);

    // What a writer leaves here: his blocks beside those of others, and his record as the only one.
    void publish(const QString &name, const QHash<QByteArray, QByteArray> &blocks,
                 const QByteArray &record);

    // Gets wait until all of a round have come: the test lets the world answer them together. What
    // is asked for only after an answer is a dependent fetch, so the rounds are the depth.
    void holdGets(bool hold);
    // Answers every get that waits; how many there were.
    int answerRound();
    int waitingGets() const;

    // Called by the helpers.
    QFuture<Problem> put(const Upload &upload);
    QFuture<Result<QList<Block>>> get(const Fetch &fetch);
    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses);
    QFuture<Problem> putRecord(const QString &name, const QByteArray &record);
    QFuture<Result<QList<QByteArray>>> getRecords(const QString &name);
    void countAbort();

private:
    struct Waiting
    {
        QByteArray address;
        std::shared_ptr<QPromise<Result<QList<Block>>>> promise;
    };
    template <class T>
    QFuture<T> never();
    Result<QList<Block>> answerFor(const QByteArray &address);
    void putNow(const QByteArray &record);
    QList<QByteArray> remembered(const QList<QByteArray> &records) const;

    mutable std::mutex m_mutex;
    Mood m_storeMood = Mood::Works;
    Mood m_namesMood = Mood::Works;
    Counts m_counts;
    QHash<QByteArray, QByteArray> m_blocks;
    QHash<QString, QList<QByteArray>> m_records;
    QHash<QByteArray, QDateTime> m_putAt; // by record
    std::chrono::hours m_memory{0};
    std::function<QDateTime()> m_clock; // if it forgets
    bool m_refusesPuts = false;
    bool m_wantsPreviousHead = false;
    bool m_holdsGets = false;
    std::vector<Waiting> m_waiting;
    std::vector<std::function<void()>> m_hanging;
};

// The URL of a world's helper; `query` as in "network=required&embed=2048".
QUrl helper(const char *world, const char *query = "");
inline QUrl helperOnNetwork(const char *world)
{
    return helper(world, "network=required");
}

} // namespace RemoteLog::Testing
