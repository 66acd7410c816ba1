// SPDX-License-Identifier: MIT
#pragma once

#include "log/page.h"

#include <RemoteLog/result.h>

namespace RemoteLog {

// A page that was reached from a signed record, fetched, and found to continue the history that is
// known.
struct VerifiedPage
{
    Page page;
    QByteArray address;
    QByteArray block; // as fetched, sealed
    quint64 first =
        0; // its entries first..last are new; `last` is before page.last() if the log stops there
    quint64 last = 0;
    QByteArray history; // h(last)
};

// Where verified things go: the inbox, or the own pages of a log that is rebuilt.
class PageSink
{
public:
    virtual ~PageSink() = default;

    // Takes pages in order, the first of which goes on after the last one taken; in one
    // transaction.
    virtual Problem acceptPages(const QList<VerifiedPage> &pages) = 0;

    // A content or index block that hashes to `address`, for the entry `sequence`; it comes before
    // its page.
    virtual Problem acceptContent(quint64 sequence, const QByteArray &address,
                                  const QByteArray &block) = 0;
    // A block that was accepted; null if none was.
    virtual Result<QByteArray> content(const QByteArray &address) = 0;
    // Contents whose page did not come yet are wrong.
    virtual void dropContents() = 0;

    // False while no more is wanted; LogReader::proceed() goes on later.
    virtual bool hasRoom() const = 0;
};

} // namespace RemoteLog
