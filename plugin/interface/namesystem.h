// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QtCore/QByteArray>
#include <QtCore/QFuture>
#include <QtCore/QList>
#include <QtCore/QObject>
#include <QtCore/QString>

namespace RemoteLog {

// A mutable name system (3/REMOTE-LOG: NS). A host derives from it to bring its own
// (TransportPlugin::registerNameSystem).
//
// Created, called and deleted in the plugin's worker thread; the same rules as for ContentStore.
// Records are IPNS records, at most 10 240 bytes; the plugin signs them and verifies them, the name
// system only carries them.
class REMOTELOG_EXPORT NameSystem : public QObject
{
    Q_OBJECT

public:
    explicit NameSystem(QObject *parent = nullptr);
    ~NameSystem() override;

    // True if it is held back while there is no network.
    virtual bool needsNetwork() const = 0;

    // As ContentStore::abort().
    virtual void abort() = 0;

    // Most bytes of page blocks that a record may embed here; 0 for none. The smallest of all
    // systems counts.
    virtual int embedLimit() const = 0;

    // Makes `record` the newest one under `logName` ("k51..."). A null Problem says that it was
    // taken; the plugin reads it back all the same.
    virtual QFuture<Problem> put(const QString &logName, const QByteArray &record) = 0;

    // Records under `logName`, the best first if the system knows, at most 8, together at most
    // `limit` bytes. Empty if there is none.
    virtual QFuture<Result<QList<QByteArray>>> get(const QString &logName, qint64 limit) = 0;

Q_SIGNALS:
    // There may be a newer record under this name, which was asked for before.
    void changed(const QString &logName);
};

} // namespace RemoteLog
