// SPDX-License-Identifier: MIT
#include "privatebus.h"

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QFile>
#include <QStandardPaths>
#include <QtTest>

namespace RemoteLog::Testing {

namespace {

constexpr int Patience = 30'000; // milliseconds

const char *const Configuration = R"(<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%1/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
)";

} // namespace

PrivateBus::PrivateBus()
{
    const QString path = m_directory.filePath(QStringLiteral("bus.conf"));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return;
    file.write(QString::fromLatin1(Configuration).arg(m_directory.path()).toUtf8());
    file.close();
    m_daemon.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_daemon.start(QStringLiteral("dbus-daemon"),
                   {QStringLiteral("--nofork"), QStringLiteral("--nopidfile"),
                    QStringLiteral("--config-file=%1").arg(path),
                    QStringLiteral("--print-address=1")});
    if (m_daemon.waitForStarted(Patience) && m_daemon.waitForReadyRead(Patience))
        m_address = QString::fromLatin1(m_daemon.readLine()).trimmed();
}

PrivateBus::~PrivateBus()
{
    endProcess(m_daemon);
}

QString PrivateBus::missing(const QStringList &names)
{
    QStringList missing;
    for (const QString &name : names) {
        if (QStandardPaths::findExecutable(name).isEmpty())
            missing.append(name);
    }
    return missing.join(QStringLiteral(", "));
}

bool PrivateBus::waitForOwner(const QString &name, bool isThere) const
{
    const QString connection = QStringLiteral("watch-owners");
    bool isGood = false;
    {
        const QDBusConnection bus = QDBusConnection::connectToBus(m_address, connection);
        isGood = bus.isConnected()
                 && QTest::qWaitFor(
                     [&] { return bus.interface()->isServiceRegistered(name).value() == isThere; },
                     Patience);
    }
    QDBusConnection::disconnectFromBus(connection);
    return isGood;
}

void endProcess(QProcess &process)
{
    if (process.state() == QProcess::NotRunning)
        return;
    process.terminate();
    if (!process.waitForFinished(5'000)) {
        process.kill();
        process.waitForFinished();
    }
}

} // namespace RemoteLog::Testing
