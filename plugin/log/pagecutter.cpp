// SPDX-License-Identifier: MIT
#include "pagecutter.h"

#include "address.h"
#include "block.h"
#include "body.h"
#include "history.h"
#include "largeentry.h"
#include "link.h"
#include "security/hash.h"
#include "skiplist.h"

#include <QHash>

#include <algorithm>
#include <optional>

namespace RemoteLog {

namespace {

// Of a page's block, what its pairs do not take: at most 240 ranges (15 for each of 16 levels) of
// 72 bytes, helpers, tail, history, the seal and the block around it.
constexpr int PageOverhead = 32 * 1024;
constexpr int MaxPairBytes = MaxBlockSize - PageOverhead;

// The address of a pair's content stands once more in the block's links: tag, length and a zero
// byte before it.
constexpr int LinkSize = AddressSize + 5;

// What a withdrawn sequence takes in the page's list of them, at most.
constexpr int WithdrawnSize = 9;

// What a payload and its id take beside themselves as an embedded pair, at most.
constexpr int EmbedOverhead = 128;

// A page whose entries are being collected.
struct OpenPage
{
    Page page; // pairs oldest first until it is closed
    qsizetype pairBytes = 0; // with links
    qint64 payloadBytes = 0;
    qint64 contentBytes = 0;
    QList<Block> contents;
};

// One entry made into a pair.
struct Prepared
{
    Pair pair;
    QByteArray payloadSha256;
    QList<Block> contents;
    qsizetype pairBytes = 0;
};

QList<QByteArray> encoded(const QList<QUrl> &urls)
{
    QList<QByteArray> encoded;
    for (const QUrl &url : urls)
        encoded.append(url.toEncoded());
    return encoded;
}

Problem corrupt(const QString &detail)
{
    return Problem(Problem::Kind::LocalDataCorrupt, detail);
}

} // namespace

struct PageCutter::Private
{
    const LogKeys keys;
    const PageLayout layout;
    const CutLimits limits;
    const QList<QByteArray> helpers;
    const std::function<PageRange(quint64)> pageRange;

    WriterPosition position; // after the last closed page
    QByteArray history; // after the last entry added
    std::optional<OpenPage> open;
    QHash<quint64, PageRange> cut; // ranges of pages cut here, by number

