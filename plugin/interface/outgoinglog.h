// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/audit.h>
#include <RemoteLog/entry.h>
#include <RemoteLog/head.h>
#include <RemoteLog/loglink.h>

#include <QtCore/QFuture>
#include <QtCore/QObject>

namespace RemoteLog {

// A log that this profile writes (3/REMOTE-LOG: the sending node's side).
//
// Belongs to its Transport and is used in its thread; hosts never derive from it. Futures as
// described there. Entries are addressed by sequence, never by id: two equal payloads have equal
// ids.
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

    // True once the keys are there and link() is known.
    virtual bool isReady() const = 0;

    // The read capability for others; null until ready. Names those helpers that others can reach.
    virtual LogLink link() const = 0;

    // The last record that a name system served back; null if none yet.
    virtual Head head() const = 0;

    // Entries of this log that are in no content store yet.
    virtual int pendingCount() const = 0;

    // What keeps this log from being published; null if nothing does. Conflict is for good: open a
    // new label.
    virtual Problem problem() const = 0;

    // Appends an entry. `payload`: 0..Settings::maxPayload bytes. `id`: the engine's message
    // id, 1..64 bytes, or empty for the SHA-256 of the payload. The value is its sequence, and
    // comes once the entry is durable; order of calls is order of sequences. Waits, bounded, for
    // the keys. Fails with TooLarge, InvalidArgument, LocalStorageFull, SecretStoreUnavailable,
    // KeyMissing, Conflict, Closed; then nothing was kept.
    virtual QFuture<Result<quint64>> append(const QByteArray &payload,
                                            const QByteArray &id = QByteArray()) = 0;

    // The same for many, in one transaction: all or none. The value is the sequence of the first;
    // the others follow without gaps. An empty list is InvalidArgument.
    virtual QFuture<Result<quint64>> appendAll(const QList<QByteArray> &payloads) = 0;

    // Takes an entry back. Works only before it was sealed into a page, InvalidArgument after: what
    // is published cannot be taken back. Its sequence stays taken.
    virtual QFuture<Problem> withdraw(quint64 sequence) = 0;

    // Tells the log that the peer has these: the engine saw its acknowledgements. Unknown
    // sequences: InvalidArgument, and none is taken.
    virtual QFuture<Problem> acknowledge(const QList<quint64> &sequences) = 0;

    // Looks for every block on every content store and puts back what is lost. The future has a
    // progress range and value, in blocks.
    virtual QFuture<Result<Audit>> audit() = 0;

    // Own entries from `first` (from 1), at most `limit` of them (1..4096) and 8 MiB of payloads,
    // at least one if there is one. For models; entries that are not there (yet) are left out.
    virtual QFuture<Result<QList<Entry>>> read(quint64 first, int limit) = 0;

Q_SIGNALS:
    void readyChanged();
    // A name system served this head back: who has the link can read up to head.lastSequence() now.
    void headPublished(const RemoteLog::Head &head);
    void pendingCountChanged();
    void problemChanged(const RemoteLog::Problem &problem);
    // The entries first..last are in `state` now.
    void entryStatesChanged(quint64 first, quint64 last, RemoteLog::Entry::State state);

protected:
    explicit OutgoingLog(QObject *parent);
};

} // namespace RemoteLog
