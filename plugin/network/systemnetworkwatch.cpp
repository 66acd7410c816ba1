// SPDX-License-Identifier: MIT
#include "systemnetworkwatch.h"

#include <QDBusConnection>
#include <QDBusServiceWatcher>
#include <QNetworkInformation>

namespace RemoteLog {

namespace {

QNetworkInformation *load()
{
    // The default one knows most. Where it cannot work, one that at least knows whether there is a
    // network. What loading returns is not asked: the host may have been first.
    if (!QNetworkInformation::instance() && !QNetworkInformation::loadDefaultBackend())
        QNetworkInformation::loadBackendByFeatures(QNetworkInformation::Feature::Reachability);
    return QNetworkInformation::instance();
}

} // namespace

SystemNetworkWatch::SystemNetworkWatch(QObject *parent)
    : NetworkWatch(parent)
    , m_system(load())
{
    if (!m_system)
        return;
    using Info = QNetworkInformation;
    connect(m_system, &Info::reachabilityChanged, this, [this] {
        m_isStale = false;
        Q_EMIT changed();
    });
    connect(m_system, &Info::isBehindCaptivePortalChanged, this, &NetworkWatch::changed);
    connect(m_system, &Info::isMeteredChanged, this, &NetworkWatch::changed);
    // From cable to radio: what is open hangs.
    connect(m_system, &Info::transportMediumChanged, this, &NetworkWatch::changed);
    if (m_system->backendName() == QStringLiteral("networkmanager"))
        watchNetworkManager();
}

SystemNetworkWatch::~SystemNetworkWatch() = default;

void SystemNetworkWatch::watchNetworkManager()
{
    // Qt goes on saying what NetworkManager said last when that is gone; "disconnected" would then
    // stay for ever.
    m_owner = std::make_unique<QDBusServiceWatcher>(
        QStringLiteral("org.freedesktop.NetworkManager"), QDBusConnection::systemBus(),
        QDBusServiceWatcher::WatchForUnregistration);
    connect(m_owner.get(), &QDBusServiceWatcher::serviceUnregistered, this, [this] {
        m_isStale = true;
        Q_EMIT changed();
    });
}

NetworkWatch::Reachability SystemNetworkWatch::reachability() const
{
    if (!m_system || m_isStale)
        return Reachability::Unknown;
    switch (m_system->reachability()) {
    case QNetworkInformation::Reachability::Unknown:
        return Reachability::Unknown;
    case QNetworkInformation::Reachability::Disconnected:
        return Reachability::Disconnected;
    case QNetworkInformation::Reachability::Local:
    case QNetworkInformation::Reachability::Site:
    case QNetworkInformation::Reachability::Online:
        return Reachability::Connected;
    }
    return Reachability::Unknown; // of a later Qt
}

bool SystemNetworkWatch::isCaptivePortal() const
{
    return m_system && !m_isStale && m_system->isBehindCaptivePortal();
}

bool SystemNetworkWatch::isMetered() const
{
    return m_system && m_system->isMetered();
}

} // namespace RemoteLog
