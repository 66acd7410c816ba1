// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/loglink.h>

#include "security/keys.h"

namespace RemoteLog {

// The link to a log of our own. Names those of `helpers` that safeHints() leaves.
LogLink makeLink(const LogKeys &keys, const QList<QUrl> &helpers);

// The same link with more hints: the given ones first, for they are newer, then those of the link,
// at most 8. What a link cannot name is left out.
LogLink withHints(const LogLink &link, const QList<QUrl> &hints);

// The two capabilities in a link that is not null.
QByteArray publicKeyOf(const LogLink &link);
Key readKeyOf(const LogLink &link);

// Whether a helper that a stranger names may be asked: "+https" schemes to public hosts only. No
// user info, no loopback, private or link-local address, no single-label host, no local file.
bool isSafeHint(const QUrl &helper);

// What the writer puts into links and pages: the first 8 that isSafeHint() allows.
QList<QUrl> safeHints(const QList<QUrl> &helpers);

} // namespace RemoteLog
