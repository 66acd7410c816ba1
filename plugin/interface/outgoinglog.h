// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/audit.h>
#include <RemoteLog/entry.h>
#include <RemoteLog/head.h>
#include <RemoteLog/loglink.h>

#include <QtCore/QFuture>
#include <QtCore/QObject>

namespace RemoteLog {

// A log that this profile writes (3/REMOTE-LOG, Roles: Alice).
//
// Belongs to its Transport and is used in its thread; hosts never derive from it. Futures as
// described there. Entries are addressed by sequence, never by id: two equal payloads have equal
// ids.
//
// Everything may be called before the log is ready, and waits until it is, in the order of the
// calls and bounded: after 15 s, or when too much waits already, it fails with WillRetry and
// nothing was done, or with what keeps the profile from being opened: InUse (another process has
// it), SecretStoreUnavailable or KeyMissing (its key), ActionRequired (its folder),
// LocalStorageFull, LocalDataCorrupt, Unsupported (a newer version made it). Afterwards, too, the
// database can answer LocalDataCorrupt, ActionRequired or WillRetry (busy); and Closed comes once
// the transport is. What else a call can fail with stands with it.
class REMOTELOG_EXPORT OutgoingLog : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString label READ label CONSTANT)
    Q_PROPERTY(bool ready READ isReady NOTIFY readyChanged)
    Q_PROPERTY(RemoteLog::LogLink link READ link NOTIFY readyChanged)
    Q_PROPERTY(RemoteLog::Head head READ head NOTIFY headPublished)
    Q_PROPERTY(int pendingCount READ pendingCount NOTIFY pendingCountChanged)
    Q_PROPERTY(RemoteLog::Problem problem READ problem NOTIFY problemChanged)

public:
    ~OutgoingLog() override;

    // The label that it was opened with; never leaves this device.
    virtual QString label() const = 0;

    // True once the profile is open, the keys are there and link() is known.
    virtual bool isReady() const = 0;

    // The read capability for others; null until ready. Names those of Settings::helpers() that
    // others can reach, so it changes with the settings; name and key never change.
    virtual LogLink link() const = 0;

    // The last record that a name system served back (3/REMOTE-LOG, Payloads: NS Update), also in
    // an earlier run; null if none was yet, or not ready.
    virtual Head head() const = 0;

    // Entries of this log that are in no content store yet; 0 until ready.
    virtual int pendingCount() const = 0;

    // What keeps this log from being published; null if nothing does. Conflict is for good: open a
    // new label. InvalidArgument, from the start: the label is no good. What a helper does is in
    // Transport::helpers().
    virtual Problem problem() const = 0;

    // Appends an entry. `payload`: 0..Settings::maxPayload bytes. `id`: the engine's message
    // id (3/REMOTE-LOG, Payloads: localHash), 1..64 bytes, or empty for the SHA-256 of the payload.
    // The value is its sequence, and comes once the entry is durable here, with or without a
    // network; order of calls is order of sequences. Fails, and nothing was kept, also with
    // TooLarge, InvalidArgument (label or id), LocalStorageFull, Conflict. Where the database was
    // lost and the key was not, the log's name has to be resolved first: that waits for 30 s, then
    // WillRetry.
    virtual QFuture<Result<quint64>> append(const QByteArray &payload,
                                            const QByteArray &id = QByteArray()) = 0;

    // The same for many, in one transaction: all or none. The value is the sequence of the first;
    // the others follow without gaps. An empty list is InvalidArgument.
    virtual QFuture<Result<quint64>> appendAll(const QList<QByteArray> &payloads) = 0;

    // Takes an entry back. Works only before it was sealed into a page, which happens some
    // milliseconds after it was appended unless no content store can be used; InvalidArgument
    // after, and for unknown sequences: what is published cannot be taken back. Its sequence stays
    // taken. Also fails with LocalStorageFull.
    virtual QFuture<Problem> withdraw(quint64 sequence) = 0;

    // Tells the log that the peer has these: the engine saw its acknowledgements (3/REMOTE-LOG,
    // Interaction with MVDS). Unknown sequences: InvalidArgument, and none is taken. Also fails
    // with LocalStorageFull.
    virtual QFuture<Problem> acknowledge(const QList<quint64> &sequences) = 0;

    // Looks on every content store of Settings::helpers() that can be written for every block that
    // it was given, and puts back what is lost. What it was not given yet comes to it by itself,
    // and counts as failed until then. That takes as long as the stores do: the future has a
    // progress range and value, in blocks. A store that fails is no failure of the call: see
    // Audit::failed().
    virtual QFuture<Result<Audit>> audit() = 0;

    // Own entries from `first` (from 1), at most `limit` of them (1..4096) and 8 MiB of payloads,
    // at least one if there is one. For models; sequences that are not there (yet) are left out, so
    // an empty list says that the log ends before `first`. Withdrawn entries are there, with the
    // state that says so. InvalidArgument: `first` or `limit` is out of range.
    virtual QFuture<Result<QList<Entry>>> read(quint64 first, int limit) = 0;

Q_SIGNALS:
    // isReady() or link() is different now.
    void readyChanged();

    // A name system served this head back: who has the link can read up to head.lastSequence() now.
    // Also when the same record was signed afresh, which extends its validity: recordNumber() is
    // the same then. And once, for what an earlier run published. isReady(), link() and head() are
    // up to date when it comes.
    void headPublished(const RemoteLog::Head &head);

    // pendingCount() is different now; at most 20 times a second, with a final exact value.
    void pendingCountChanged();

    // problem() is another one now; a null Problem: nothing is wrong any more.
    void problemChanged(const RemoteLog::Problem &problem);

    // The entries first..last, both included, are in `state` now. Only what is news in this run
    // comes; read() tells how far older entries have come. An entry that is Acknowledged stays
    // that, also where Stored or Published comes for it later.
    void entryStatesChanged(quint64 first, quint64 last, RemoteLog::Entry::State state);

protected:
    explicit OutgoingLog(QObject *parent);
};

} // namespace RemoteLog
