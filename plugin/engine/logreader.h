// SPDX-License-Identifier: MIT
#pragma once

#include "contentreader.h"
#include "log/namerecord.h"
#include "log/rangemap.h"
#include "pagesink.h"

#include <QSet>

#include <map>

namespace RemoteLog {

// Reads what is missing of one log up to a name record: by page ranges, oldest first, many fetches
// at once within bounded memory. Everything that the wire format demands of pages is checked here,
// and nothing else reaches the sink.
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
    quint64 cursor() const { return m_cursor; }
    quint64 lastSequence() const { return m_knownLast; }
    void setMaxPayload(qint64 bytes) { m_maxPayload = bytes; }

    // Reads up to this record from now on; what is under way stays useful.
    void read(const NameRecord &record);

    // Goes on, after a failure or a time without room.
    void proceed();
    void stop();
    bool isReading() const { return m_isReading; }

Q_SIGNALS:
    // The head page of `record` was read: the log reaches `last`. `helpers`: where it says that the
    // log lives now.
    void headRead(const RemoteLog::NameRecord &record, quint64 last,
                  const QList<QByteArray> &helpers);
    // Pages were accepted; the cursor has moved.
    void advanced();
    // Nothing more is under way: everything is read, or the Problem says why not.
    void stopped(const RemoteLog::Problem &problem);

private:
    struct Held
    {
        Page page;
        QByteArray address;
        QByteArray block;
    };

    void pump();
    void step();
    void fetchHead();
    void takeHead(const QByteArray &block);
    void fetchPages();
    void fetchPage(const PlannedFetch &planned);
    void takePage(const PlannedFetch &planned, const QByteArray &block);
    void learn(const Page &page, int depth);
    void hold(const QByteArray &address, const QByteArray &block, const Page &page);
    void makeRoom();
    void consume();
    std::map<quint64, Held>::iterator heldWith(quint64 sequence);
    // The last entry to take from `first` on in one go: what is mapped may be much more than the
    // page. first - 1 if the entry `first` is over the payload limit.
    quint64 portion(const Page &page, quint64 first) const;
    bool flush(QList<VerifiedPage> &pages);
    void note(const Problem &problem);
    void finish(const Problem &problem);

    QByteArray m_publicKey;
    Key m_readKey;
    qint64 m_maxPayload;
    BlockFetcher &m_fetcher;
    PageSink &m_sink;
    ContentReader m_contents;
    quint64 m_contentsFirst =
        0; // from this entry on the contents of a portion are in the sink; 0: none are

    quint64 m_cursor = 0;
    QByteArray m_history;
    quint64 m_knownLast = 0;

    NameRecord m_record;
    bool m_headWanted = false; // m_record's page was not read yet
    bool m_headOpen = false; // it is being fetched
    QHash<QByteArray, QByteArray>
        m_embedded; // blocks in the record, by the address that they hash to

    bool m_isReading = false;
    bool m_isPumping = false;
    bool m_pumpAgain = false;
    quint64 m_round = 0; // answers to what stop() gave up are not for us
    RangeMap m_ranges;
    QHash<QByteArray, qint64> m_open; // addresses under way, and the bytes expected
    qint64 m_openBytes = 0;
    std::map<quint64, Held> m_held; // pages in hand, by their first sequence
    QSet<QByteArray> m_heldAddresses;
    qint64 m_heldBytes = 0;
    QSet<QByteArray> m_failed; // not asked for again before proceed()
    Problem m_problem; // the gravest since the last start
};

} // namespace RemoteLog
