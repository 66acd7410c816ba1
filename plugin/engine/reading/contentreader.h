// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/blockfetcher.h"

#include "log/contents.h"

#include <deque>
#include <map>

namespace RemoteLog {

class PageSink;

// Brings the contents of a page's mapped entries into the sink and checks each entry's hash. One
// page at a time.
class ContentReader : public QObject
{
    Q_OBJECT

public:
    // `hintsOf`: whose helpers of links may be asked, too. What came with a tree for `parent` is
    // taken from there.
    ContentReader(const QByteArray &publicKey, const Key &readKey, BlockFetcher &fetcher,
                  PageSink &sink, const QObject *hintsOf, QObject *parent);

    // True if there is a mapped entry in first..last.
    static bool isNeeded(const Page &page, quint64 first, quint64 last);

    // Not while isReading().
    void read(const Page &page, quint64 first, quint64 last);
    bool isReading() const { return m_isReading; }
    void stop();

Q_SIGNALS:
    // Everything is in the sink, or the Problem that stands in the way.
    void finished(const RemoteLog::Problem &problem);

private:
    struct Wanted
    {
        quint64 sequence = 0;
        QByteArray address;
        bool isIndex = false;
    };
    struct Awaited
    {
        Pair pair;
        int missing = 0; // blocks
    };

    void next();
    void accept(const Wanted &wanted, const QByteArray &block);
    void checkEntry(quint64 sequence);
    void finish(const Problem &problem);

    QByteArray m_publicKey;
    Key m_readKey;
    BlockFetcher &m_fetcher;
    PageSink &m_sink;
    const QObject *m_hintsOf;
    bool m_isReading = false;
    quint64 m_round = 0;
    int m_open = 0;
    std::deque<Wanted> m_wanted;
    std::map<quint64, Awaited> m_awaited;
};

} // namespace RemoteLog
