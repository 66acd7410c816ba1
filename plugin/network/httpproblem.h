// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QNetworkReply>

namespace RemoteLog {

// What the caller can do about an answer with this status; `place`, host and port, goes into the
// detail. None for 2xx and 304.
Problem problemOfStatus(int status, const QString &place);

// The same for what QNetworkReply reports; None for NoError. Its errorString() is never used: it
// may hold the whole URL. `hint` says more, without secrets, where something is known.
Problem problemOfError(QNetworkReply::NetworkError error, const QString &place,
                       const QString &hint = QString());

} // namespace RemoteLog
