// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QtCore/QByteArray>
#include <QtCore/QFuture>
#include <QtCore/QList>
#include <QtCore/QObject>
#include <QtCore/QString>

namespace RemoteLog {

// A mutable name system (3/REMOTE-LOG, Payloads: NS). A host derives from it to bring its own
// (TransportPlugin::registerNameSystem).
//
// Created, called and deleted in the plugin's worker thread; the same rules as for ContentStore:
// one value for each future, the same Problems, which make it rest; but get() may take a minute,
// and put() five: the public DHT does. Beside those, Clock where a record that was just signed is
// refused as expired, and Tampered where what came cannot be a record. However many logs are
// followed, one that needs the network is asked for a few of them at a time (8) and a few a second
// (10 on the average), and any other for no more than 64 at a time. Only get() for followed logs is
// limited so; for own logs nothing waits, but such a get() counts, and those for followed logs make
// up for it, within limits. Of put() no more than 3 are open at a time. Records are IPNS records,
// at most 10 240 bytes; the plugin signs them and verifies them, the name system only carries them.
class REMOTELOG_EXPORT NameSystem : public QObject
{
    Q_OBJECT

public:
    explicit NameSystem(QObject *parent = nullptr);
    // As ~ContentStore().
    ~NameSystem() override;

    // True if it is held back while there is no network. Does not change while the object lives.
    virtual bool needsNetwork() const = 0;

    // True if it is only asked: put() is never called then, and its embedLimit() does not count.
    // Does not change while the object lives. False here.
    virtual bool isReadOnly() const;

    // As ContentStore::abort().
    virtual void abort() = 0;

    // Most bytes of page blocks that a record may embed here; 0 for none. The smallest of all
    // systems in Settings::helpers() counts.
    virtual int embedLimit() const = 0;

    // Makes `record` the newest one under `logName`, "k51..." (3/REMOTE-LOG: Update). A null
    // Problem says that it was taken; the plugin reads it back all the same. One that is older than
    // what is there may come, after a backup was restored: a system that can tell keeps both, or
    // says Rejected.
    virtual QFuture<Problem> put(const QString &logName, const QByteArray &record) = 0;

    // Records under `logName` (3/REMOTE-LOG: Fetch), the best first if the system knows, at most 8,
    // together at most `limit` bytes. Empty if there is none: no failure.
    virtual QFuture<Result<QList<QByteArray>>> get(const QString &logName, qint64 limit) = 0;

Q_SIGNALS:
    // There may be a newer record under this name, which was asked for before. In the worker
    // thread.
    void changed(const QString &logName);
};

} // namespace RemoteLog
