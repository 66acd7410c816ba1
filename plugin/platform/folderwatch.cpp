// SPDX-License-Identifier: MIT
#include "folderwatch.h"

#include "foldercalls.h"
#include "watchplace.h"

#include <QFile>
#include <QLoggingCategory>

#include <algorithm>
#include <mutex>

namespace RemoteLog {

namespace {

Q_LOGGING_CATEGORY(log, "remotelog.platform", QtWarningMsg)

using namespace std::chrono_literals;
constexpr auto CollectingTime = 20ms;

} // namespace

// What the object and FolderCalls' thread have in common.
struct FolderWatch::Handle::Shared
{
    Inotify inotify;
    std::mutex mutex;
    FolderWatch *owner = nullptr; // null when it is gone
    QSet<QString> keys; // watched or about to be
    int underway = 0; // places looked for of which onArmed() has not heard

    void arm(const Target &target, bool isAgain);
};

struct FolderWatch::Armed
{
    Target target;
    WatchPlace place;
    bool isAgain = false; // not because somebody asked: nobody looks afterwards
};

struct FolderWatch::Watched
{
    Target target;
    int watch = -1; // -1 while a place for it is looked for
    bool isUnderway = false; // again, after it had one
    QByteArray awaited;
    quint64 order = 0; // when it was last asked for
};

void FolderWatch::Handle::Shared::arm(const Target &target, bool isAgain)
{
    {
        const std::lock_guard lock(mutex);
        if (!owner || !inotify.isOpen())
            return;
        ++underway;
    }
    const Armed armed{target, findWatchPlace(inotify, target.directory, target.fileName),
                      isAgain}; // without the lock: it may block
    const std::lock_guard lock(mutex);
    if (!owner)
        return;
    keys.insert(target.key); // at once: a release() may follow before onArmed()
    QMetaObject::invokeMethod(
        owner, [watch = owner, armed] { watch->onArmed(armed); }, Qt::QueuedConnection);
}

void FolderWatch::Handle::watch() const
{
    m_shared->arm(m_target, false);
}

void FolderWatch::Handle::release() const
{
    const std::lock_guard lock(m_shared->mutex);
    FolderWatch *owner = m_shared->owner;
    if (owner && m_shared->keys.contains(m_target.key)) {
        QMetaObject::invokeMethod(
            owner, [owner, key = m_target.key] { owner->drop(key); }, Qt::QueuedConnection);
    }
}

FolderWatch::FolderWatch(FolderCalls *calls, int maximum, QObject *parent)
    : QObject(parent)
    , m_calls(calls)
    , m_maximum(maximum)
    , m_shared(std::make_shared<Shared>())
{
    m_shared->owner = this;
    m_timer.setSingleShot(true);
    m_timer.setInterval(CollectingTime);
    connect(&m_timer, &QTimer::timeout, this,
            [this] { Q_EMIT changed(std::exchange(m_changed, {})); });
    if (m_shared->inotify.isOpen()) {
        m_notifier = std::make_unique<QSocketNotifier>(m_shared->inotify.descriptor(),
                                                       QSocketNotifier::Read);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &FolderWatch::onReadable);
    } else {
        qCDebug(log) << "no folder can be watched, errno" << errno;
    }
}

FolderWatch::~FolderWatch()
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->owner = nullptr;
}

FolderWatch::Handle FolderWatch::handle(const Target &target) const
{
    Handle handle;
    handle.m_shared = m_shared;
    handle.m_target = target;
    return handle;
}

void FolderWatch::resume()
{
    const QStringList keys = m_watched.keys();
    for (const QString &key : keys) {
        if (m_watched.value(key).watch < 0) {
            m_watched[key].isUnderway = false;
            watchAgain(key);
        }
    }
}

void FolderWatch::watchAgain(const QString &key)
{
    Watched &watched = m_watched[key];
    detach(watched);
    if (std::exchange(watched.isUnderway, true))
        return;
    m_calls->run([shared = m_shared, target = watched.target] { shared->arm(target, true); });
}

void FolderWatch::onArmed(const Armed &armed)
{
    const QString &key = armed.target.key;
    const WatchPlace &place = armed.place;
    const bool isEarly = place.watch >= 0 && m_early.contains(place.watch);
    {
        const std::lock_guard lock(m_shared->mutex);
        if (--m_shared->underway == 0)
            m_early.clear();
    }
    for (const int watch : place.passed) {
        if (!m_keys.contains(watch))
            m_shared->inotify.remove(watch);
    }
    const bool isWanted = !armed.isAgain || m_watched.contains(key);
    if (!isWanted || place.isFound || place.watch < 0) {
        if (isWanted && armed.isAgain && place.isFound)
            notify(key);
        drop(key);
        if (place.watch >= 0 && !m_keys.contains(place.watch))
            m_shared->inotify.remove(place.watch);
        return;
    }

    Watched &watched = m_watched[key];
    if (watched.watch != place.watch)
        detach(watched);
    watched.target = armed.target;
    watched.awaited = place.awaited;
    if (armed.isAgain)
        watched.isUnderway = false;
    else
        watched.order = ++m_order;
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->keys.insert(key);
    }
    if (watched.watch < 0) {
        watched.watch = place.watch;
        m_keys.insert(place.watch, key);
    }
    // The directory has come, and what is in it may have come with it.
    if (armed.isAgain && place.awaited.isEmpty())
        notify(key);
    if (isEarly)
        watchAgain(key);
    if (m_watched.size() > m_maximum) {
        const auto oldest =
            std::min_element(m_watched.cbegin(), m_watched.cend(),
                             [](const Watched &a, const Watched &b) { return a.order < b.order; });
        drop(QString(oldest.key()));
    }
}

void FolderWatch::onReadable()
{
    m_shared->inotify.read([this](const Inotify::Event &event) {
        using What = Inotify::Event::What;
        if (event.what == What::Lost) {
            const QStringList keys = m_watched.keys();
            for (const QString &key : keys) {
                notify(key);
                watchAgain(key);
            }
            return;
        }
        if (!m_keys.contains(event.watch)) {
            const std::lock_guard lock(m_shared->mutex);
            if (m_shared->underway > 0)
                m_early.insert(event.watch);
            return;
        }
        const QStringList keys = m_keys.values(event.watch);
        for (const QString &key : keys) {
            if (event.what == What::Gone)
                watchAgain(key);
            else
                onAppeared(key, event.name, event.what == What::Complete);
        }
    });
}

void FolderWatch::onAppeared(const QString &key, const QByteArray &name, bool isComplete)
{
    const Watched watched = m_watched.value(key);
    if (watched.awaited.isEmpty()) {
        notify(key);
    } else if (watched.awaited == name) {
        // A file that is still being written is of no use; a directory is, at once.
        const bool isFile = name == QFile::encodeName(watched.target.fileName);
        if (isComplete || !isFile)
            watchAgain(key);
    }
}

void FolderWatch::drop(const QString &key)
{
    const auto it = m_watched.find(key);
    if (it != m_watched.end()) {
        detach(*it);
        m_watched.erase(it);
    }
    const std::lock_guard lock(m_shared->mutex);
    m_shared->keys.remove(key);
}

void FolderWatch::detach(Watched &watched)
{
    const int watch = std::exchange(watched.watch, -1);
    if (watch < 0)
        return;
    m_keys.remove(watch, watched.target.key);
    if (!m_keys.contains(watch))
        m_shared->inotify.remove(watch);
}

void FolderWatch::notify(const QString &key)
{
    if (!m_changed.contains(key))
        m_changed.append(key);
    if (!m_timer.isActive())
        m_timer.start();
}

} // namespace RemoteLog
