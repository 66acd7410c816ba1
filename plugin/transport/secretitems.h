// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/timing.h"

#include <RemoteLog/secretstore.h>

#include <QObject>
#include <QPointer>

#include <deque>
#include <functional>

namespace RemoteLog {

// What a secret store keeps of one profile: items with names. One for each transport, in the host's
// thread. Calls the store in the store's thread, and for one thing at a time, whoever wants it.
class SecretItems : public QObject
{
    Q_OBJECT

public:
    // Called once for each question, after the time limit at the latest, in the order in which they
    // were put; maybe from within the call. Not after the items died.
    using ThenRead = std::function<void(const Result<QByteArray> &)>;
    using ThenDone = std::function<void(const Problem &)>;

    // `store` may be null: then every answer says that there is none.
    SecretItems(SecretStore *store, const QString &applicationId, const Timing &timing);

    void setProfile(const QString &profileId) { m_profileId = profileId; }

    // A null value: there is none.
    void read(const QString &name, const ThenRead &then);
    void write(const QString &name, const QByteArray &secret, const ThenDone &then);
    void remove(const QString &name, const ThenDone &then);

Q_SIGNALS:
    // The store may answer differently now.
    void changed();

private:
    template <class T>
    using Ask = std::function<QFuture<T>(SecretStore *, const QString &)>;

    template <class T>
    void ask(const QString &name, const Ask<T> &question,
             const std::function<void(const T &)> &then);
    void next();
    QString key(const QString &name) const;

    QPointer<SecretStore> m_store;
    QString m_applicationId;
    QString m_profileId;
    Timing m_timing;
    std::deque<std::function<void()>> m_waiting;
    bool m_isBusy = false;
};

} // namespace RemoteLog
