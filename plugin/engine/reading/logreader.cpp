// SPDX-License-Identifier: MIT
#include "logreader.h"

#include "engine/logging.h"
#include "log/address.h"

namespace RemoteLog {

namespace {

// What may be in hand or under way at a time. Pages of many small logs are small: the count lets a
// fresh reader learn where everything is in a few rounds; the bytes bound the memory.
constexpr int MaxOpen = 512;
constexpr qint64 MaxBytes = 8 * 1024 * 1024;
// What stays in hand while a log waits for what is missing before it: many logs may.
constexpr qint64 KeptBytes = 1024 * 1024;
Problem untold(quint64 sequence)
{
    return Problem(Problem::Kind::Tampered,
                   QStringLiteral("no page tells where entry %1 is").arg(sequence));
}

} // namespace

LogReader::LogReader(const QByteArray &publicKey, const Key &readKey, qint64 maxPayload,
                     BlockFetcher &fetcher, PageSink &sink, QObject *parent)
    : QObject(parent)
    , m_publicKey(publicKey)
    , m_readKey(readKey)
    , m_maxPayload(maxPayload)
    , m_fetcher(fetcher)
    , m_sink(sink)
    , m_walk(sink)
    , m_contents(publicKey, readKey, fetcher, sink, parent, this)
{
    m_step.setSingleShot(true);
    m_step.setInterval(0);
    connect(&m_step, &QTimer::timeout, this, &LogReader::step);
    connect(&m_contents, &ContentReader::finished, this, [this](const Problem &problem) {
        if (problem)
            return finish(problem);
        m_contentsFirst = m_walk.next();
        m_contentsLast = m_readingLast;
        pump();
    });
}

LogReader::~LogReader() = default;

// ---- Start

void LogReader::setCursor(quint64 cursor, const QByteArray &history, quint64 knownLast)
{
    m_walk.begin(cursor, history);
    m_knownLast = knownLast;
}

void LogReader::read(const NameRecord &record)
{
    if (record.address != m_record.address) {
        m_headWanted = true;
        m_headOpen = false;
        m_headProblem = Problem();
        m_embedded = EmbeddedBlocks(record);
    }
    m_record = record;
    proceed();
}

void LogReader::proceed()
{
    if (!m_isReading) {
        m_isReading = true;
        m_problem = m_headProblem = Problem();
        // What failed may be had by now.
        m_missing.retryFailed();
    }
    pump();
}

void LogReader::pump()
{
    // Answers come in crowds: one step, and one transaction, for all that are there.
    if (!m_step.isActive())
        m_step.start();
}

void LogReader::step()
{
    if (!m_isReading)
        return;
    // Nobody knows for how long, and others want room for their trees.
    if (!m_sink.hasRoom())
        return m_fetcher.dropExtras(this);
    if (m_headWanted && !m_headOpen && !m_headProblem)
        fetchHead();
    if (m_isReading && !m_contents.isReading())
        consume();
    if (!m_isReading || m_contents.isReading())
        return;
    fetchPages();
    if (m_headOpen || !m_open.isEmpty() || m_tree.isUnderWay() || m_step.isActive())
        return;
    conclude();
}

bool LogReader::wantsTree() const
{
    return m_tree.mayBegin() && m_walk.cursor() == 0;
}

void LogReader::fetch(const QByteArray &address, qint64 size, const Handler &handler)
{
    const bool withTree = wantsTree();
    if (withTree)
        m_tree.begin();
    m_fetcher.fetch({address, parent(), size, withTree, this}, this,
                    [this, withTree, handler, round = m_round](const Result<QByteArray> &block) {
                        if (round != m_round)
                            return;
                        if (withTree)
                            m_tree.answered(block.ok() || m_fetcher.extras().isExpectedFor(this));
                        handler(block);
                    });
}

// ---- The head

void LogReader::fetchHead()
{
    const QByteArray embedded = m_embedded.find(m_record.address);
    if (!embedded.isNull())
        return headFetched(embedded);
    m_headOpen = true;
    fetch(m_record.address, 0, [this, address = m_record.address](const Result<QByteArray> &block) {
        if (address == m_record.address)
            return headFetched(block);
        // A newer head names it, or what came with it.
        if (block.ok())
            m_fetcher.giveBack(this, address, block.value());
        pump();
    });
}

void LogReader::headFetched(const Result<QByteArray> &block)
{
    m_headOpen = false;
    m_headProblem = block.ok() ? takeHead(block.value()) : block.problem();
    // Nothing may follow where there are two histories; anything else is a reason to read what is
    // known without this page.
    if (m_headProblem.kind() == Problem::Kind::Conflict)
        return finish(m_headProblem);
    pump();
}

Problem LogReader::takeHead(const QByteArray &block)
{
    const Result<Page> opened = openPage(block, m_publicKey, m_readKey);
    if (!opened.ok())
        return opened.problem();
    const Page &page = opened.value();
    if (page.last() < m_knownLast)
        return Problem(Problem::Kind::Conflict,
                       QStringLiteral("record %1 ends at %2, but %3 was seen before")
                           .arg(m_record.number)
                           .arg(page.last())
                           .arg(m_knownLast));
    // Pages after the cursor are compared when they are reached; one that ends there never is.
    if (page.last() == m_walk.cursor()) {
        if (const Problem conflict = m_walk.check(page))
            return conflict;
    }
    if (const int strays = m_embedded.dropStrays(page, m_publicKey, m_readKey); strays > 0)
        qCInfo(engineLog) << "record" << m_record.number << "has" << strays
                          << "blocks that are no page of its log: ignored";
    m_headWanted = false;
    m_knownLast = page.last();
    m_learnedAt = m_walk.cursor();
    m_missing.learn(page, 0, m_walk.cursor());
    hold(m_record.address, block, page);
    Q_EMIT headRead(m_record, page.last(), page.helpers);
    return {};
}

void LogReader::hold(const QByteArray &address, const QByteArray &block, const Page &page)
{
    if (page.last() <= m_walk.cursor())
        return;
    // The sizes that ranges state are hints, and may be lies: what turns out too much is fetched
    // again when it is its turn.
    if (page.first > m_walk.next() && m_held.bytes() + block.size() > 2 * MaxBytes)
        return m_fetcher.giveBack(this, address, block);
    m_held.hold({page.first, page.last(), address, block});
    m_missing.add({page.first, quint64(page.pairs.size()), address, quint64(block.size())});
}

// ---- What is in hand, in order

void LogReader::consume()
{
    while (m_sink.hasRoom()) {
        const quint64 first = m_walk.next();
        const HeldPages::Held *held = m_held.with(first);
        if (!held)
            break;
        m_isProbing = false;
        const Result<Page> page = openPage(held->block, m_publicKey, m_readKey);
        Problem wrong = page.ok() ? m_walk.check(page.value()) : page.problem();
        const quint64 last = wrong ? 0 : m_walk.portion(page.value(), m_maxPayload);
        if (!wrong && last < first)
            wrong = Problem(Problem::Kind::TooLarge,
                            QStringLiteral("entry %1 is over the limit of %2 bytes")
                                .arg(first)
                                .arg(m_maxPayload));
        if (wrong) {
            if (flush())
                finish(wrong);
            return;
        }
        const bool isThere = m_contentsFirst == first && m_contentsLast >= last;
        if (!isThere && ContentReader::isNeeded(page.value(), first, last)) {
            m_readingLast = last;
            if (flush())
                m_contents.read(page.value(), first, last);
            return;
        }
        if (const Problem problem = m_walk.take(page.value(), held->address, held->block, last))
            return finish(problem);
    }
    flush();
}

bool LogReader::flush()
{
    if (const Problem problem = m_walk.flush())
        finish(problem);
    return m_isReading;
}

// ---- What is missing

void LogReader::fetchPages()
{
    if (m_walk.cursor() >= m_knownLast || !m_sink.hasRoom() || !isWorthPlanning())
        return;
    if (m_tree.isUnderWay())
        return;
    QList<PlannedFetch> planned = plan();
    if (wantsTree())
        planned = TreeReading::plan(planned, m_walk.next(), m_embedded);
    for (const PlannedFetch &fetch : planned) {
        const qint64 size = MissingPages::expectedSize(fetch.range);
        if (m_openBytes + m_held.bytes() + size > MaxBytes && (!m_open.isEmpty() || !makeRoom()))
            return;
        fetchPage(fetch, size);
    }
}

// Planning looks at the whole window: not for every answer.
bool LogReader::isWorthPlanning() const
{
    if (m_open.isEmpty())
        return true;
    if (m_isProbing)
        return false;
    const bool hasPlace = m_open.size() <= MaxOpen - MaxOpen / 8
                          && m_openBytes + m_held.bytes() <= MaxBytes - MaxBytes / 8;
    return hasPlace || m_missing.hasLearned();
}

QList<PlannedFetch> LogReader::plan()
{
    const auto isHeld = [this](const QByteArray &address) {
        return m_open.contains(address) || m_held.contains(address);
    };
    if (!m_isProbing || wantsTree())
        return m_missing.plan(m_walk.next(), m_knownLast, isHeld, MaxOpen - int(m_open.size()));
    if (m_problem)
        return {};
    return m_missing.planNext(m_walk.next(), m_knownLast, isHeld);
}

// Nothing is under way, and what is in hand does not connect. False if that is how it stays.
bool LogReader::makeRoom()
{
    // It waits for a page that failed: newer ones would only push each other out. The failure is
    // reported, and all goes on from there later.
    if (m_problem)
        return false;
    // Pages that tell of nothing below them would be let go and fetched again for ever.
    if (!m_missing.hasComeNearer(m_walk.next(), m_knownLast)) {
        finish(untold(m_missing.gapFrom(m_walk.next())));
        return false;
    }
    // The newest will be fetched again later.
    const QList<HeldPages::Held> newest = m_held.shrink(MaxBytes / 2);
    for (const HeldPages::Held &page : newest)
        m_fetcher.giveBack(this, page.address, page.block);
    return true;
}

void LogReader::fetchPage(const PlannedFetch &planned, qint64 size)
{
    const QByteArray address = planned.range.address;
    const QByteArray embedded = m_embedded.find(address);
    if (!embedded.isNull())
        return takePage(planned, embedded);
    m_open.insert(address, size);
    m_openBytes += size;
    fetch(address, size, [this, planned](const Result<QByteArray> &block) {
        m_openBytes -= m_open.take(planned.range.address);
        takePage(planned, block);
    });
}

void LogReader::takePage(const PlannedFetch &planned, const Result<QByteArray> &block)
{
    if (const Problem problem = openPlanned(planned, block)) {
        qCDebug(engineLog) << "reading" << problem;
        m_missing.setFailed(planned);
        // What says more than "not now" wins.
        if (!m_problem || m_problem.kind() == Problem::Kind::WillRetry)
            m_problem = problem;
    }
    pump();
}

Problem LogReader::openPlanned(const PlannedFetch &planned, const Result<QByteArray> &block)
{
    if (!block.ok())
        return block.problem();
    const Result<Page> page = openPage(block.value(), m_publicKey, m_readKey);
    if (!page.ok())
        return page.problem();
    const PageRange &range = planned.range;
    if (page.value().first > range.first || page.value().last() < range.last())
        return Problem(Problem::Kind::Tampered,
                       QStringLiteral("page %1 does not hold entries %2 to %3")
                           .arg(addressToText(range.address))
                           .arg(range.first)
                           .arg(range.last()));
    m_missing.learn(page.value(), planned.depth, m_walk.cursor());
    hold(range.address, block.value(), page.value());
    return {};
}

// ---- The end

void LogReader::conclude()
{
    if (!m_isReading || !m_sink.hasRoom())
        return;
    if (m_walk.cursor() >= m_knownLast)
        return finish(m_headProblem);
    if (m_problem || m_headProblem)
        return finish(m_problem ? m_problem : m_headProblem);
    // Of a long log the newest ranges are forgotten while the oldest are read: they are told again.
    if (m_walk.cursor() > m_learnedAt) {
        m_missing.clear();
        m_headWanted = true;
        return pump();
    }
    finish(untold(m_walk.next()));
}

void LogReader::finish(const Problem &problem)
{
    if (!m_isReading)
        return;
    ++m_round;
    m_isReading = false;
    m_step.stop();
    m_headOpen = false;
    m_contents.stop();
    m_contentsFirst = 0;
    m_open.clear();
    m_openBytes = 0;
    m_tree.giveUp();
    m_missing.forgetNearness();
    m_fetcher.dropExtras(this);
    m_isProbing = bool(problem);
    const bool isWrong =
        problem.kind() == Problem::Kind::Conflict || problem.kind() == Problem::Kind::Tampered;
    if (problem && !isWrong) {
        m_held.shrink(KeptBytes);
    } else {
        // What led here may be what was wrong: the next time everything is learned anew.
        m_held.clear();
        m_missing.clear();
        m_headWanted = m_headWanted || isWrong;
    }
    if (!problem)
        m_embedded.clear();
    Q_EMIT stopped(problem);
}

} // namespace RemoteLog
