// SPDX-License-Identifier: MIT
#pragma once

#include "httpproxies.h"
#include "httprequest.h"

#include <RemoteLog/result.h>

#include <QNetworkRequest>

namespace RemoteLog {

// The request as Qt sends it, with all that says who we are and what Qt may do by itself: nothing.
// No cookies, no cache, no redirects, no decompression, no passwords of its own. InvalidArgument
// for what must not go out, ActionRequired for https where Qt has no TLS and for what the proxy
// cannot serve.
Result<QNetworkRequest> wireRequest(const HttpRequest &request, HttpProxies *proxies,
                                    const QSslConfiguration &tls);

} // namespace RemoteLog
