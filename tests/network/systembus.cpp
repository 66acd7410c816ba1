// SPDX-License-Identifier: MIT
#include "systembus.h"

#include <QDBusMessage>
#include <QFile>

namespace RemoteLog::Testing {

namespace {

const QString Service = QStringLiteral("org.freedesktop.NetworkManager");
const QString Path = QStringLiteral("/org/freedesktop/NetworkManager");
const QString Python = QStringLiteral("/usr/bin/python3"); // Debian's, for which dbusmock is
const QString ConnectionName = QStringLiteral("manager");

} // namespace

SystemBus::SystemBus()
    : m_bus(std::make_unique<PrivateBus>())
    , m_connection(QDBusConnection::connectToBus(m_bus->address(), ConnectionName))
{
    qputenv("DBUS_SYSTEM_BUS_ADDRESS", m_bus->address().toLatin1());
}

SystemBus::~SystemBus()
{
    QDBusConnection::disconnectFromBus(ConnectionName);
    endProcess(m_manager);
}

QString SystemBus::missing()
{
    if (const QString programs = PrivateBus::missing({QStringLiteral("dbus-daemon"), Python});
        !programs.isEmpty())
        return programs;
    return QProcess::execute(Python, {QStringLiteral("-c"), QStringLiteral("import dbusmock")}) == 0
               ? QString()
               : QStringLiteral("python3-dbusmock");
}

void SystemBus::end()
{
    m_bus.reset();
    endProcess(m_manager);
}

bool SystemBus::startManager(State state, const QString &device)
{
    m_record.clear();
    m_manager.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    endWithUs(m_manager);
    m_manager.start(
        Python, {QStringLiteral("-m"), QStringLiteral("dbusmock"), QStringLiteral("--system"),
                 QStringLiteral("--template"), QStringLiteral(TEST_DATA_DIR "/networkmanager.py"),
                 QStringLiteral("--parameters"),
                 QStringLiteral(R"({"state": %1, "device": "%2"})").arg(uint(state)).arg(device)});
    return m_manager.waitForStarted() && m_bus->waitForOwner(Service);
}

bool SystemBus::stopManager()
{
    endProcess(m_manager);
    return m_bus->waitForOwner(Service, false);
}

int SystemBus::questions()
{
    m_record += m_manager.readAllStandardOutput();
    return int(m_record.count(" GetAll " + Path.toLatin1() + ' ' + Service.toLatin1()));
}

bool SystemBus::tell(const char *method, const QVariant &argument)
{
    QDBusMessage message = QDBusMessage::createMethodCall(
        Service, Path, QStringLiteral("org.freedesktop.DBus.Mock"), QLatin1String(method));
    message.setArguments({argument});
    const QDBusMessage reply = m_connection.call(message);
    if (reply.type() != QDBusMessage::ReplyMessage)
        qWarning("%s: %s", method, qPrintable(reply.errorMessage()));
    return reply.type() == QDBusMessage::ReplyMessage;
}

} // namespace RemoteLog::Testing
