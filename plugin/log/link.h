// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/loglink.h>

#include "security/keys.h"

namespace RemoteLog {

// The link to a log of our own. Names those of `helpers` that isSafeHint() allows, at most 8.
LogLink makeLink(const LogKeys &keys, const QList<QUrl> &helpers);

// The same link with more hints: those of the link first, at most 8.
LogLink withHints(const LogLink &link, const QList<QUrl> &hints);

// The two capabilities in a link that is not null.
QByteArray publicKeyOf(const LogLink &link);
Key readKeyOf(const LogLink &link);

// Whether a helper that a stranger names may be asked: "+https" schemes to public hosts only. No
// user info, no loopback, private or link-local address, no single-label host, no local file.
bool isSafeHint(const QUrl &helper);

} // namespace RemoteLog
