// SPDX-License-Identifier: MIT
#include "kubonode.h"

#include "support/privatebus.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QtTest>

namespace RemoteLog::Testing {

namespace {

constexpr int Patience = 60'000; // milliseconds

struct Program
{
    QString path; // empty if there is none
    QString missing; // why
};

Program findProgram()
{
    QProcess process;
    process.start(QStringLiteral("bash"), {QStringLiteral(KUBO_SCRIPT), QStringLiteral("--find")});
    if (!process.waitForFinished(Patience))
        return {{}, process.errorString()};
    if (process.exitCode() != 0)
        return {{}, QString::fromLocal8Bit(process.readAllStandardError()).trimmed()};
    return {QString::fromLocal8Bit(process.readAllStandardOutput()).trimmed(), {}};
}

const Program &program()
{
    static const Program found = findProgram();
    return found;
}

QJsonValue withSetting(const QJsonValue &settings, QStringList path, const QJsonValue &value)
{
    if (path.isEmpty())
        return value;
    QJsonObject object = settings.toObject();
    const QString name = path.takeFirst();
    object.insert(name, withSetting(object.value(name), path, value));
    return object;
}

QString onLoopback(int port)
{
    return QStringLiteral("/ip4/127.0.0.1/tcp/%1").arg(port);
}

} // namespace

KuboNode::KuboNode()
{
    const Output made = run(
        {QStringLiteral("init"), QStringLiteral("--profile=test"), QStringLiteral("--empty-repo")});
    if (made.exitCode != 0) {
        qWarning("ipfs init: %s", made.errors.constData());
        return;
    }
    set(QStringLiteral("Routing.Type"), QStringLiteral("dht"));
    set(QStringLiteral("Gateway.ExposeRoutingAPI"), true);
    set(QStringLiteral("Provide.Enabled"), false);
    set(QStringLiteral("Ipns.MaxCacheTTL"), QStringLiteral("0s"));
}

KuboNode::~KuboNode()
{
    endProcess(m_daemon);
}

QString KuboNode::missing()
{
    return program().missing;
}

bool KuboNode::set(const QString &name, const QJsonValue &value)
{
    QFile file(m_home.filePath(QStringLiteral("repository/config")));
    if (!file.open(QIODevice::ReadWrite))
        return false;
    const QJsonValue settings = QJsonDocument::fromJson(file.readAll()).object();
    const QByteArray changed =
        QJsonDocument(withSetting(settings, name.split(QLatin1Char('.')), value).toObject())
            .toJson();
    return file.resize(0) && file.seek(0) && file.write(changed) == changed.size();
}

bool KuboNode::start(Mode mode)
{
    QStringList arguments{QStringLiteral("daemon")};
    if (mode == Mode::Offline)
        arguments.append(QStringLiteral("--offline"));
    prepare(m_daemon);
    // No pipe: it would stop when nobody reads.
    m_daemon.setProcessChannelMode(QProcess::MergedChannels);
    m_daemon.setStandardOutputFile(m_home.filePath(QStringLiteral("log")));
    m_daemon.setStandardInputFile(QProcess::nullDevice());
    endWithUs(m_daemon);
    m_daemon.start(program().path, arguments);
    const bool isReady =
        m_daemon.waitForStarted(Patience)
        && QTest::qWaitFor([this] { return !isRunning() || log().contains("Daemon is ready\n"); },
                           Patience)
        && isRunning() && learnWhereItIs();
    if (!isReady) {
        qWarning("Kubo does not start:\n%s", log().constData());
        endProcess(m_daemon);
    }
    return isReady;
}

bool KuboNode::stop()
{
    m_daemon.terminate();
    const bool isGood = m_daemon.waitForFinished(Patience);
    endProcess(m_daemon);
    return isGood && m_daemon.exitStatus() == QProcess::NormalExit;
}

void KuboNode::kill()
{
    m_daemon.kill();
    m_daemon.waitForFinished(Patience);
}

QString KuboNode::address() const
{
    return QStringLiteral("%1/p2p/%2").arg(onLoopback(m_peerPort), m_peerId);
}

bool KuboNode::connectTo(const KuboNode &other)
{
    const Output output =
        run({QStringLiteral("swarm"), QStringLiteral("connect"), other.address()});
    if (output.exitCode != 0)
        qWarning("ipfs swarm connect: %s", output.errors.constData());
    return output.exitCode == 0;
}

KuboNode::Output KuboNode::run(const QStringList &arguments, const QByteArray &input) const
{
    QProcess process;
    prepare(process);
    endWithUs(process);
    process.start(program().path, arguments);
    process.write(input);
    process.closeWriteChannel();
    Output output;
    if (process.waitForFinished(Patience) && process.exitStatus() == QProcess::NormalExit)
        output.exitCode = process.exitCode();
    output.output = process.readAllStandardOutput();
    output.errors = process.readAllStandardError();
    endProcess(process);
    return output;
}

void KuboNode::prepare(QProcess &process) const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys()) {
        if (name.startsWith(QLatin1String("IPFS_")))
            environment.remove(name);
    }
    environment.insert(QStringLiteral("HOME"), m_home.path());
    environment.insert(QStringLiteral("IPFS_PATH"), m_home.filePath(QStringLiteral("repository")));
    environment.insert(QStringLiteral("IPFS_TELEMETRY"), QStringLiteral("off"));
    process.setProcessEnvironment(environment);
}

// The test profile's ports are 0, "any"; from the first start on they are those that it got.
bool KuboNode::learnWhereItIs()
{
    const QString text = QString::fromUtf8(log());
    const auto found = [&text](const char *pattern) {
        return QRegularExpression(QLatin1String(pattern)).match(text).captured(1);
    };
    m_peerId = found(R"(PeerID: (\w+))");
    const int rpc = found(R"(RPC API server listening on /ip4/127\.0\.0\.1/tcp/(\d+))").toInt();
    const int gateway = found(R"(Gateway server listening on /ip4/127\.0\.0\.1/tcp/(\d+))").toInt();
    if (m_peerId.isEmpty() || rpc == 0 || gateway == 0)
        return false;
    m_rpcUrl = QUrl(QStringLiteral("http://127.0.0.1:%1").arg(rpc));
    m_gatewayUrl = QUrl(QStringLiteral("http://127.0.0.1:%1").arg(gateway));
    // An offline one listens to nobody.
    if (const int port = found(R"(Swarm listening on 127\.0\.0\.1:(\d+))").toInt(); port != 0)
        m_peerPort = port;
    return set(QStringLiteral("Addresses.API"), onLoopback(rpc))
           && set(QStringLiteral("Addresses.Gateway"), onLoopback(gateway))
           && set(QStringLiteral("Addresses.Swarm"), QJsonArray{onLoopback(m_peerPort)});
}

QByteArray KuboNode::log() const
{
    QFile file(m_home.filePath(QStringLiteral("log")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace RemoteLog::Testing
