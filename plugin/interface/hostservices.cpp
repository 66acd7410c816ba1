// SPDX-License-Identifier: MIT
#include <RemoteLog/hostservices.h>

namespace RemoteLog {

class HostServicesPrivate : public QSharedData
{
public:
    SecretStore *secretStore = nullptr;
    NetworkWatch *networkWatch = nullptr;
};

HostServices::HostServices()
    : d(new HostServicesPrivate)
{
}

HostServices::HostServices(const HostServices &other) = default;
HostServices::HostServices(HostServices &&other) noexcept = default;
HostServices &HostServices::operator=(const HostServices &other) = default;
HostServices &HostServices::operator=(HostServices &&other) noexcept = default;
HostServices::~HostServices() = default;

SecretStore *HostServices::secretStore() const
{
    return d->secretStore;
}

void HostServices::setSecretStore(SecretStore *store)
{
    d->secretStore = store;
}

NetworkWatch *HostServices::networkWatch() const
{
    return d->networkWatch;
}

void HostServices::setNetworkWatch(NetworkWatch *watch)
{
    d->networkWatch = watch;
}

} // namespace RemoteLog
