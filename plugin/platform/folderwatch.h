// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QObject>
#include <QSet>
#include <QSocketNotifier>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <memory>

namespace RemoteLog {

class FolderCalls;

// Notices when files appear where they were missed, also in directories that are not there yet.
//
// Not QFileSystemWatcher, which asks the disk in the caller's thread: here everything that a disk
// can block happens in FolderCalls' thread, and this object's thread only reads events. Changes
// made by other computers on a share make no events, nor does mounting one: whoever uses this asks
// again from time to time.
class FolderWatch : public QObject
{
    Q_OBJECT

public:
    struct Target
    {
        QString key; // what changed() calls it
        QString directory;
        QString
            fileName; // watched until it is there; empty: whatever appears in the directory, always
    };

    // Watches at most `maximum` targets: the one asked for longest ago gives way. `calls` outlives
    // this object.
    FolderWatch(FolderCalls *calls, int maximum, QObject *parent = nullptr);
    ~FolderWatch() override;

    // For FolderCalls' thread, may outlive the FolderWatch.
    class Handle
    {
    public:
        // Watches the target from now on: to be called before one looks, or one looks again after
        // it.
        void watch() const;

        // Stops watching, if it was watched.
        void release() const;

        // How long it takes to look after a change: whoever floods a folder with files is not
        // followed more often than that.
        void setCost(std::chrono::milliseconds cost) const;

    private:
        friend class FolderWatch;
        struct Shared;
        std::shared_ptr<Shared> m_shared;
        Target m_target;
    };
    Handle handle(const Target &target) const;

    // After FolderCalls::abort(), which drops this object's own calls too.
    void resume();

Q_SIGNALS:
    // What appeared since the last time; collected for a moment, and rather once too often than not
    // at all.
    void changed(const QStringList &keys);

private:
    Q_DISABLE_COPY_MOVE(FolderWatch)
    using Shared = Handle::Shared;
    struct Armed;
    struct Watched;

    void watchAgain(const QString &key);
    void onArmed(const Armed &armed);
    void onReadable();
    void onLost();
    void onAppeared(int watch, const QByteArray &name, bool isComplete);
    void drop(const QString &key);
    void attach(Watched &watched, int watch, const QByteArray &awaited);
    void detach(Watched &watched);
    void forget(Watched &watched);
    void notify(const QString &key);

    FolderCalls *const m_calls;
    const int m_maximum;
    const std::shared_ptr<Shared> m_shared;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QHash<QString, Watched> m_watched;
    QHash<int, QMultiHash<QByteArray, QString>> m_keys; // by number of the watch and name awaited
    QSet<int> m_early; // watches with events, of which onArmed() has not heard yet
    quint64 m_order = 0;
    QStringList m_changed;
    QTimer m_timer;
};

} // namespace RemoteLog
