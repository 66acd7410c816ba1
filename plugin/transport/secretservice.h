// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <optional>

class QDBusServiceWatcher;

namespace RemoteLog {

// The desktop's secret service as D-Bus shows it (freedesktop.org, Secret Service API): whether its
// default collection is locked, and when that may have changed. Reads no secret and opens no
// prompt. QtKeychain cannot tell a locked keyring from an empty one; this can.
class SecretService : public QObject
{
    Q_OBJECT

public:
    explicit SecretService(QObject *parent = nullptr);
    ~SecretService() override;

    // From now on it notices what changes. Before the first job of QtKeychain: that remembers what
    // is there.
    void listen();

    // Answers later, once; nullopt if it cannot be told: there is no bus, no service, or no such
    // collection.
    void askLocked(const std::function<void(std::optional<bool> isLocked)> &then);

Q_SIGNALS:
    // It came, went, or a collection was locked or unlocked.
    void changed();

private:
    std::unique_ptr<QDBusServiceWatcher> m_watcher; // once it listens
};

} // namespace RemoteLog
