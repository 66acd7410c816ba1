// SPDX-License-Identifier: MIT
#include "systemnetworkwatch.h"

#include <QMetaMethod>
#include <QNetworkInformation>

namespace RemoteLog {

namespace {

using Info = QNetworkInformation;

Info *load()
{
    // The default one knows most. Where it cannot work, one that at least knows whether there is a
    // network. What loading returns is not asked: the host may have been first.
    if (!Info::instance() && !Info::loadDefaultBackend())
        Info::loadBackendByFeatures(Info::Feature::Reachability);
    return Info::instance();
}

NetworkWatch::Reachability reachabilityOf(Info::Reachability reachability)
{
    switch (reachability) {
    case Info::Reachability::Unknown:
        return NetworkWatch::Reachability::Unknown;
    case Info::Reachability::Disconnected:
        return NetworkWatch::Reachability::Disconnected;
    case Info::Reachability::Local:
    case Info::Reachability::Site:
    case Info::Reachability::Online:
        return NetworkWatch::Reachability::Connected;
    }
    return NetworkWatch::Reachability::Unknown; // of a later Qt
}

bool isBackend(const Info *system, const char *name)
{
    return system && system->backendName() == QLatin1String(name);
}

} // namespace

SystemNetworkWatch::SystemNetworkWatch(QObject *parent, std::chrono::milliseconds meteredStays)
    : NetworkWatch(parent)
{
    m_meteredEnd.setSingleShot(true);
    m_meteredEnd.setInterval(meteredStays);
    connect(&m_meteredEnd, &QTimer::timeout, this, [this] { set({}); });
    begin();
}

SystemNetworkWatch::~SystemNetworkWatch() = default;

void SystemNetworkWatch::connectNotify(const QMetaMethod &signal)
{
    if (m_system || signal != QMetaMethod::fromSignal(&NetworkWatch::changed))
        return;
    if (m_application == QCoreApplication::instance() && !load())
        return;
    const NetworkManager::State before = m_state;
    begin();
    // The newcomer asks by himself, and is still connecting.
    if (m_state != before)
        QMetaObject::invokeMethod(this, &NetworkWatch::changed, Qt::QueuedConnection);
}

void SystemNetworkWatch::begin()
{
    m_manager.reset();
    m_meteredEnd.stop();
    m_isSystemStale = false;
    m_application = QCoreApplication::instance();
    m_system = load();
    // Where there is no NetworkManager, or no event loop of GLib's (QT_NO_GLIB, many AppImages),
    // GLib's backend is silent after its first word, and "disconnected" would stay for ever.
    m_isSystemHeard = !isBackend(m_system, "glib");
    m_state = ofSystem();
    if (m_system)
        watchSystem();
    if (isBackend(m_system, "networkmanager")) {
        watchManager(); // the present one, Qt has asked
    } else if (!m_system || isBackend(m_system, "glib")) {
        watchManager();
        m_manager->askPresent();
    }
}

void SystemNetworkWatch::watchSystem()
{
    const auto look = [this] {
        m_isSystemHeard = true;
        if (!m_isSystemStale)
            set(ofSystem());
    };
    connect(m_system, &Info::reachabilityChanged, this, look);
    connect(m_system, &Info::isBehindCaptivePortalChanged, this, look);
    connect(m_system, &Info::isMeteredChanged, this, look);
    // From cable to radio: what is open hangs.
    connect(m_system, &Info::transportMediumChanged, this, look);
}

void SystemNetworkWatch::watchManager()
{
    m_manager = std::make_unique<NetworkManager>();
    connect(m_manager.get(), &NetworkManager::gone, this, [this] {
        m_isSystemStale = true;
        // The connection may outlive it, and what costs money is not tried in doubt.
        NetworkManager::State state;
        state.isMetered = m_state.isMetered;
        if (state.isMetered)
            m_meteredEnd.start();
        set(state);
    });
    connect(m_manager.get(), &NetworkManager::said, this, [this](const auto &state) {
        m_isSystemStale = true;
        m_meteredEnd.stop();
        set(state);
    });
}

NetworkManager::State SystemNetworkWatch::ofSystem() const
{
    if (!m_system || !m_isSystemHeard)
        return {};
    return {reachabilityOf(m_system->reachability()), m_system->isBehindCaptivePortal(),
            m_system->isMetered(), QString()};
}

void SystemNetworkWatch::set(const NetworkManager::State &state)
{
    m_state = state;
    Q_EMIT changed();
}

} // namespace RemoteLog
