// SPDX-License-Identifier: MIT
// Compiled once for each way in which a plugin can be good or bad: fake.h and fake.json, made by
// CMake, say which.
#include "fake.h"

#include <RemoteLog/transportplugin.h>

#include <QObject>

#ifdef FAKE_UNRESOLVED
// A function, for one is bound when it is called: unless the loader asks for all symbols, the
// plugin is loaded, and ends the process at that call.
extern "C" void remoteLogSymbolThatNobodyDefines();
#endif

class FakePlugin : public QObject
#ifndef FAKE_WITHOUT_INTERFACE
    ,
                   public RemoteLog::TransportPlugin
#endif
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID FAKE_IID FILE "fake.json")
#ifndef FAKE_WITHOUT_INTERFACE
    Q_INTERFACES(RemoteLog::TransportPlugin)

public:
    RemoteLog::Transport *create(const RemoteLog::Settings &, const RemoteLog::HostServices &,
                                 QObject *) override
    {
#ifdef FAKE_UNRESOLVED
        remoteLogSymbolThatNobodyDefines();
#endif
        return nullptr;
    }

    RemoteLog::Problem
    registerContentStore(const QString &,
                         std::function<RemoteLog::ContentStore *(const QUrl &)>) override
    {
        return RemoteLog::Problem();
    }

    RemoteLog::Problem
    registerNameSystem(const QString &,
                       std::function<RemoteLog::NameSystem *(const QUrl &)>) override
    {
        return RemoteLog::Problem();
    }
#endif

public:
    FakePlugin()
    {
        // How the test knows that a plugin's code ran.
        setObjectName(QStringLiteral("fake"));
        qputenv("REMOTELOG_FAKE_PLUGIN_RAN", "1");
    }
};

#include "fakeplugin.moc"
