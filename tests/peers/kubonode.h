// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonValue>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>
#include <QUrl>

namespace RemoteLog::Testing {

// A real IPFS node, Kubo, on loopback: with a repository of its own, with no network but other
// nodes that it is connected to, on ports that are its own from the first start on.
//
// It keeps what it is given as a node does at home, but for what only takes time: it announces
// nothing, and what it remembers of names it asks again.
class KuboNode
{
public:
    // Offline: serves what it holds, looks for nothing elsewhere, and cannot be connected.
    enum class Mode { Online, Offline };

    // What `ipfs` did.
    struct Output
    {
        int exitCode = -1; // -1: did not end, or crashed
        QByteArray output;
        QByteArray errors;
    };

    // An empty one that does not run.
    KuboNode();
    ~KuboNode();

    // Why there is no Kubo on this machine; empty if there is. To be asked before anything
    // changes HOME or XDG_CACHE_HOME of this process, or makes a node.
    static QString missing();

    // A setting of the repository, such as "Gateway.NoFetch"; known from the next start on.
    bool set(const QString &name, const QJsonValue &value);

    // True when it answers. After a stop or kill: the same repository, URLs and address.
    bool start(Mode mode = Mode::Online);
    // As a person ends it (SIGTERM); true if it went by itself, soon enough.
    bool stop();
    // As a power cut does.
    void kill();
    bool isRunning() const { return m_daemon.state() != QProcess::NotRunning; }

    // "http://127.0.0.1:<port>", to which "/api/v0/..." comes, and "/ipfs/...", "/ipns/..." and
    // "/routing/v1/...".
    QUrl rpcUrl() const { return m_rpcUrl; }
    QUrl gatewayUrl() const { return m_gatewayUrl; }
    QString peerId() const { return m_peerId; }
    // Where other nodes reach it, as a multiaddr.
    QString address() const;
    // Both are online; until one of them stops.
    bool connectTo(const KuboNode &other);

    // `ipfs <arguments>` with this repository, through the daemon where that runs.
    Output run(const QStringList &arguments, const QByteArray &input = {}) const;

private:
    void prepare(QProcess &process) const;
    bool learnWhereItIs();
    QByteArray log() const;

    QTemporaryDir m_home;
    QProcess m_daemon;
    QUrl m_rpcUrl;
    QUrl m_gatewayUrl;
    QString m_peerId;
    int m_peerPort = 0;
};

} // namespace RemoteLog::Testing
