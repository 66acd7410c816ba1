// SPDX-License-Identifier: MIT
#include "networkmanager.h"

#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusServiceWatcher>

namespace RemoteLog {

namespace {

// networkmanager.dev, D-Bus API: org.freedesktop.NetworkManager, and its types NMState,
// NMConnectivityState and NMMetered.
const QString Service = QStringLiteral("org.freedesktop.NetworkManager");
const QString Path = QStringLiteral("/org/freedesktop/NetworkManager");
const QString Properties = QStringLiteral("org.freedesktop.DBus.Properties");
constexpr uint Disconnected = 20;
constexpr uint Disconnecting = 30;
constexpr uint ConnectedLocal = 50;
constexpr uint Portal = 2;
constexpr uint MeteredYes = 1;
constexpr uint MeteredGuessYes = 3;

// As Qt's backend does.
NetworkWatch::Reachability reachabilityOf(uint state)
{
    if (state == Disconnected || state == Disconnecting)
        return NetworkWatch::Reachability::Disconnected;
    return state >= ConnectedLocal ? NetworkWatch::Reachability::Connected
                                   : NetworkWatch::Reachability::Unknown;
}

} // namespace

NetworkManager::NetworkManager(QObject *parent)
    : QObject(parent)
{
    const auto *owner = new QDBusServiceWatcher(Service, QDBusConnection::systemBus(),
                                                QDBusServiceWatcher::WatchForOwnerChange, this);
    connect(owner, &QDBusServiceWatcher::serviceOwnerChanged, this,
            [this](const QString &, const QString &before, const QString &now) {
                if (!before.isEmpty()) {
                    m_said.reset();
                    Q_EMIT gone();
                }
                if (!now.isEmpty())
                    askPresent();
            });
}

void NetworkManager::askPresent()
{
    listen();
    ask();
}

void NetworkManager::listen()
{
    if (m_listens)
        return;
    m_listens = QDBusConnection::systemBus().connect(
        Service, Path, Properties, QStringLiteral("PropertiesChanged"), this, SLOT(ask()));
}

void NetworkManager::ask()
{
    QDBusMessage question =
        QDBusMessage::createMethodCall(Service, Path, Properties, QStringLiteral("GetAll"));
    question.setArguments({Service});
    question.setAutoStartService(false);
    m_newest = new QDBusPendingCallWatcher(QDBusConnection::systemBus().asyncCall(question), this);
    connect(m_newest, &QDBusPendingCallWatcher::finished, this,
            [this](QDBusPendingCallWatcher *finished) {
                finished->deleteLater();
                const QDBusPendingReply<QVariantMap> answer = *finished;
                if (!answer.isError()) {
                    hear(answer.value());
                } else if (finished == m_newest && m_said) {
                    // Something changed, and nobody knows what. Where nothing was said yet, nobody
                    // is there, or one that is not ready and tells when it is.
                    m_said.reset();
                    Q_EMIT gone();
                }
            });
}

void NetworkManager::hear(const QVariantMap &all)
{
    const uint metered = all.value(QStringLiteral("Metered")).toUInt();
    const State state{
        reachabilityOf(all.value(QStringLiteral("State")).toUInt()),
        all.value(QStringLiteral("Connectivity")).toUInt() == Portal,
        metered == MeteredYes || metered == MeteredGuessYes,
        all.value(QStringLiteral("PrimaryConnection")).value<QDBusObjectPath>().path()};
    // It tells of much else, too.
    if (state == m_said)
        return;
    m_said = state;
    Q_EMIT said(state);
}

} // namespace RemoteLog
