// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/entry.h>
#include <RemoteLog/head.h>
#include <RemoteLog/loglink.h>

#include <QtCore/QObject>

namespace RemoteLog {

// Somebody else's log that this profile follows (3/REMOTE-LOG: the receiving node's side).
//
// Belongs to its Transport and is used in its thread; hosts never derive from it. Entries come in
// order of sequence, without gaps but for withdrawn ones, each verified against the writer's
// signature and the log's history.
class REMOTELOG_EXPORT IncomingLog : public QObject
{
    Q_OBJECT
    Q_PROPERTY(RemoteLog::LogLink link READ link CONSTANT)
    Q_PROPERTY(RemoteLog::Head head READ head NOTIFY headChanged)
    Q_PROPERTY(quint64 position READ position NOTIFY positionChanged)
    Q_PROPERTY(RemoteLog::Problem problem READ problem NOTIFY problemChanged)

public:
    ~IncomingLog() override;

    virtual LogLink link() const = 0;

    // The newest head seen; null if none was. head().lastSequence() - position() is what is still
    // to come.
    virtual Head head() const = 0;

    // Sequence of the last entry that is durably committed; 0 at first.
    virtual quint64 position() const = 0;

    // What keeps this log from going on; null if nothing does. Tampered and Conflict: nothing more
    // is delivered until a good record or block appears.
    virtual Problem problem() const = 0;

    // Begins delivery at position() + 1. Connect first. Calling it again does nothing.
    virtual void start() = 0;

    // The host has persisted every entry up to `sequence`. Opens the window: at most 256 entries or
    // 8 MiB are delivered and not committed at a time. Durable once position() says so: after a
    // crash before that, an entry may come again, so a host removes duplicates by log and sequence.
    // Sequences that were not delivered yet, or are committed already, are ignored.
    virtual void commit(quint64 sequence) = 0;

    // The host heard of news (the peer came online, a push arrived): asks the name systems now.
    virtual void checkNow() = 0;

Q_SIGNALS:
    void headChanged(const RemoteLog::Head &head);
    void entriesReceived(const QList<RemoteLog::Entry> &entries);
    void positionChanged();
    void problemChanged(const RemoteLog::Problem &problem);

protected:
    explicit IncomingLog(QObject *parent);
};

} // namespace RemoteLog
