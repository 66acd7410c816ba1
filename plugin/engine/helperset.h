// SPDX-License-Identifier: MIT
#pragma once

#include "helper.h"
#include "helperregistry.h"

#include <RemoteLog/networkwatch.h>
#include <RemoteLog/settings.h>

#include <QList>

#include <memory>
#include <vector>

namespace RemoteLog {

// What the host's NetworkWatch said last.
struct NetworkState
{
    NetworkWatch::Reachability reachability = NetworkWatch::Reachability::Unknown;
    bool isCaptivePortal = false;
    bool isMetered = false;
    friend bool operator==(const NetworkState &, const NetworkState &) = default;
};

// All helpers of a profile: those of the settings, and those that links name. Knows who may be used
// now.
class HelperSet : public QObject
{
    Q_OBJECT

public:
    HelperSet(std::shared_ptr<const HelperRegistry> registry, const Timing &timing,
              QObject *parent);
    ~HelperSet() override;

    // Keeps what stays the same, drops what is gone.
    void configure(const Settings &settings);

    void setNetwork(const NetworkState &network);
    void setPaused(bool paused);
    bool isPaused() const { return m_isPaused; }

    // Forgets failures; with `abortCalls` also ends what is under way over the network.
    void reset(bool abortCalls);

    // Makes the helpers known that a link or page names, as far as policy and isSafeHint() allow;
    // none of the settings'.
    void addHints(const QList<QUrl> &urls);

    // In the order of the settings, hints last.
    QList<Helper *> helpers(Helper::Role role) const;
    // The settings' ones only: those that are written to.
    QList<Helper *> writable(Helper::Role role) const;
    QList<HelperStatus> statuses() const;
    QList<QUrl> urls() const;

    // True if there are helpers and every one of them waits for the network.
    bool isOffline() const;

    // The smallest embed limit of the settings' name systems; 0 if there is none.
    int embedLimit() const;

Q_SIGNALS:
    // One of them may be used for this again.
    void usable(RemoteLog::Helper::Role role, RemoteLog::Helper::Direction direction);
    // A status in statuses() changed.
    void statusChanged();
    void storeChanged();
    void nameChanged(const QString &logName);

private:
    Helper *add(const QUrl &url, bool isHint);
    void holdBack();

    std::shared_ptr<const HelperRegistry> m_registry;
    Timing m_timing;
    Settings m_settings;
    NetworkState m_network;
    bool m_isPaused = false;
    std::vector<std::unique_ptr<Helper>> m_helpers;
};

} // namespace RemoteLog
