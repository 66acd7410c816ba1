// SPDX-License-Identifier: MIT
#include "readback.h"

#include "log/address.h"
#include "log/block.h"
#include "log/contents.h"
#include "log/history.h"
#include "log/skiplist.h"
#include "security/hash.h"

using namespace RemoteLog;

void ReadBack::expect(bool condition, const char *what)
{
    if (!condition && m_fault.isEmpty())
        m_fault = QString::fromLatin1(what);
}

void ReadBack::add(const QList<CutPage> &pages)
{
    for (const CutPage &page : pages) {
        m_pages.append(page);
        for (const Block &block : page.blocks) {
            expect(block.address() == blockAddress(block.bytes()), "a block has a wrong address");
            expect(block.bytes().size() <= MaxBlockSize, "a block is too large");
            m_blocks.insert(block.address(), block.bytes());
            m_storedBytes += block.bytes().size();
        }
    }
}

QList<QByteArray> ReadBack::linksOf(const QByteArray &address)
{
    const Result<BlockContent> content = decodeBlock(m_blocks.value(address));
    expect(content.ok(), "a block is malformed");
    return content.ok() ? content.value().links : QList<QByteArray>();
}

QByteArray ReadBack::payloadOf(const Pair &pair)
{
    if (pair.isMapped())
        checkContentLinks(pair);
    const Result<QByteArray> payload = readPayload(
        pair,
        [this](const QByteArray &address) -> Result<QByteArray> { return m_blocks.value(address); },
        m_keys.publicKey, m_keys.readKey);
    expect(payload.ok(), "a payload cannot be read");
    return payload.ok() ? payload.value() : QByteArray();
}

void ReadBack::checkContentLinks(const Pair &pair)
{
    QList<QByteArray> pieces;
    if (pair.size > ContentPieceSize) {
        const auto index =
            openContentIndex(pair, m_blocks.value(pair.address), m_keys.publicKey, m_keys.readKey);
        expect(index.ok(), "an index is malformed");
        if (index.ok())
            pieces = index.value().addresses;
    }
    expect(linksOf(pair.address) == pieces, "an index links to other blocks");
    for (const QByteArray &piece : std::as_const(pieces))
        expect(linksOf(piece).isEmpty(), "a content block has links");
}

Page ReadBack::page(qsizetype number)
{
    const QByteArray address = m_pages.at(number).range.address;
    const Result<Page> page = openPage(m_blocks.value(address), m_keys.publicKey, m_keys.readKey);
    expect(page.ok(), "a page is malformed");
    if (!page.ok())
        return Page();
    checkPage(number, page.value(), linksOf(address));
    return page.value();
}

void ReadBack::checkPage(qsizetype number, const Page &page, const QList<QByteArray> &links)
{
    const CutPage &cut = m_pages.at(number);
    expect(cut.number == quint64(number), "a page has a wrong number");
    expect(cut.blocks.constLast().address() == cut.range.address, "the page is not the last block");
    expect(cut.range.size == quint64(cut.blocks.constLast().bytes().size()), "a wrong size");
    expect(cut.range.first == page.first && cut.range.last() == page.last(), "a wrong range");

    QList<QByteArray> expectedLinks;
    if (number > 0) {
        const CutPage &older = m_pages.at(number - 1);
        expect(page.tail == older.range.address && page.first == older.range.last() + 1,
               "a page is not adjacent");
        expect(page.history == older.historyAfter, "the history breaks");
        expectedLinks.append(page.tail);
    } else {
        expect(page.first == 1 && page.history == initialHistory(), "a wrong beginning");
    }
    for (const Pair &pair : page.pairs) {
        if (pair.isMapped())
            expectedLinks.append(pair.address);
    }
    expect(links == expectedLinks, "a page links to other blocks");

    QList<PageRange> expectedRanges;
    for (const quint64 target : skipTargets(quint64(number)))
        expectedRanges.append(m_pages.at(qsizetype(target)).range);
    expect(page.ranges == expectedRanges, "a page names other ranges");
    expect(historyAfter(page, page.last()) == cut.historyAfter, "a wrong history");
}

QList<PendingEntry> ReadBack::read()
{
    QList<PendingEntry> entries;
    for (qsizetype number = 0; number < m_pages.size(); ++number) {
        const Page page = this->page(number);
        qint64 payloadBytes = 0;
        for (quint64 sequence = page.first; m_fault.isEmpty() && sequence <= page.last();
             ++sequence) {
            PendingEntry entry;
            entry.sequence = sequence;
            entry.isWithdrawn = page.isWithdrawn(sequence);
            const Pair &pair = page.pair(sequence);
            if (!entry.isWithdrawn) {
                entry.payload = payloadOf(pair);
                const QByteArray digest = sha256(entry.payload);
                expect(digest == payloadDigest(pair), "a payload has another digest");
                entry.id = entryId(page, pair, digest);
            }
            payloadBytes += entry.payload.size();
            entries.append(entry);
        }
        expect(payloadBytes == m_pages.at(number).payloadBytes, "a wrong count of bytes");
    }
    return entries;
}
