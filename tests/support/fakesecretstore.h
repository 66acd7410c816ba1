// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/secretstore.h>

#include <QHash>
#include <QPromise>
#include <QStringList>

#include <memory>
#include <vector>

namespace RemoteLog::Testing {

// A keychain that the test locks, empties, or lets hang.
class FakeSecretStore : public SecretStore
{
public:
    enum class Mood {
        Works,
        Unavailable, // every call is refused
        LooksEmpty, // reads find nothing, writes are refused: a locked gnome-keyring without a
                    // prompt
        Hangs, // no call is ever answered
        Forgets // writes succeed and keep nothing
    };

    QFuture<Result<QByteArray>> read(const QString &key) override;
    QFuture<Problem> write(const QString &key, const QByteArray &secret) override;
    QFuture<Problem> remove(const QString &key) override;

    Mood mood = Mood::Works;
    QHash<QString, QByteArray> secrets;
    QStringList written; // the keys that something was to be kept under, also if it was refused

private:
    template <class T>
    QFuture<T> never();

    std::vector<std::shared_ptr<void>> m_open;
};

} // namespace RemoteLog::Testing
