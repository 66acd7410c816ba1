// SPDX-License-Identifier: MIT
#include "logrebuilder.h"

#include "log/history.h"

#include <limits>

namespace RemoteLog {

LogRebuilder::LogRebuilder(const OwnLog &log, const LogKeys &keys, const NameRecord &record,
                           const PublisherContext &context, QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_keys(keys)
    , m_record(record)
    , m_context(context)
    , m_reader(keys.publicKey, keys.readKey, std::numeric_limits<qint32>::max(), context.fetcher,
               *this, this)
    , m_retry(context.helpers, context.timing, this)
{
    connect(&m_retry, &ReadRetry::due, this, &LogRebuilder::goOn);
    connect(&m_reader, &LogReader::stopped, this, &LogRebuilder::stopped);
    const WriterPosition &position = m_log.position;
    m_reader.setCursor(position.nextSequence - 1,
                       position.nextPage == 0 ? initialHistory() : position.history,
                       position.nextSequence - 1);
}

void LogRebuilder::start()
{
    m_attempt = m_retry.begin();
    m_reader.read(m_record);
}

void LogRebuilder::read(const NameRecord &record)
{
    if (areInConflict(record, m_record)) {
        Q_EMIT finished(
            Problem(Problem::Kind::Conflict,
                    QStringLiteral("record %1 exists with two values").arg(record.number)));
        return;
    }
    if (record.address.isEmpty() || compareNameRecords(record, m_record) <= 0)
        return;
    m_record = record;
    m_retry.reset();
    start();
}

void LogRebuilder::goOn()
{
    if (!m_reader.isReading())
        start();
}

void LogRebuilder::stopped(const Problem &problem)
{
    if (problem.kind() == Problem::Kind::Conflict) {
        Q_EMIT finished(problem);
        return;
    }
    OwnLog changed = m_log;
    changed.recordNumber = m_record.number;
    changed.record = m_record.bytes;
    changed.mustResolve = false;
    // Only now: half a log must never look like a whole one.
    const Problem unsaved = problem ? problem : m_context.outbox.saveLog(changed);
    if (unsaved) {
        // Without a network nothing failed: the retry is due when there is one.
        if (!m_retry.isHeldBack())
            m_retry.failed(m_attempt);
        Q_EMIT waiting(unsaved);
        return;
    }
    m_log = changed;
    Q_EMIT advanced(m_log);
    Q_EMIT finished({});
}

Problem LogRebuilder::acceptPages(const QList<VerifiedPage> &pages)
{
    QList<CutPage> cut;
    OwnLog changed = m_log;
    for (const VerifiedPage &page : pages) {
        // A page that is taken in portions is final with the last of them.
        if (page.last < page.page.last())
            continue;
        CutPage restored;
        restored.number = changed.position.nextPage;
        restored.range = {page.page.first, quint64(page.page.pairs.size()), page.address,
                          quint64(page.block.size())};
        restored.historyAfter = page.history;
        restored.blocks = contentsOf(page.page);
        restored.blocks.append(Block(page.address, page.block));
        for (const Pair &pair : page.page.pairs)
            restored.payloadBytes += pair.isMapped() ? qint64(pair.size) : pair.data.size();
        cut.append(restored);
        changed.position = {restored.number + 1, page.last + 1, page.history, page.address};
    }
    changed.nextSequence = changed.position.nextSequence;
    if (const Problem problem = m_context.pages.addPages(changed, cut))
        return problem;
    m_log = changed;
    if (!cut.isEmpty())
        m_contents.clear();
    Q_EMIT advanced(m_log);
    return {};
}

QList<Block> LogRebuilder::contentsOf(const Page &page) const
{
    QList<Block> blocks;
    for (auto pair = page.pairs.crbegin(); pair != page.pairs.crend(); ++pair) {
        if (!pair->isMapped())
            continue;
        const QByteArray block = m_contents.value(pair->address).block;
        if (pair->size > quint64(ContentPieceSize)) {
            const Result<ContentIndex> index =
                openContentIndex(*pair, block, m_keys.publicKey, m_keys.readKey);
            for (const QByteArray &address :
                 index.ok() ? index.value().addresses : QList<QByteArray>())
                blocks.append(Block(address, m_contents.value(address).block));
        }
        blocks.append(Block(pair->address, block));
    }
    return blocks;
}

Problem LogRebuilder::acceptContent(quint64 sequence, const QByteArray &address,
                                    const QByteArray &block)
{
    if (!m_contents.contains(address))
        m_contents.insert(address, {sequence, block});
    return {};
}

Result<QByteArray> LogRebuilder::content(const QByteArray &address)
{
    return m_contents.value(address).block;
}

void LogRebuilder::dropContents()
{
    // Earlier portions of the same page are right, and nobody brings them again.
    m_contents.removeIf([this](const std::pair<const QByteArray &, Content &> &content) {
        return content.second.sequence > m_reader.cursor();
    });
}

bool LogRebuilder::hasRoom() const
{
    return true;
}

} // namespace RemoteLog
