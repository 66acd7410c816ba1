// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/export.h>

#include <QtCore/QSharedDataPointer>

namespace RemoteLog {

class HostServicesPrivate;
class NetworkWatch;
class SecretStore;

// What a host brings to a transport (TransportPlugin::create), each part optional.
//
// An implicitly shared value that may gain fields; reentrant. It only names the objects: they stay
// the host's, may be shared by several transports, must outlive each Transport that was given them,
// and are only used in the thread that they live in, which needs an event loop.
class REMOTELOG_EXPORT HostServices
{
public:
    // Brings nothing: every pointer is nullptr.
    HostServices();
    HostServices(const HostServices &other);
    HostServices(HostServices &&other) noexcept;
    HostServices &operator=(const HostServices &other);
    HostServices &operator=(HostServices &&other) noexcept;
    ~HostServices();

    // Keeps the profile's key. nullptr: there is none, and without one the profile stays locked:
    // Transport::problem() is SecretStoreUnavailable and so is the answer to every append. A later
    // version may use the system's keychain instead.
    SecretStore *secretStore() const;
    void setSecretStore(SecretStore *store);

    // Knows of the network. nullptr: nothing is known of it, as if a watch said Unknown; every
    // helper is tried. A later version may ask the system instead.
    NetworkWatch *networkWatch() const;
    void setNetworkWatch(NetworkWatch *watch);

private:
    QSharedDataPointer<HostServicesPrivate> d;
};

} // namespace RemoteLog
