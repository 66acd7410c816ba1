// SPDX-License-Identifier: MIT
#include "pluginroot.h"

#include "transportfacade.h"

namespace RemoteLog {

PluginRoot::PluginRoot()
    : m_registry(std::make_shared<HelperRegistry>())
{
}

Transport *PluginRoot::create(const Settings &settings, const HostServices &services,
                              QObject *parent)
{
    speak(settings.locale());
    auto *transport = new TransportFacade(settings, complete(services), m_registry, parent);
    connect(transport, &TransportFacade::localeWanted, this, &PluginRoot::speak);
    if (!services.secretStore())
        connect(transport, &TransportFacade::syncWanted, m_keychain.get(), &Keychain::askAgain);
    return transport;
}

HostServices PluginRoot::complete(HostServices services)
{
    if (!services.secretStore()) {
        if (!m_keychain)
            m_keychain = std::make_unique<Keychain>(Timing().keyWait);
        services.setSecretStore(m_keychain.get());
    }
    if (!services.networkWatch()) {
        if (!m_networkWatch)
            m_networkWatch = std::make_unique<SystemNetworkWatch>();
        services.setNetworkWatch(m_networkWatch.get());
    }
    return services;
}

Problem PluginRoot::registerContentStore(const QString &scheme,
                                         std::function<ContentStore *(const QUrl &)> factory)
{
    return m_registry->add(scheme, ContentStoreFactory(std::move(factory)));
}

Problem PluginRoot::registerNameSystem(const QString &scheme,
                                       std::function<NameSystem *(const QUrl &)> factory)
{
    return m_registry->add(scheme, NameSystemFactory(std::move(factory)));
}

void PluginRoot::speak(const QLocale &locale)
{
    if (m_spokenTo && m_spokenTo == QCoreApplication::instance() && m_locale == locale)
        return;
    m_spokenTo = QCoreApplication::instance();
    m_locale = locale;
    QCoreApplication::removeTranslator(&m_translator);
    if (m_translator.load(locale, QStringLiteral("remotelog"), QStringLiteral("_"),
                          QStringLiteral(":/remotelog/i18n")))
        QCoreApplication::installTranslator(&m_translator);
}

} // namespace RemoteLog
