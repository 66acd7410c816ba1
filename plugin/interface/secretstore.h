// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QtCore/QByteArray>
#include <QtCore/QFuture>
#include <QtCore/QObject>
#include <QtCore/QString>

namespace RemoteLog {

// Where secrets are kept: the one key of a profile, from which all others follow, and the
// credentials of its helpers (Transport::setCredential). A host derives from it to bring its own
// (HostServices::setSecretStore).
//
// Called in the thread that it lives in, which needs an event loop; must outlive the Transport. One
// call at a time for each transport. Calls never block. Each future gets exactly one value; one
// that has none after 15 s is given up, and a late one is harmless. Any Problem but a null one
// keeps the profile locked (or, of credentials, their helpers without), as SecretStoreUnavailable
// with its detail(), which must hold no secret; it is tried again every 15 s and by
// Transport::syncNow(). Keys look like "remotelog/<applicationId>/<profile id>/<name>", at most 255
// ASCII characters.
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

    // Keeps `secret` (any bytes, at most 64 KiB; without credentials 1 KiB) under `key`, instead of
    // an earlier one. Durable when it says yes: what is sealed with a key that is lost is lost,
    // too.
    virtual QFuture<Problem> write(const QString &key, const QByteArray &secret) = 0;

    // Forgets `key`. One that is not there is no problem.
    virtual QFuture<Problem> remove(const QString &key) = 0;

Q_SIGNALS:
    // It may answer differently now, e.g. because it was unlocked: profiles that are locked ask
    // again at once. A store that cannot tell never emits it. That it follows the plugin's own
    // calls, too, does no harm.
    void changed();
};

} // namespace RemoteLog
