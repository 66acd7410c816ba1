// SPDX-License-Identifier: MIT
#pragma once

#include "contentreader.h"
#include "embeddedblocks.h"
#include "heldpages.h"
#include "historywalk.h"
#include "missingpages.h"
#include "treereading.h"

#include <QTimer>

#include <functional>

namespace RemoteLog {

// Reads what is missing of one log up to a name record: by page ranges, oldest first, many fetches
// at once within bounded memory. A fresh reader asks for the whole log with the first block that he
// fetches, which one answer brings where a store can; a warm one never does. Everything that the
// wire format demands of pages is checked here, and nothing else reaches the sink.
class LogReader : public QObject
{
    Q_OBJECT

public:
    // `parent`: whose hints of where to read are used, too.
    LogReader(const QByteArray &publicKey, const Key &readKey, qint64 maxPayload,
              BlockFetcher &fetcher, PageSink &sink, QObject *parent);
    ~LogReader() override;

    // Where reading begins: `history` is h(cursor). `knownLast`: the highest last sequence seen so
    // far.
    void setCursor(quint64 cursor, const QByteArray &history, quint64 knownLast);
    quint64 cursor() const { return m_walk.cursor(); }
    void setMaxPayload(qint64 bytes) { m_maxPayload = bytes; }

    // Reads up to this record from now on; what is known and under way stays useful. The head page
    // of the record that was read last is not fetched again. After a failure one page is tried at
    // first: as long as that one cannot be had, the others would come down in vain.
    void read(const NameRecord &record);

    // Goes on, after a failure or a time without room.
    void proceed();
    bool isReading() const { return m_isReading; }

Q_SIGNALS:
    // The head page of `record` was read: the log reaches `last`. `helpers`: where it says that the
    // log lives now.
    void headRead(const RemoteLog::NameRecord &record, quint64 last,
                  const QList<QByteArray> &helpers);
    // Nothing more is under way: everything is read, or the Problem says why not.
    void stopped(const RemoteLog::Problem &problem);

private:
    void pump();
    void step();
    bool wantsTree() const;
    using Handler = std::function<void(const Result<QByteArray> &)>;
    void fetch(const QByteArray &address, qint64 size, const Handler &handler);
    void fetchHead();
    void headFetched(const Result<QByteArray> &block);
    Problem takeHead(const QByteArray &block);
    void hold(const QByteArray &address, const QByteArray &block, const Page &page);
    void consume();
    bool flush();
    void fetchPages();
    bool isWorthPlanning() const;
    QList<PlannedFetch> plan();
    bool makeRoom();
    void fetchPage(const PlannedFetch &planned, qint64 size);
    void takePage(const PlannedFetch &planned, const Result<QByteArray> &block);
    Problem openPlanned(const PlannedFetch &planned, const Result<QByteArray> &block);
    void conclude();
    void finish(const Problem &problem);

    QByteArray m_publicKey;
    Key m_readKey;
    qint64 m_maxPayload;
    BlockFetcher &m_fetcher;
    PageSink &m_sink;

    bool m_isReading = false;
    QTimer m_step; // one step for all the answers that are there
    quint64 m_round = 0; // answers to what finish() gave up are not for us

    // The head.
    NameRecord m_record;
    EmbeddedBlocks m_embedded;
    bool m_headWanted = false; // m_record's page was not read yet
    bool m_headOpen = false; // it is being fetched
    Problem m_headProblem; // it cannot be had: what is known without it is read all the same
    quint64 m_knownLast = 0;
    quint64 m_learnedAt = 0; // the cursor when the head was read

    TreeReading m_tree;

    // What is taken, in order.
    HistoryWalk m_walk;
    ContentReader m_contents;
    // The contents of these entries are in the sink; 0: of none.
    quint64 m_contentsFirst = 0;
    quint64 m_contentsLast = 0;
    quint64 m_readingLast = 0; // up to this one they are being read

    // What is missing.
    MissingPages m_missing;
    bool m_isProbing = false; // the page that stood in the way goes first, alone
    HeldPages m_held;
    QHash<QByteArray, qint64> m_open; // addresses under way, and the bytes expected
    qint64 m_openBytes = 0;
    Problem m_problem; // the gravest since the last start
};

} // namespace RemoteLog
