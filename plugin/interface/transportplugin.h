// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>
#include <RemoteLog/settings.h>

#include <QtCore/QObject>

#include <functional>

namespace RemoteLog {

class ContentStore;
class NameSystem;
class NetworkWatch;
class SecretStore;
class Transport;

// What a host brings instead of the system's. Everything stays the host's and must outlive the
// Transport.
struct HostServices
{
    SecretStore *secrets = nullptr; // nullptr: the system's keychain
    NetworkWatch *network = nullptr; // nullptr: QNetworkInformation
};

// The plugin's root object; get it from TransportLoader. One for each process, shared by all
// transports in it. Used in QCoreApplication's thread.
class REMOTELOG_EXPORT TransportPlugin
{
public:
    virtual ~TransportPlugin();

    // A transport for the profile in settings.directory(). At once and never null; what is wrong
    // shows in its problem(). A second one on the same directory stays Opening until the first is
    // closed; one in another process shows InUse.
    virtual Transport *create(const Settings &settings,
                              const HostServices &services = HostServices(),
                              QObject *parent = nullptr) = 0;

    // Makes helpers of a URL scheme known: lower-case letters, digits, '+', '-', '.'. The factory
    // is called in worker threads, possibly several at once, and returns a new object without
    // parent, or nullptr if the URL is no good. Before create(); a scheme may be registered once
    // for each role. InvalidArgument otherwise.
    virtual Problem registerContentStore(const QString &scheme,
                                         std::function<ContentStore *(const QUrl &)> factory) = 0;
    virtual Problem registerNameSystem(const QString &scheme,
                                       std::function<NameSystem *(const QUrl &)> factory) = 0;
};

} // namespace RemoteLog

// The number in the IID is the major version of this interface.
#define RemoteLogTransportPlugin_iid "org.remotelog.TransportPlugin/1"
Q_DECLARE_INTERFACE(RemoteLog::TransportPlugin, RemoteLogTransportPlugin_iid)
