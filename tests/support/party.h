// SPDX-License-Identifier: MIT
#pragma once

#include "fakenetworkwatch.h"
#include "fakesecretstore.h"

#include <RemoteLog/incominglog.h>
#include <RemoteLog/outgoinglog.h>
#include <RemoteLog/settings.h>
#include <RemoteLog/transport.h>
#include <RemoteLog/transportplugin.h>

#include <QEventLoop>
#include <QFutureWatcher>
#include <QTemporaryDir>
#include <QTimer>

#include <functional>
#include <memory>

namespace RemoteLog::Testing {

// One person with a profile, a keychain and a network, who comes and goes: open() and close() are a
// run of her messenger.
class Party
{
public:
    explicit Party(const QList<QUrl> &helpers);
    ~Party();

    Transport &open();
    // Waits until the profile is free.
    void close();
    // As when the host crashes as far as it can within a process: no close(), no goodbye.
    void drop();
    Transport &transport() { return *m_transport; }
    bool isOpen() const { return bool(m_transport); }

    // Her keychain and network, as open() brings them, unless she leaves them to the plugin.
    HostServices services();

    QString directory() const { return m_directory.path(); }
    Settings settings;
    FakeSecretStore secrets;
    FakeNetworkWatch network;
    bool bringsNetwork = true;

private:
    QTemporaryDir m_directory;
    std::unique_ptr<Transport> m_transport;
};

// Spins the event loop until a future of ours has its value; fails the test program after a long
// time.
template <class T>
T await(const QFuture<T> &future);

// Collects what a followed log delivers, and commits it if told to.
class Reader : public QObject
{
public:
    explicit Reader(IncomingLog *log, bool commits = true);

    QList<Entry> entries;
    int largestSignal = 0;
    IncomingLog *const log;
};

// The link of the party's log once it is ready.
LogLink linkOf(OutgoingLog *log);

// Waits until `condition` holds: true if it did within a minute.
bool waitFor(const std::function<bool()> &condition);

template <class T>
T await(const QFuture<T> &future)
{
    // No slices of waiting: benchmarks use this, too.
    QEventLoop loop;
    QFutureWatcher<T> watcher;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
    QTimer::singleShot(60'000, &loop, &QEventLoop::quit);
    watcher.setFuture(future);
    if (!future.isFinished())
        loop.exec();
    if (!future.isFinished())
        qFatal("a future stayed open");
    return future.result();
}

} // namespace RemoteLog::Testing
