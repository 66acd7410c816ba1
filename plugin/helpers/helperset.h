// SPDX-License-Identifier: MIT
#pragma once

#include "helper.h"
#include "helperregistry.h"

#include <RemoteLog/networkwatch.h>
#include <RemoteLog/settings.h>

#include <QList>

#include <map>
#include <memory>
#include <vector>

namespace RemoteLog {

// What the NetworkWatch, the host's or the system's, said last.
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

    // Keeps what stays the same, drops what is gone. Another proxy or other certificates make all
    // helpers on HTTP new ones.
    void configure(const Settings &settings);

    // By URL of the settings' helpers: what goes into the header Authorization. Those of links
    // never get any. Who rests for want of one is tried again.
    void setCredentials(const QHash<QUrl, QByteArray> &credentials);

    void setNetwork(const NetworkState &network);
    // With this one, helpers that need the network would have to wait.
    bool holdsBack(const NetworkState &network) const;
    void setPaused(bool paused);
    bool isPaused() const { return m_isPaused; }

    // Forgets failures; with `abortCalls` also ends what is under way over the network.
    void reset(bool abortCalls);
    // How often that was done so far.
    quint64 resets() const { return m_resets; }

    // Makes the helpers known that links and pages of one log name, as far as policy and
    // isSafeHint() allow: the last eight of them, for this log alone. `owner` is whoever
    // follows it; never called, and gone before the set only after removeHints().
    void addHints(const QObject *owner, const QList<QUrl> &urls);
    void removeHints(const QObject *owner);

    // In the order of the settings; then the hints of `owner`, if it is one.
    QList<Helper *> helpers(Helper::Role role, const QObject *owner) const;
    // The settings' ones only: those that are written to.
    QList<Helper *> writable(Helper::Role role) const;
    QList<HelperStatus> statuses() const;
    // Where readers may look: not those that want a credential, which they do not have.
    QList<QUrl> urlsForReaders() const;

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
    std::unique_ptr<Helper> make(const QUrl &url, bool isHint);
    bool isComplete(const Helper &helper);
    HelperServices services(const QUrl &url, bool isHint);
    void renewClients(std::vector<std::unique_ptr<Helper>> &helpers);
    void updateHints();
    void holdBack();

    std::shared_ptr<const HelperRegistry> m_registry;
    Timing m_timing;
    Settings m_settings;
    NetworkState m_network;
    bool m_isPaused = false;
    quint64 m_resets = 0;
    // They outlive the helpers. A change of network breaks connections of the first alone.
    std::unique_ptr<HttpClient> m_networkHttp;
    std::unique_ptr<HttpClient> m_localHttp;
    QHash<QUrl, QByteArray> m_credentials;
    std::vector<std::unique_ptr<Helper>> m_helpers; // the settings', then those of links
    std::map<const QObject *, QList<QUrl>> m_hints; // the newest first, by their owner
};

} // namespace RemoteLog
