// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QtCore/QByteArray>
#include <QtCore/QFuture>
#include <QtCore/QObject>
#include <QtCore/QString>

namespace RemoteLog {

// Where secrets are kept. A host derives from it to bring its own; without one the system's
// keychain is used.
//
// Called in the thread that it lives in, which needs an event loop; must outlive the Transport.
// Calls never block. Each future gets exactly one value; one that never comes is given up after a
// time limit, and a late one is harmless. Keys look like "remotelog/<applicationId>/<profile
// id>/<name>", at most 255 ASCII characters.
class REMOTELOG_EXPORT SecretStore : public QObject
{
    Q_OBJECT

public:
    explicit SecretStore(QObject *parent = nullptr);
    ~SecretStore() override;

    // The secret under `key`. A null value says that there certainly is none; a store that is
    // locked or cannot tell answers SecretStoreUnavailable: an absent key may make the plugin
    // create a new identity.
    virtual QFuture<Result<QByteArray>> read(const QString &key) = 0;

    // Keeps `secret` (any bytes, at most 1 KiB) under `key`, durably, instead of an earlier one.
    virtual QFuture<Problem> write(const QString &key, const QByteArray &secret) = 0;

    // Forgets `key`. One that is not there is no problem.
    virtual QFuture<Problem> remove(const QString &key) = 0;
};

} // namespace RemoteLog
