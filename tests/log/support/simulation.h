// SPDX-License-Identifier: MIT
#pragma once

#include "log/rangemap.h"

#include <QHash>
#include <QSet>

#include <set>

// A log whose pages are only ranges: what a reader can see of a writer that uses skipTargets().
class SimulatedLog
{
public:
    // `pages` pages of `entries` entries each, numbered from 0.
    explicit SimulatedLog(quint64 pages, quint64 entries = 1);

    quint64 lastSequence() const { return head().last(); }
    const RemoteLog::Page &head() const { return *m_pages.constFind(m_head); }

    // A page to falsify.
    RemoteLog::Page &page(quint64 number) { return m_pages[addressOf(number)]; }

    // The page at an address; null if there is none.
    const RemoteLog::Page *find(const QByteArray &address) const
    {
        const auto found = m_pages.constFind(address);
        return found == m_pages.cend() ? nullptr : &*found;
    }

    // What a page of the writer says of another; the size of its block is 1000.
    RemoteLog::PageRange rangeOf(quint64 number) const;

    // Lets the head name one more page, with all entries of several.
    RemoteLog::PageRange addCompacted(quint64 firstPage, quint64 lastPage, quint64 size);

    static QByteArray addressOf(quint64 number);

private:
    QHash<QByteArray, RemoteLog::Page> m_pages;
    QByteArray m_head;
    quint64 m_entries;
};

// What a reader does with pages in hand that do not connect yet: tells the map, or keeps their
// addresses and says so when it plans.
enum class InHand { InTheMap, AtTheReader };

// In which order fetches under way come back.
enum class Arrival { InRounds, InOrder, Shuffled };

// Reads a log from its head, with a window of fetches under way.
class SimulatedReader
{
public:
    SimulatedReader(const SimulatedLog &log, int window, Arrival arrival,
                    InHand inHand = InHand::InTheMap)
        : m_log(log)
        , m_window(window)
        , m_arrival(arrival)
        , m_inHand(inHand)
    {
    }

    // Reads all entries from `first` on; false if it stops before it has them.
    bool read(quint64 first);

    // Everything behind it arrived.
    quint64 newestMissing() const { return m_read.missingDownFrom(m_log.lastSequence()); }

    // What happened.
    QList<RemoteLog::PlannedFetch> fetched; // in order
    int maxDepth = 0;
    int mostEarly = 0; // most pages in hand above a missing one
    int plans = 0;
    RemoteLog::RangeMap map;

private:
    void fetchMore();
    void receive(qsizetype index);
    void take(const RemoteLog::Page &page, int depth);
    void learn(const RemoteLog::Page &page, int depth);

    const SimulatedLog &m_log;
    const int m_window;
    const Arrival m_arrival;
    const InHand m_inHand;
    QList<RemoteLog::PlannedFetch> m_underWay;
    QSet<QByteArray> m_isUnderWay; // or in hand
    RemoteLog::SequenceSet m_read;
    std::set<quint64> m_early;
    quint64 m_cursor = 0;
    quint32 m_random = 1;
};
