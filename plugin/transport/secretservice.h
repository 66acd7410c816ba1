// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <functional>
#include <memory>

class QDBusServiceWatcher;

namespace RemoteLog {

// What QtKeychain's libsecret backend finds a secret by.
struct SecretItem
{
    QString server;
    QString user;
};

// The desktop's secret service as D-Bus shows it (freedesktop.org, Secret Service API): whether the
// collection of a secret is locked, and a prompt to unlock it. Reads no secret.
//
// QtKeychain cannot tell a locked keyring from an empty one, and while its own job shows a prompt,
// every other job of the process waits, the host's included. So the keyring is unlocked here first.
class SecretService : public QObject
{
    Q_OBJECT

public:
    enum class Lock {
        Open,
        Locked,
        Absent, // there is no collection: to put something there makes one, with a prompt
        Failed, // the service does not tell
        Unknown // there is no bus or no service, or QtKeychain asks KWallet
    };
    // `collection` is empty unless it is open or locked.
    using Then = std::function<void(Lock, const QString &collection)>;

    explicit SecretService(QObject *parent = nullptr);
    ~SecretService() override;

    // From now on it notices what changes. Before the first job of QtKeychain: that remembers what
    // is there.
    void listen();

    // Where the item is, or where it would be put. Answers once, perhaps before it returns.
    void find(const SecretItem &item, const Then &then);

    // Somebody is asked for the password if the collection is locked, and the answer waits for him,
    // however long.
    void unlock(const QString &collection, const Then &then);

Q_SIGNALS:
    // It came, or a collection was locked or unlocked, or something was put in or taken out, by
    // whomever: by us, too.
    void changed();
    // It went, and its prompts with it.
    void gone();

private:
    void findWallet(const SecretItem &item, const Then &then);
    void search(const SecretItem &item, const Then &then);
    void readAlias(const Then &then);
    void readLock(const QString &collection, const Then &then);
    void prompt(const QString &path, const QString &collection, const Then &then);

    std::unique_ptr<QDBusServiceWatcher> m_watcher; // once it listens
};

// One prompt that is open.
class SecretPrompt : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

Q_SIGNALS:
    // It was answered or dismissed, or cannot be any more.
    void completed();
};

} // namespace RemoteLog
