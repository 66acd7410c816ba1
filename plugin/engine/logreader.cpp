// SPDX-License-Identifier: MIT
#include "logreader.h"

#include "log/address.h"
#include "log/history.h"
#include "logging.h"

namespace RemoteLog {

namespace {

// What may be in hand or under way at a time. Pages of many small logs are small: the count lets a
// fresh reader learn where everything is in a few rounds; the bytes bound the memory.
constexpr int MaxOpen = 512;
constexpr qint64 MaxBytes = 8 * 1024 * 1024;
// Pages that go to the sink in one transaction.
constexpr qint64 FlushBytes = 2 * 1024 * 1024;
// Contents of mapped entries that are brought in before their part of the page goes to the sink.
constexpr quint64 PortionBytes = 32 * 1024 * 1024;
// Where a range gives no size.
constexpr qint64 UnknownSize = 16 * 1024;

} // namespace

LogReader::LogReader(const QByteArray &publicKey, const Key &readKey, qint64 maxPayload,
                     BlockFetcher &fetcher, PageSink &sink, QObject *parent)
    : QObject(parent)
    , m_publicKey(publicKey)
    , m_readKey(readKey)
    , m_maxPayload(maxPayload)
    , m_fetcher(fetcher)
    , m_sink(sink)
    , m_contents(publicKey, readKey, fetcher, sink, this)
{
    connect(&m_contents, &ContentReader::finished, this, [this](const Problem &problem) {
        if (problem)
            return finish(problem);
        m_contentsFirst = m_cursor + 1;
        pump();
    });
}

LogReader::~LogReader() = default;

void LogReader::setCursor(quint64 cursor, const QByteArray &history, quint64 knownLast)
{
    m_cursor = cursor;
    m_history = history;
    m_knownLast = knownLast;
}

void LogReader::read(const NameRecord &record)
{
    m_record = record;
    m_headWanted = true;
    m_headOpen = false;
    m_embedded.clear();
    for (const QByteArray &block : record.embedded)
        m_embedded.insert(blockAddress(block), block);
    // What failed on the way to the last record may be had by now.
    m_failed.clear();
    m_problem = Problem();
    proceed();
}

void LogReader::proceed()
{
    if (!m_isReading) {
        m_problem = Problem();
        m_failed.clear();
        m_isReading = true;
    }
    pump();
}

void LogReader::stop()
{
    ++m_round;
    m_isReading = false;
    m_headOpen = false;
    m_contents.stop();
    m_contentsFirst = 0;
    m_open.clear();
    m_openBytes = 0;
    m_held.clear();
    m_heldAddresses.clear();
    m_heldBytes = 0;
}

void LogReader::pump()
{
    // An answer may come while another is being worked on: sinks and signals call back.
    if (m_isPumping) {
        m_pumpAgain = true;
        return;
    }
    m_isPumping = true;
    do {
        m_pumpAgain = false;
        step();
    } while (m_pumpAgain && m_isReading);
    m_isPumping = false;
}

void LogReader::step()
{
    if (!m_isReading || !m_sink.hasRoom())
        return;
    consume();
    if (!m_isReading || m_contents.isReading())
        return;
    if (m_headWanted && !m_headOpen)
        fetchHead();
    if (m_isReading && !m_headWanted)
        fetchPages();
    if (!m_isReading || m_headOpen || !m_open.isEmpty() || m_contents.isReading() || m_pumpAgain)
        return;
    if (!m_headWanted && m_cursor >= m_knownLast)
        finish({});
    else if (m_problem)
        finish(m_problem);
    else if (m_sink.hasRoom())
        finish(Problem(Problem::Kind::Tampered,
                       QStringLiteral("no page tells where entry %1 is").arg(m_cursor + 1)));
}

void LogReader::fetchHead()
{
    const auto embedded = m_embedded.constFind(m_record.address);
    if (embedded != m_embedded.constEnd())
        return takeHead(*embedded);
    m_headOpen = true;
    m_fetcher.fetch(
        {m_record.address, parent()}, this,
        [this, round = m_round, address = m_record.address](const Result<QByteArray> &block) {
            if (round != m_round || address != m_record.address)
                return;
            m_headOpen = false;
            if (block.ok())
                takeHead(block.value());
            else
                finish(block.problem());
            pump();
        });
}

void LogReader::takeHead(const QByteArray &block)
{
    const Result<Page> opened = openPage(block, m_publicKey, m_readKey);
    if (!opened.ok())
        return finish(opened.problem());
    const Page &page = opened.value();
    if (page.last() < m_knownLast)
        return finish(Problem(Problem::Kind::Conflict,
                              QStringLiteral("record %1 ends at %2, but %3 was seen before")
                                  .arg(m_record.number)
                                  .arg(page.last())
                                  .arg(m_knownLast)));
    // Pages after the cursor are compared when they are reached; one that ends there never is.
    if (page.last() == m_cursor && historyAfter(page, m_cursor) != m_history)
        return finish(
            Problem(Problem::Kind::Conflict,
                    QStringLiteral("the page at entry %1 has another history").arg(m_cursor)));
    m_headWanted = false;
    m_knownLast = page.last();
    learn(page, 0);
    if (page.last() > m_cursor)
        hold(m_record.address, block, page);
    Q_EMIT headRead(m_record, page.last(), page.helpers);
    m_pumpAgain = true;
}

void LogReader::learn(const Page &page, int depth)
{
    for (const PageRange &range : page.ranges) {
        if (range.last() > m_cursor)
            m_ranges.add(range, depth);
    }
    // What `tail` says of itself: the entry before this page is there. Logs without ranges are read
    // by this alone.
    if (!page.tail.isEmpty() && page.first > m_cursor + 1 && !m_ranges.contains(page.tail))
        m_ranges.add({page.first - 1, 1, page.tail, 0}, depth);
}

void LogReader::hold(const QByteArray &address, const QByteArray &block, const Page &page)
{
    // The sizes that ranges state are hints, and may be lies: what turns out too much is fetched
    // again when it is its turn.
    if (page.first > m_cursor + 1 && m_heldBytes + block.size() > 2 * MaxBytes)
        return;
    const auto there = m_held.find(page.first);
    if (there != m_held.end()) {
        if (there->second.page.last() >= page.last())
            return;
        m_heldBytes -= there->second.block.size();
        m_heldAddresses.remove(there->second.address);
        m_held.erase(there);
    }
    m_held.insert({page.first, {page, address, block}});
    m_ranges.add({page.first, quint64(page.pairs.size()), address, quint64(block.size())}, 0);
    m_heldAddresses.insert(address);
    m_heldBytes += block.size();
}

void LogReader::fetchPages()
{
    if (m_cursor >= m_knownLast || !m_sink.hasRoom())
        return;
    m_ranges.removeBefore(m_cursor + 1);
    const auto isHeld = [this](const QByteArray &address) {
        return m_open.contains(address) || m_heldAddresses.contains(address)
               || m_failed.contains(address);
    };
    const int room = MaxOpen - int(m_open.size());
    const QList<PlannedFetch> planned = m_ranges.plan(m_cursor + 1, m_knownLast, isHeld, room);
    for (const PlannedFetch &fetch : planned) {
        const qint64 size = fetch.range.size > 0
                                ? qint64(std::min<quint64>(fetch.range.size, MaxBlockSize))
                                : UnknownSize;
        if (m_openBytes + m_heldBytes + size > MaxBytes) {
            if (!m_open.isEmpty())
                break;
            // What is in hand waits for a page that failed: newer ones would only push each other
            // out. The failure is reported, and all goes on from there later.
            if (m_problem)
                return;
            makeRoom();
        }
        fetchPage(fetch);
    }
}

void LogReader::makeRoom()
{
    // Nothing is under way and what is in hand does not connect: the newest pages will be fetched
    // again later.
    while (m_heldBytes > MaxBytes / 2 && !m_held.empty()) {
        const auto newest = std::prev(m_held.end());
        m_heldBytes -= newest->second.block.size();
        m_heldAddresses.remove(newest->second.address);
        m_held.erase(newest);
    }
}

void LogReader::fetchPage(const PlannedFetch &planned)
{
    const QByteArray address = planned.range.address;
    const auto embedded = m_embedded.constFind(address);
    if (embedded != m_embedded.constEnd()) {
        takePage(planned, *embedded);
        m_pumpAgain = true;
        return;
    }
    const qint64 size = planned.range.size > 0
                            ? qint64(std::min<quint64>(planned.range.size, MaxBlockSize))
                            : UnknownSize;
    m_open.insert(address, size);
    m_openBytes += size;
    m_fetcher.fetch({address, parent(), size}, this,
                    [this, planned, round = m_round](const Result<QByteArray> &block) {
                        if (round != m_round)
                            return;
                        m_openBytes -= m_open.take(planned.range.address);
                        if (block.ok()) {
                            takePage(planned, block.value());
                        } else {
                            m_failed.insert(planned.range.address);
                            note(block.problem());
                        }
                        pump();
                    });
}

void LogReader::takePage(const PlannedFetch &planned, const QByteArray &block)
{
    const QByteArray address = planned.range.address;
    const Result<Page> opened = openPage(block, m_publicKey, m_readKey);
    Problem problem = opened.problem();
    if (opened.ok()
        && (opened.value().first > planned.range.first
            || opened.value().last() < planned.range.last()))
        problem = Problem(Problem::Kind::Tampered,
                          QStringLiteral("page %1 does not hold entries %2 to %3")
                              .arg(addressToText(address))
                              .arg(planned.range.first)
                              .arg(planned.range.last()));
    if (problem) {
        // Another range may tell the truth.
        m_ranges.remove(address);
        m_failed.insert(address);
        return note(problem);
    }
    learn(opened.value(), planned.depth);
    if (opened.value().last() > m_cursor)
        hold(address, block, opened.value());
}

std::map<quint64, LogReader::Held>::iterator LogReader::heldWith(quint64 sequence)
{
    auto best = m_held.end();
    for (auto held = m_held.begin(); held != m_held.end() && held->first <= sequence;) {
        if (held->second.page.last() < sequence) {
            m_heldBytes -= held->second.block.size();
            m_heldAddresses.remove(held->second.address);
            held = m_held.erase(held);
            continue;
        }
        if (best == m_held.end() || held->second.page.last() > best->second.page.last())
            best = held;
        ++held;
    }
    return best;
}

quint64 LogReader::portion(const Page &page, quint64 first) const
{
    quint64 mapped = 0;
    for (quint64 sequence = first; sequence <= page.last(); ++sequence) {
        const Pair &pair = page.pair(sequence);
        const quint64 size = pair.isMapped() ? pair.size : quint64(pair.data.size());
        if (size > quint64(m_maxPayload))
            return sequence - 1;
        if (pair.isMapped() && mapped > 0 && mapped + size > PortionBytes)
            return sequence - 1;
        mapped += pair.isMapped() ? size : 0;
    }
    return page.last();
}

void LogReader::consume()
{
    QList<VerifiedPage> ready;
    qint64 readyBytes = 0;
    quint64 cursor = m_cursor;
    QByteArray history = m_history;
    while (m_isReading && !m_contents.isReading() && m_sink.hasRoom()) {
        const auto held = heldWith(cursor + 1);
        if (held == m_held.end())
            break;
        const Page &page = held->second.page;
        const quint64 first = cursor + 1;
        const QByteArray claimed = page.first == first ? page.history : historyAfter(page, cursor);
        if (claimed != history) {
            if (flush(ready))
                finish(Problem(
                    Problem::Kind::Conflict,
                    QStringLiteral("the page at entry %1 continues another history").arg(first)));
            return;
        }
        const quint64 last = portion(page, first);
        if (last < first) {
            if (flush(ready))
                finish(Problem(Problem::Kind::TooLarge,
                               QStringLiteral("entry %1 is over the limit of %2 bytes")
                                   .arg(first)
                                   .arg(m_maxPayload)));
            return;
        }
        if (m_contentsFirst != first && ContentReader::isNeeded(page, first, last)) {
            if (flush(ready))
                m_contents.read(page, first, last);
            return;
        }
        history = extendHistoryOver(history, page, first, last);
        ready.append({page, held->second.address, held->second.block, first, last, history});
        readyBytes += held->second.block.size();
        cursor = last;
        if (readyBytes > FlushBytes) {
            if (!flush(ready))
                return;
            readyBytes = 0;
        }
    }
    flush(ready);
}

bool LogReader::flush(QList<VerifiedPage> &pages)
{
    if (pages.isEmpty())
        return true;
    if (const Problem problem = m_sink.acceptPages(pages)) {
        finish(problem);
        return false;
    }
    m_cursor = pages.constLast().last;
    m_history = pages.constLast().history;
    pages.clear();
    Q_EMIT advanced();
    return m_isReading;
}

void LogReader::note(const Problem &problem)
{
    qCDebug(engineLog) << "reading" << problem;
    // What says more than "not now" wins.
    if (!m_problem || m_problem.kind() == Problem::Kind::WillRetry)
        m_problem = problem;
}

void LogReader::finish(const Problem &problem)
{
    if (!m_isReading)
        return;
    stop();
    if (!problem) {
        m_ranges.clear();
        m_embedded.clear();
    }
    Q_EMIT stopped(problem);
}

} // namespace RemoteLog
