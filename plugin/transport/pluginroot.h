// SPDX-License-Identifier: MIT
#pragma once

#include "engine/helperregistry.h"

#include <RemoteLog/transportplugin.h>

#include <QObject>
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
    void speak(const QLocale &locale);

    std::shared_ptr<HelperRegistry> m_registry;
    QTranslator m_translator;
    QLocale m_locale;
    bool m_isSpeaking = false;
};

} // namespace RemoteLog
