// SPDX-License-Identifier: MIT
#include "intent.h"

namespace RemoteLog {

namespace {

constexpr int CutCount = 65536;
constexpr qint64 CutBytes = 16 * 1024 * 1024;

} // namespace

Result<bool> cutIntent(SavedLog &log, const LogKeys &keys, const PublisherContext &context)
{
    const quint64 number = std::max(log->recordNumber, log->seenNumber);
    if (number >= MaxSequence)
        return Problem(
            Problem::Kind::Conflict,
            QStringLiteral("a name system shows the highest record number that there is"));
    const Result<QList<PendingEntry>> pending =
        context.outbox.pending(*log, log->position.nextSequence, CutCount, CutBytes);
    if (!pending.ok())
        return pending.problem();
    if (pending.value().isEmpty())
        return false;
    PageCutter cutter(keys, log->position, PageLayout::Hybrid, CutLimits(),
                      context.helpers.urlsForReaders(), [&](quint64 page) {
                          const Result<PageRange> range = context.pages.pageRange(*log, page);
                          return range.ok() ? range.value() : PageRange();
                      });
    QList<CutPage> pages;
    for (const PendingEntry &entry : pending.value()) {
        const Result<QList<CutPage>> closed = cutter.add(entry);
        if (!closed.ok())
            return closed.problem();
        pages += closed.value();
    }
    // The last page stays open only if it can still be filled.
    if (pages.isEmpty() || pending.value().constLast().sequence + 1 == log->nextSequence)
        pages += cutter.finish();
    OwnLog changed = *log;
    changed.position = cutter.position();
    changed.recordNumber = number + 1;
    if (const Problem problem = context.pages.addPages(changed, pages))
        return problem;
    log.take(changed);
    return true;
}

} // namespace RemoteLog
