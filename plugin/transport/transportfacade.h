// SPDX-License-Identifier: MIT
#pragma once

#include "credentialkeeper.h"
#include "engine/networkreporter.h"
#include "incomingfacade.h"
#include "outgoingfacade.h"
#include "secretkeeper.h"

#include <RemoteLog/transportplugin.h>

namespace RemoteLog {

// A transport as the host sees it, in the host's thread: keeps what the worker reported last,
// passes calls on, and brings the worker what only this thread can get: the secret and the state of
// the network.
class TransportFacade : public Transport
{
    Q_OBJECT

public:
    TransportFacade(const Settings &settings, const HostServices &services,
                    std::shared_ptr<const HelperRegistry> registry, QObject *parent);
    ~TransportFacade() override;

    State state() const override;
    bool isPaused() const override { return m_isPaused; }
    int pendingCount() const override { return m_status.pendingCount; }
    qint64 pendingBytes() const override { return m_status.pendingBytes; }
    QDateTime lastPublished() const override { return m_status.lastPublished; }
    QDateTime lastChecked() const override { return m_status.lastChecked; }
    Problem problem() const override { return m_status.problem; }
    QList<HelperStatus> helpers() const override { return m_status.helpers; }
    OutgoingLog *openLog(const QString &label) override;
    IncomingLog *follow(const LogLink &link) override;
    QList<OutgoingLog *> outgoingLogs() const override;
    QList<IncomingLog *> incomingLogs() const override;
    QFuture<Problem> unfollow(IncomingLog *log) override;
    QFuture<Problem> applySettings(const Settings &settings) override;
    QFuture<Problem> setCredential(const QUrl &helper, const QByteArray &token) override;
    QFuture<Problem> unsetCredential(const QUrl &helper) override;
    QFuture<Problem> close() override;
    void syncNow() override;
    void setPaused(bool paused) override;

Q_SIGNALS:
    // The host wants everything to be tried.
    void syncWanted();
    // The host asked for another language of Problem::text().
    void localeWanted(const QLocale &locale);

private:
    void connectEngine();
    void connectSecrets();
    void connectLogs();
    void addKnown(const QStringList &labels, const QList<QPair<LogLink, int>> &links);
    void unfollowed(const IncomingKey &key, const Problem &problem);
    void watchNetwork(NetworkWatch *watch);
    CredentialKeeper::Answer answerInWorker(const Reply<Problem> &reply) const;
    void setStatus(const TransportStatus &status);
    void setClosed();
    IncomingFacade *incoming(const IncomingKey &key) const;
    IncomingFacade *addIncoming(const LogLink &link);
    OutgoingFacade *addOutgoing(const QString &label);

    Settings m_settings;
    Engine *m_engine = nullptr; // only ever touched in work posted to the port
    std::shared_ptr<EnginePort> m_port;
    std::shared_ptr<AppendQueue> m_appends;
    SecretItems m_secrets;
    SecretKeeper m_keeper;
    CredentialKeeper m_credentials;
    std::unique_ptr<NetworkReporter> m_network;
    Problem m_refusal; // the settings are no good: nothing was started
    std::optional<QFuture<Problem>> m_closing;
    bool m_isPaused = false;
    TransportStatus m_status;
    QHash<QString, OutgoingFacade *> m_outgoing; // by label
    QHash<QString, IncomingFacade *> m_incoming; // by identity
    QHash<QString, int> m_generations; // by identity: how often it was unfollowed
    std::map<IncomingKey, IncomingFacade *> m_leaving; // the worker has not answered yet
};

} // namespace RemoteLog
