// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/entry.h>
#include <RemoteLog/head.h>
#include <RemoteLog/loglink.h>

#include <QtCore/QObject>

namespace RemoteLog {

// Somebody else's log that this profile follows (3/REMOTE-LOG, Roles: Bob).
//
// Belongs to its Transport and is used in its thread; hosts never derive from it. It is deleted
// once Transport::unfollow() has done its work. Entries come in order of sequence, without gaps but
// for withdrawn ones, each verified against the writer's signature and the log's history.
//
// What the calls do waits until the profile is open; nothing is lost by calling early.
class REMOTELOG_EXPORT IncomingLog : public QObject
{
    Q_OBJECT
    Q_PROPERTY(RemoteLog::LogLink link READ link CONSTANT)
    Q_PROPERTY(RemoteLog::Head head READ head NOTIFY headChanged)
    Q_PROPERTY(quint64 position READ position NOTIFY positionChanged)
    Q_PROPERTY(RemoteLog::Problem problem READ problem NOTIFY problemChanged)

public:
    ~IncomingLog() override;

    // The link that it is followed by, the first one if there were several; never null.
    virtual LogLink link() const = 0;

    // The newest head seen (3/REMOTE-LOG, Payloads: NS Fetch), also in an earlier run, and also
    // while the profile's key is not there; null if none was, or the profile is not open yet. Its
    // lastSequence() stays the last one known while the page of a newer record is not read yet, and
    // is 0 only if no page was ever read: so lastSequence() - position() never underflows, and is
    // what is known to be still to come.
    virtual Head head() const = 0;

    // Sequence of the last entry that is durably committed, also while the profile's key is not
    // there; 0 at first, and until the profile is open.
    virtual quint64 position() const = 0;

    // What keeps this log from going on; null if nothing does.
    //
    // Tampered, Conflict: nothing more is delivered until a good block or record appears. TooLarge:
    // the next entry is over Settings::maxPayload; it goes on once that is raised. Unsupported: a
    // newer version of the format, or a record that names no page. WillRetry: a block is nowhere to
    // be had now, or every name system shows less than was seen before. LocalStorageFull: nothing
    // more can be kept or committed; it goes on by itself. LocalDataCorrupt, ActionRequired: the
    // database. What a helper does is in Transport::helpers().
    virtual Problem problem() const = 0;

    // Begins delivery at position() + 1. Connect first. Calling it again does nothing.
    virtual void start() = 0;

    // The host has persisted every entry up to `sequence`. Opens the window: at most 256 entries or
    // 8 MiB are delivered and not committed at a time; an entry larger than that comes alone.
    // Durable once position() says so: after a crash before that, an entry may come again, so a
    // host removes duplicates by log and sequence. Sequences that were not delivered yet, or are
    // committed already, are ignored.
    virtual void commit(quint64 sequence) = 0;

    // The host heard of news (the peer came online, a push arrived): asks the name systems now.
    virtual void checkNow() = 0;

Q_SIGNALS:
    // head() is another one now: there is news, or the page of a record was read, or the record was
    // signed afresh.
    void headChanged(const RemoteLog::Head &head);

    // The next entries, after start(), in order of sequence; never empty. head() knows of them
    // already. To be persisted, then committed.
    void entriesReceived(const QList<RemoteLog::Entry> &entries);

    // position() is higher now: that much is committed. At most 20 times a second, with a final
    // exact value.
    void positionChanged();

    // problem() is another one now; a null Problem: nothing is wrong any more.
    void problemChanged(const RemoteLog::Problem &problem);

protected:
    explicit IncomingLog(QObject *parent);
};

} // namespace RemoteLog
