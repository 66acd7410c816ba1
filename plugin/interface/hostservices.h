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

    // Keeps the profile's key. nullptr: the system's keychain does (libsecret or KWallet, through
    // QtKeychain), without any insecure fallback.
    SecretStore *secretStore() const;
    void setSecretStore(SecretStore *store);

    // Knows of the network. nullptr: the system does (QNetworkInformation, whose backend is the
    // host's if that has loaded one).
    NetworkWatch *networkWatch() const;
    void setNetworkWatch(NetworkWatch *watch);

private:
    QSharedDataPointer<HostServicesPrivate> d;
};

} // namespace RemoteLog
