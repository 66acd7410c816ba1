// SPDX-License-Identifier: MIT
#include "folderwatch.h"

#include "foldercalls.h"
#include "lastingcategory.h"
#include "watchplace.h"

#include <QFile>

#include <algorithm>
#include <atomic>
#include <mutex>

namespace RemoteLog {

namespace {

REMOTELOG_LASTING_CATEGORY(log, "remotelog.platform")

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds CollectingTime = 20ms;
constexpr std::chrono::milliseconds LongestCollectingTime = 5s;

} // namespace

// What the object and FolderCalls' thread have in common.
struct FolderWatch::Handle::Shared
{
    Inotify inotify;
    std::mutex mutex;
    FolderWatch *owner = nullptr; // null when it is gone
    QSet<QString> keys; // watched or about to be
    int underway = 0; // places looked for of which onArmed() has not heard
    std::atomic<std::chrono::milliseconds> collectingTime = CollectingTime;

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

void FolderWatch::Handle::setCost(std::chrono::milliseconds cost) const
{
    m_shared->collectingTime = std::clamp(cost, CollectingTime, LongestCollectingTime);
}

FolderWatch::FolderWatch(FolderCalls *calls, int maximum, QObject *parent)
    : QObject(parent)
    , m_calls(calls)
    , m_maximum(maximum)
    , m_shared(std::make_shared<Shared>())
{
    m_shared->owner = this;
    m_timer.setSingleShot(true);
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
        Watched &watched = m_watched[key];
        // Also one that has a place by now: what was underway would have looked for a better one.
        const bool wasDropped = std::exchange(watched.isUnderway, false);
        if (wasDropped || watched.watch < 0)
            watchAgain(key);
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
    watched.target = armed.target;
    attach(watched, place.watch, place.awaited);
    if (armed.isAgain)
        watched.isUnderway = false;
    else
        watched.order = ++m_order;
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->keys.insert(key);
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
            onLost();
        } else if (!m_keys.contains(event.watch)) {
            const std::lock_guard lock(m_shared->mutex);
            if (m_shared->underway > 0)
                m_early.insert(event.watch);
        } else if (event.what == What::Gone) {
            const QStringList keys = m_keys.value(event.watch).values();
            for (const QString &key : keys)
                watchAgain(key);
        } else {
            onAppeared(event.watch, event.name, event.what == What::Complete);
        }
    });
}

void FolderWatch::onLost()
{
    const QStringList keys = m_watched.keys();
    for (const QString &key : keys) {
        notify(key);
        watchAgain(key);
    }
}

// Not by going through all that is watched there: it may be a thousand names in one directory.
void FolderWatch::onAppeared(int watch, const QByteArray &name, bool isComplete)
{
    const auto &keys = m_keys[watch];
    const QStringList ofAny = keys.values(QByteArray());
    const QStringList ofThis = name.isEmpty() ? QStringList() : keys.values(name);
    for (const QString &key : ofAny)
        notify(key);
    for (const QString &key : ofThis) {
        // A file that is still being written is of no use; a directory is, at once.
        const bool isFile = name == QFile::encodeName(m_watched[key].target.fileName);
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

void FolderWatch::attach(Watched &watched, int watch, const QByteArray &awaited)
{
    if (watched.watch == watch && watched.awaited == awaited)
        return;
    const int old = watched.watch;
    // The watch itself stays if it is the same one.
    if (old == watch)
        forget(watched);
    else
        detach(watched);
    watched.watch = watch;
    watched.awaited = awaited;
    m_keys[watch].insert(awaited, watched.target.key);
}

void FolderWatch::detach(Watched &watched)
{
    const int watch = watched.watch;
    if (watch < 0)
        return;
    forget(watched);
    if (!m_keys.contains(watch))
        m_shared->inotify.remove(watch);
}

void FolderWatch::forget(Watched &watched)
{
    const auto it = m_keys.find(std::exchange(watched.watch, -1));
    it->remove(watched.awaited, watched.target.key);
    if (it->isEmpty())
        m_keys.erase(it);
}

void FolderWatch::notify(const QString &key)
{
    if (!m_changed.contains(key))
        m_changed.append(key);
    if (!m_timer.isActive())
        m_timer.start(m_shared->collectingTime);
}

} // namespace RemoteLog
