// SPDX-License-Identifier: MIT
#pragma once

#include "timing.h"

#include <RemoteLog/contentstore.h>
#include <RemoteLog/helperstatus.h>
#include <RemoteLog/namesystem.h>

#include <QObject>
#include <QTimer>

#include <array>
#include <memory>

namespace RemoteLog {

// One helper at work: its two roles, whether it may be used now, and how it is doing. Failures make
// it rest for a jittered, growing while, each role for itself; success and a change of network end
// that.
class Helper : public QObject
{
    Q_OBJECT

public:
    enum class Role { Store, System };

    // `isHint`: only a link names it; it is read from, never written to.
    Helper(const QUrl &url, std::unique_ptr<ContentStore> store, std::unique_ptr<NameSystem> system,
           bool isHint, const Timing &timing, QObject *parent = nullptr);
    ~Helper() override;

    QUrl url() const { return m_url; }
    bool isHint() const { return m_isHint; }
    ContentStore *store() const { return m_store.get(); }
    NameSystem *system() const { return m_system.get(); }
    bool has(Role role) const { return role == Role::Store ? bool(m_store) : bool(m_system); }
    bool needsNetwork() const;

    // Held back: no network, or paused. Nothing is attempted and nothing counts as a failure.
    void setHeldBack(bool heldBack);
    bool isHeldBack() const { return m_isHeldBack; }

    // Neither held back nor resting.
    bool isUsable(Role role) const;
    bool isResting(Role role) const;

    void succeeded(Role role);
    void failed(Role role, const Problem &problem);

    // The network changed or the host asks: abort what is under way (if it needs the network),
    // forget failures.
    void reset(bool abortCalls);

    HelperStatus status() const;

Q_SIGNALS:
    void statusChanged();
    // A role may be used again.
    void usable();
    void storeChanged();
    void nameChanged(const QString &logName);

private:
    struct Health
    {
        int failures = 0;
        Problem problem;
        QTimer rest;
    };
    Health &health(Role role) { return m_health[std::size_t(role)]; }
    const Health &health(Role role) const { return m_health[std::size_t(role)]; }

    QUrl m_url;
    std::unique_ptr<ContentStore> m_store;
    std::unique_ptr<NameSystem> m_system;
    bool m_isHint;
    bool m_isHeldBack = false;
    Timing m_timing;
    std::array<Health, 2> m_health;
    QDateTime m_lastSuccess;
};

} // namespace RemoteLog
