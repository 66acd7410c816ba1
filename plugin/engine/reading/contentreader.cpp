// SPDX-License-Identifier: MIT
#include "contentreader.h"

#include "pagesink.h"

namespace RemoteLog {

namespace {

// Blocks of up to 1 MiB each.
constexpr int MaxOpen = 8;

} // namespace

ContentReader::ContentReader(const QByteArray &publicKey, const Key &readKey, BlockFetcher &fetcher,
                             PageSink &sink, const QObject *hintsOf, QObject *parent)
    : QObject(parent)
    , m_publicKey(publicKey)
    , m_readKey(readKey)
    , m_fetcher(fetcher)
    , m_sink(sink)
    , m_hintsOf(hintsOf)
{
}

bool ContentReader::isNeeded(const Page &page, quint64 first, quint64 last)
{
    for (quint64 sequence = first; sequence <= last; ++sequence) {
        if (page.pair(sequence).isMapped())
            return true;
    }
    return false;
}

void ContentReader::read(const Page &page, quint64 first, quint64 last)
{
    stop();
    m_isReading = true;
    for (quint64 sequence = first; sequence <= last; ++sequence) {
        const Pair &pair = page.pair(sequence);
        if (!pair.isMapped())
            continue;
        m_awaited.insert({sequence, {pair, 1}});
        m_wanted.push_back({sequence, pair.address, pair.size > quint64(ContentPieceSize)});
    }
    next();
}

void ContentReader::stop()
{
    ++m_round;
    m_isReading = false;
    m_open = 0;
    m_wanted.clear();
    m_awaited.clear();
}

void ContentReader::next()
{
    while (m_isReading && m_open < MaxOpen && !m_wanted.empty()) {
        const Wanted wanted = m_wanted.front();
        m_wanted.pop_front();
        ++m_open;
        // Perhaps it came before a restart, or with another entry. This one needs it, too, when the
        // other is gone.
        const Result<QByteArray> here = m_sink.content(wanted.address);
        if (!here.ok())
            return finish(here.problem());
        if (!here.value().isNull()) {
            accept(wanted, here.value());
            continue;
        }
        m_fetcher.fetch({wanted.address, m_hintsOf, MaxBlockSize, false, parent()}, this,
                        [this, wanted, round = m_round](const Result<QByteArray> &block) {
                            if (round != m_round)
                                return;
                            if (!block.ok())
                                return finish(block.problem());
                            accept(wanted, block.value());
                            next();
                        });
    }
    if (m_isReading && m_awaited.empty())
        finish({});
}

void ContentReader::accept(const Wanted &wanted, const QByteArray &block)
{
    if (const Problem problem = m_sink.acceptContent(wanted.sequence, wanted.address, block))
        return finish(problem);
    --m_open;
    const auto entry = m_awaited.find(wanted.sequence);
    if (wanted.isIndex) {
        const Result<ContentIndex> index =
            openContentIndex(entry->second.pair, block, m_publicKey, m_readKey);
        if (!index.ok())
            return finish(index.problem());
        const QList<QByteArray> addresses = index.value().addresses;
        entry->second.missing += int(addresses.size());
        // In front: one entry is finished before the next is begun.
        for (auto address = addresses.crbegin(); address != addresses.crend(); ++address)
            m_wanted.push_front({wanted.sequence, *address, false});
    }
    if (--entry->second.missing == 0)
        checkEntry(wanted.sequence);
}

void ContentReader::checkEntry(quint64 sequence)
{
    const auto entry = m_awaited.find(sequence);
    const Problem problem = readContent(
        entry->second.pair, [this](const QByteArray &address) { return m_sink.content(address); },
        m_publicKey, m_readKey, [](QByteArrayView) {});
    if (problem)
        return finish(problem);
    m_awaited.erase(entry);
}

void ContentReader::finish(const Problem &problem)
{
    if (!m_isReading)
        return;
    stop();
    if (problem.kind() == Problem::Kind::Tampered)
        m_sink.dropContents();
    Q_EMIT finished(problem);
}

} // namespace RemoteLog
