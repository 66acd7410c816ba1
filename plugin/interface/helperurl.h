// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QtCore/QUrl>

#include <optional>

namespace RemoteLog {

// How a helper that speaks HTTP is spelled in settings, pages and links (wire format, "Link"): its
// role, a plus sign, and the protocol. Not exported: interface/ and the plugin link their own.
struct HelperUrl
{
    enum class Role {
        Node, // "kubo": the RPC of an IPFS node; content store and name system
        Gateway, // "gateway": a trustless gateway; both, and only read from
        Routing // "routing": delegated routing V1; a name system
    };

    // True for the schemes that are spelled like this, whatever the rest says.
    static bool isOne(const QUrl &url);

    // InvalidArgument, with the URL as its helper, for what isOne() and makes no sense; the detail
    // has nothing of the URL but its scheme.
    static Result<HelperUrl> fromUrl(const QUrl &url);

    Role role = Role::Node;

    // Where requests go: http or https, host, port, and the path without a slash at its end; no
    // query. Where people write http://localhost of a gateway or routing, 127.0.0.1.
    QUrl base;

    // On this very computer.
    bool isLoopback = false;

    // False for loopback, unless the URL says "?network=required".
    bool needsNetwork = true;
};

// localhost, and addresses of this computer.
bool isLoopbackHost(const QString &host);

} // namespace RemoteLog
