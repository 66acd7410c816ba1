// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QNetworkProxy>
#include <QSslCertificate>

namespace RemoteLog {

class Settings;

// How a client reaches its helpers.
struct HttpSettings
{
    // What the host has set for them.
    static HttpSettings of(const Settings &settings);

    // DefaultProxy is the application's. Loopback is always reached without one: a proxy would look
    // for the helper on its own machine. Logins are SOCKS5's, or Basic: Qt could do more for an
    // HTTP proxy only where it may use what it likes for helpers, too (NTLM, Kerberos).
    QNetworkProxy proxy;

    // Trusted besides the system's.
    QList<QSslCertificate> caCertificates;

    // Bytes a second that a helper moves at the least: each second's worth extends the time limit
    // of its request by that second, so that a slow line is no dead helper and a trickle no slow
    // line.
    qint64 minimumRate = 32 * 1024;
};

} // namespace RemoteLog
