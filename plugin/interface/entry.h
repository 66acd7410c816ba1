// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/export.h>

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QMetaType>
#include <QtCore/QSharedDataPointer>

namespace RemoteLog {

class EntryPrivate;

// One entry of a log: `(sequence, id, payload)` (3/REMOTE-LOG: the local hash and the data of a
// pair).
//
// An implicitly shared value; reentrant. The setters are for whoever produces entries; a host only
// reads them.
class REMOTELOG_EXPORT Entry
{
    Q_GADGET
    Q_PROPERTY(quint64 sequence READ sequence CONSTANT)
    Q_PROPERTY(QByteArray id READ id CONSTANT)
    Q_PROPERTY(QByteArray payload READ payload CONSTANT)
    Q_PROPERTY(RemoteLog::Entry::State state READ state CONSTANT)

public:
    // How far an entry has come. None of the writer's states says that the reader has the entry:
    // only Acknowledged does. Numbers are never reused; a host treats one that it does not know
    // like Pending.
    enum class State : int {
        // Durable here, on no content store yet.
        Pending = 0,
        // One content store holds it and everything before it.
        Stored = 1,
        // And a name system served a record at least this new back to us.
        Published = 2,
        // The sync engine saw the peer's acknowledgement (OutgoingLog::acknowledge).
        Acknowledged = 3,
        // Taken back before it was sealed; its sequence stays taken, its payload is gone.
        Withdrawn = 4,
        // Another writer's entry, verified.
        Received = 5
    };
    Q_ENUM(State)

    // Sequence 0: not an entry.
    Entry();
    // As the getters say; nothing is checked here.
    Entry(quint64 sequence, const QByteArray &id, const QByteArray &payload, State state);
    Entry(const Entry &other);
    Entry(Entry &&other) noexcept;
    Entry &operator=(const Entry &other);
    Entry &operator=(Entry &&other) noexcept;
    ~Entry();

    // Position in the log, from 1, without gaps; at most 2^63 - 1. 0 for a default-constructed
    // entry.
    quint64 sequence() const;

    // The host's message id (3/REMOTE-LOG, Payloads: localHash), 1..64 bytes; the SHA-256 of the
    // payload where the host gave none; empty for a withdrawn entry. Not necessarily unique within
    // a log.
    QByteArray id() const;

    // Exactly the bytes that were appended, 0..Settings::maxPayload of them; empty for a withdrawn
    // entry.
    QByteArray payload() const;

    // How far it had come when it was read or delivered; a value does not change afterwards. Always
    // Received for entries of an IncomingLog. What becomes of own entries later:
    // OutgoingLog::entryStatesChanged().
    State state() const;

    friend REMOTELOG_EXPORT bool operator==(const Entry &a, const Entry &b);
    friend bool operator!=(const Entry &a, const Entry &b) { return !(a == b); }

private:
    QSharedDataPointer<EntryPrivate> d;
};

// Prints sequence, state and sizes; never the payload.
REMOTELOG_EXPORT QDebug operator<<(QDebug debug, const Entry &entry);

} // namespace RemoteLog
