// SPDX-License-Identifier: MIT
#pragma once

#include "keychain.h"

#include "helpers/helperregistry.h"
#include "network/systemnetworkwatch.h"

#include <RemoteLog/transportplugin.h>

#include <QCoreApplication>
#include <QObject>
#include <QPointer>
#include <QTranslator>

#include <memory>

namespace RemoteLog {

// The plugin's one object in a process: makes transports, knows the helpers' schemes, speaks the
// host's language.
class PluginRoot : public QObject, public TransportPlugin
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID RemoteLogTransportPlugin_iid FILE "remotelog.json")
    Q_INTERFACES(RemoteLog::TransportPlugin)

public:
    PluginRoot();

    Transport *create(const Settings &settings, const HostServices &services,
                      QObject *parent) override;
    Problem registerContentStore(const QString &scheme,
                                 std::function<ContentStore *(const QUrl &)> factory) override;
    Problem registerNameSystem(const QString &scheme,
                               std::function<NameSystem *(const QUrl &)> factory) override;

private:
    // The system's, for what the host does not bring; made when the first transport needs them.
    HostServices complete(HostServices services);
    // There is one language for the process: whoever asks last gets his.
    void speak(const QLocale &locale);

    std::shared_ptr<HelperRegistry> m_registry;
    std::unique_ptr<Keychain> m_keychain;
    std::unique_ptr<SystemNetworkWatch> m_networkWatch;
    QTranslator m_translator;
    QLocale m_locale;
    QPointer<QCoreApplication> m_spokenTo; // each application has translators of its own
};

} // namespace RemoteLog
