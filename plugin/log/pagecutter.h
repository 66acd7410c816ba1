// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/contentstore.h>
#include <RemoteLog/result.h>

#include "page.h"
#include "security/keys.h"

#include <QUrl>

#include <functional>
#include <memory>

namespace RemoteLog {

// How entries are put into pages; all three modes of 3/REMOTE-LOG and the mix of them that is the
// default.
enum class PageLayout {
    Hybrid, // embedded up to CutLimits::embed, mapped above
    FullyReplicated, // embedded as long as a block can hold it
    CasMapping, // all mapped
    LinkedList // all mapped, one entry a page
};

struct CutLimits
{
    // Largest embedded payload in bytes (Hybrid).
    int embed = 64 * 1024;

    // A page is closed when its pairs reach this many bytes, links to their contents included.
    int page = 256 * 1024;

    // Or when the contents of its mapped entries do: they are in memory until then.
    qint64 contents = 8 * 1024 * 1024;
};

// An entry that waits to be cut.
struct PendingEntry
{
    quint64 sequence = 0;
    QByteArray id; // empty: computed
    QByteArray payload;
    bool isWithdrawn = false;
};

// Where the writer stands: everything that the next page builds on.
struct WriterPosition
{
    quint64 nextPage = 0; // number of the next page
    quint64 nextSequence = 1; // first sequence of the next page
    QByteArray history; // after nextSequence - 1
    QByteArray tail; // address of the last page; empty before the first
};

// A sealed page and what it needs, final.
struct CutPage
{
    quint64 number = 0;
    PageRange range; // its entries, its address, its size
    QByteArray historyAfter; // h(range.last())
    QList<Block> blocks; // oldest first: contents of mapped entries, then the page itself
    qint64 payloadBytes = 0; // of all entries
};

// Cuts pages from entries, in order. Pure but for random nonces.
//
// Ids that equal the SHA-256 of their payload are not sent, whatever the others of the page are.
class PageCutter
{
public:
    // Pages name those of `helpers` that safeHints() leaves. `pageRange` gives the range of an
    // earlier page by number; pages cut here are known already.
    PageCutter(const LogKeys &keys, const WriterPosition &position, PageLayout layout,
               const CutLimits &limits, const QList<QUrl> &helpers,
               std::function<PageRange(quint64 number)> pageRange);
    ~PageCutter();

    // Adds the entry with the next sequence; gives back the pages that this closed: none, one, or
    // two (the page before it and its own).
    //
    // LocalDataCorrupt, and nothing is added, if it is another sequence, an id has over 64 bytes,
    // or the position is none: what was stored is damaged, and readers would refuse the log for
    // ever.
    Result<QList<CutPage>> add(const PendingEntry &entry);

    // Closes the page that is open, if any.
    QList<CutPage> finish();

    // Where the writer stands after all pages given back so far.
    WriterPosition position() const;

private:
    Q_DISABLE_COPY_MOVE(PageCutter)
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace RemoteLog