    quint64 nextSequence() const;
    Problem faultOf(const PendingEntry &entry) const;
    bool isEmbedded(qsizetype payloadSize) const;
    Prepared prepare(const PendingEntry &entry) const;
    bool fits(const Prepared &entry) const;
    void append(const PendingEntry &entry, const Prepared &prepared);
    bool isFull() const;
    QList<PageRange> ranges() const;
    CutPage close();
};

quint64 PageCutter::Private::nextSequence() const
{
    return position.nextSequence + quint64(open ? open->page.pairs.size() : 0);
}

Problem PageCutter::Private::faultOf(const PendingEntry &entry) const
{
    if (position.history.size() != HistorySize
        || position.tail.isEmpty() != (position.nextSequence == 1))
        return corrupt(QStringLiteral("where the log stands is not known"));
    if (entry.sequence != nextSequence())
        return corrupt(QStringLiteral("entry %1 is missing, %2 is the next one")
                           .arg(nextSequence())
                           .arg(entry.sequence));
    if (entry.id.size() > MaxIdSize)
        return corrupt(QStringLiteral("the id of entry %1 has %2 bytes")
                           .arg(entry.sequence)
                           .arg(entry.id.size()));
    return {};
}

bool PageCutter::Private::isEmbedded(qsizetype payloadSize) const
{
    switch (layout) {
    case PageLayout::Hybrid:
        return payloadSize <= std::min<qsizetype>(limits.embed, MaxPairBytes - EmbedOverhead);
    case PageLayout::FullyReplicated:
        return payloadSize <= MaxPairBytes - EmbedOverhead;
    case PageLayout::CasMapping:
    case PageLayout::LinkedList:
        break;
    }
    return false;
}

Prepared PageCutter::Private::prepare(const PendingEntry &entry) const
{
    Prepared prepared;
    if (entry.isWithdrawn) {
        prepared.pairBytes = WithdrawnSize;
    } else {
        Pair &pair = prepared.pair;
        prepared.payloadSha256 = sha256(entry.payload);
        if (entry.id != prepared.payloadSha256)
            pair.id = entry.id;
        if (isEmbedded(entry.payload.size())) {
            pair.data = entry.payload;
        } else {
            prepared.contents = sealContent(entry.payload, keys);
            pair.address = prepared.contents.constLast().address();
            pair.sha256 = prepared.payloadSha256;
            pair.size = quint64(entry.payload.size());
            prepared.pairBytes = LinkSize;
        }
    }
    prepared.pairBytes += encodedSize(prepared.pair);
    return prepared;
}

bool PageCutter::Private::fits(const Prepared &entry) const
{
    return !open || open->pairBytes + entry.pairBytes <= MaxPairBytes;
}

void PageCutter::Private::append(const PendingEntry &entry, const Prepared &prepared)
{
    if (!open) {
        open.emplace();
        open->page.first = entry.sequence;
        open->page.history = history;
    }
    if (entry.isWithdrawn) {
        open->page.withdrawn.append(entry.sequence);
        history = extendHistoryWithdrawn(history, entry.sequence);
    } else {
        const QByteArray &id = prepared.pair.id;
        history = extendHistory(history, entry.sequence, id.isEmpty() ? prepared.payloadSha256 : id,
                                prepared.payloadSha256);
        if (id.isEmpty())
            open->page.idScheme = IdScheme::Sha256; // an id that is sent goes before it
        open->payloadBytes += entry.payload.size();
    }
    if (prepared.pair.isMapped()) {
        open->contentBytes += entry.payload.size();
        open->contents.append(prepared.contents);
    }
    open->page.pairs.append(prepared.pair);
    open->pairBytes += prepared.pairBytes;
}

bool PageCutter::Private::isFull() const
{
    return layout == PageLayout::LinkedList || open->pairBytes >= limits.page
           || open->contentBytes >= limits.contents || open->page.pairs.size() == MaxPairs;
}

QList<PageRange> PageCutter::Private::ranges() const
{
    QList<PageRange> ranges;
    const QList<quint64> targets = skipTargets(position.nextPage);
    for (const quint64 target : targets) {
        const auto own = cut.constFind(target);
        const PageRange range = own != cut.cend() ? *own : pageRange(target);
        if (range.count > 0)
            ranges.append(range);
    }
    return ranges;
}

CutPage PageCutter::Private::close()
{
    Page &page = open->page;
    std::reverse(page.pairs.begin(), page.pairs.end());
    page.tail = position.tail;
    page.ranges = ranges();
    page.helpers = helpers;

    BlockContent content;
    content.body = sealBody(BodyKind::Page, encodePage(page), keys.publicKey, keys.readKey);
    if (!page.tail.isEmpty())
        content.links.append(page.tail);
    for (const Pair &pair : std::as_const(page.pairs)) {
        if (pair.isMapped())
            content.links.append(pair.address);
    }
    const QByteArray bytes = encodeBlock(content);
    Q_ASSERT(bytes.size() <= MaxBlockSize);

    CutPage result;
    result.number = position.nextPage;
    result.range = {page.first, quint64(page.pairs.size()), blockAddress(bytes),
                    quint64(bytes.size())};
    result.historyAfter = history;
    result.blocks = std::move(open->contents);
    result.blocks.append(Block(result.range.address, bytes));
    result.payloadBytes = open->payloadBytes;

    cut.insert(result.number, result.range);
    position = {result.number + 1, result.range.last() + 1, history, result.range.address};
    open.reset();
    return result;
}

PageCutter::PageCutter(const LogKeys &keys, const WriterPosition &position, PageLayout layout,
                       const CutLimits &limits, const QList<QUrl> &helpers,
                       std::function<PageRange(quint64 number)> pageRange)
    : d(new Private{keys,
                    layout,
                    limits,
                    encoded(safeHints(helpers)),
                    std::move(pageRange),
                    position,
                    position.history,
                    {},
                    {}})
{
    if (d->history.isEmpty() && position.nextSequence == 1)
        d->position.history = d->history = initialHistory();
}

PageCutter::~PageCutter() = default;

Result<QList<CutPage>> PageCutter::add(const PendingEntry &entry)
{
    if (const Problem fault = d->faultOf(entry))
        return fault;
    QList<CutPage> closed;
    const Prepared prepared = d->prepare(entry);
    if (!d->fits(prepared))
        closed.append(d->close());
    d->append(entry, prepared);
    if (d->isFull())
        closed.append(d->close());
    return closed;
}

QList<CutPage> PageCutter::finish()
{
    if (!d->open)
        return {};
    return {d->close()};
}

WriterPosition PageCutter::position() const
{
    return d->position;
}

} // namespace RemoteLog
