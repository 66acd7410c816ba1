// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QList>

namespace RemoteLog {

// 3/REMOTE-LOG to the letter: fields 1 and 2 only, opaque addresses, no seal, no signature. A codec
// for tools and other implementations; a log in this form cannot be followed.
struct PlainPair
{
    QByteArray remoteHash;
    QByteArray localHash;
    QByteArray data;
    friend bool operator==(const PlainPair &, const PlainPair &) = default;
};

struct PlainPage
{
    QList<PlainPair> pairs; // newest first
    QByteArray tail;
};

QByteArray encodePlainPage(const PlainPage &page);

// Tampered if it is no protobuf message or has more than MaxPairs pairs.
Result<PlainPage> decodePlainPage(QByteArrayView bytes);

// What is new in a log of this form is found in two steps. Pages are read along `tail`, newest
// first, and reading ends at the first page address that was consumed before: everything behind it
// is known. Only inside a page whose address is unknown, for a writer may have cut the same entries
// anew, ids are matched, as newPairs() does.
//
// The pairs of `page`, oldest first, that come after the last known ones. `knownIds` are the last
// known ids, oldest first, of which the last MaxPairs count: they are matched as a run, because
// single ids need not be unique; the run may begin before the page. All pairs if the run is not in
// the page. Takes as many steps as there are pairs and known ids.
QList<PlainPair> newPairs(const PlainPage &page, const QList<QByteArray> &knownIds);

} // namespace RemoteLog
