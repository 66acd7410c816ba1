// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/hostservices.h>
#include <RemoteLog/problem.h>
#include <RemoteLog/settings.h>

#include <QtCore/QObject>

#include <functional>

namespace RemoteLog {

class ContentStore;
class NameSystem;
class Transport;

// The plugin's root object; get it from TransportLoader. One for each process, shared by all
// transports in it. Used in QCoreApplication's thread. The host never deletes it.
class REMOTELOG_EXPORT TransportPlugin
{
public:
    virtual ~TransportPlugin();

    // A transport for the profile in settings.directory(). At once and never null; what is wrong
    // shows in its problem(). A second one on the same directory stays Opening until the first is
    // closed; one in another process shows InUse. `parent`: its QObject parent; nullptr if the host
    // deletes it.
    virtual Transport *create(const Settings &settings,
                              const HostServices &services = HostServices(),
                              QObject *parent = nullptr) = 0;

    // Makes content stores of a URL scheme known. `scheme`: 1..64 of lower-case letters, digits,
    // '+', '-', '.', a letter first. The factory is called in worker threads, possibly several at
    // once, and returns a new object without parent, which belongs to the plugin, or nullptr if the
    // URL is no good; it is kept until the process ends. Best before create(): transports created
    // before do not use it until applySettings(). InvalidArgument if the scheme is malformed or has
    // a content store already, "file" being the plugin's own, or if there is no factory.
    virtual Problem registerContentStore(const QString &scheme,
                                         std::function<ContentStore *(const QUrl &)> factory) = 0;

    // The same for name systems. A scheme may have both roles.
    virtual Problem registerNameSystem(const QString &scheme,
                                       std::function<NameSystem *(const QUrl &)> factory) = 0;
};

} // namespace RemoteLog

// The number in the IID is the major version of this interface.
#define RemoteLogTransportPlugin_iid "org.remotelog.TransportPlugin/1"
Q_DECLARE_INTERFACE(RemoteLog::TransportPlugin, RemoteLogTransportPlugin_iid)
