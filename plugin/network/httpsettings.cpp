// SPDX-License-Identifier: MIT
#include "httpsettings.h"

#include <RemoteLog/settings.h>

namespace RemoteLog {

HttpSettings HttpSettings::of(const Settings &settings)
{
    HttpSettings http;
    http.proxy = settings.proxy();
    http.caCertificates = settings.caCertificates();
    return http;
}

} // namespace RemoteLog
