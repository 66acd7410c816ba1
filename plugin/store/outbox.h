// SPDX-License-Identifier: MIT
#pragma once

#include "database.h"
#include "log/pagecutter.h"
#include "readable.h"

#include <QList>
#include <QPair>

namespace RemoteLog {

// What the database knows of a log that this profile writes.
struct OwnLog
{
    qint64 id = 0;
    QString label;
    QByteArray publicKey;
    quint64 nextSequence = 1; // for the next append
    WriterPosition position; // after the last cut page
    quint64 recordNumber = 0; // of the newest intent; 0 before the first
    QByteArray record; // the newest signed record; empty before the first
    quint64 seenNumber = 0; // highest record number that a name system showed for this log
    QByteArray
        highestValidity; // the latest validity own or seen, as a record writes it; empty if none
    quint64 publishedNumber = 0; // highest own record number that was served back
    quint64 publishedSequence = 0; // last sequence that it covers
    bool mustResolve =
        false; // appends wait until the name was resolved once (the database had been lost)
    bool isConflict = false; // for good
};

struct NewEntry
{
    QByteArray payload;
    QByteArray id; // empty: computed
};

struct PendingTotals
{
    int count = 0;
    qint64 bytes = 0; // of payloads
};

// Own logs and their entries up to the moment when they are cut into pages.
class Outbox
{
public:
    explicit Outbox(Database &database);

    Result<Readable<OwnLog>> logs();
    // InvalidArgument if there is one of this label or public key; LocalDataCorrupt if a damaged
    // row is that: it must not get a second history. Where a damaged row does not even tell that,
    // the new log must resolve its name first, as if the database had been lost.
    Result<OwnLog> createLog(const QString &label, const QByteArray &publicKey, bool mustResolve);
    // Writes every field but id, label and publicKey. What never goes back does not: a lower
    // nextSequence than that of the last append is passed over, a lower position or recordNumber is
    // InvalidArgument and nothing is written.
    Problem saveLog(const OwnLog &log);

    // Entries first, first + 1, ... and the new nextSequence in one transaction. `first` is the
    // next sequence as it was saved last (InvalidArgument if it is not); log.nextSequence itself is
    // not looked at. Fast: one statement, no extra copies.
    Problem append(const OwnLog &log, quint64 first, const QList<NewEntry> &entries);

    // True if the entry was still uncut and is withdrawn now (or was before); its payload and id
    // are overwritten on the disk. A damaged entry can be withdrawn like any other.
    Result<bool> withdraw(const OwnLog &log, quint64 sequence);

    // Uncut entries from `first`, in order, withdrawn ones included: at most `maxCount` and about
    // `maxBytes`, at least one if there is one. They end before one that is damaged; if that is the
    // first, this is LocalDataCorrupt. The way out is to withdraw() it, which does not unseal.
    Result<QList<PendingEntry>> pending(const OwnLog &log, quint64 first, int maxCount,
                                        qint64 maxBytes);

    // Of all uncut entries, withdrawn ones not counted.
    Result<PendingTotals> pendingTotals(const OwnLog &log);
    // Of all logs, those included that are in pages which no store has yet. Needs no key.
    Result<PendingTotals> pendingTotals();

    // Acknowledged sequences, as ascending inclusive ranges that do not touch.
    // `sequences` in any order; each 1..2^63 - 1, else InvalidArgument. The ranges come back cut to
    // first..last.
    Problem acknowledge(const OwnLog &log, const QList<quint64> &sequences);
    Result<QList<QPair<quint64, quint64>>> acknowledged(const OwnLog &log, quint64 first,
                                                        quint64 last);

private:
    void sealEntry(RowSeal::Batch &seal, const NewEntry &entry, const OwnLog &log,
                   quint64 sequence);
    PendingEntry openEntry(const OwnLog &log, quint64 sequence, QByteArrayView sealed) const;
    void insertLog(OwnLog &log);
    void acknowledgeRange(const OwnLog &log, quint64 first, quint64 last);

    Database &m_database;
    QByteArray m_plain; // buffers that sealEntry() uses again
    QByteArray m_sealed;
};

} // namespace RemoteLog
