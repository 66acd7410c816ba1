// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QByteArray>

namespace RemoteLog {

// What a helper's token says in the header Authorization. The spelling is that of Kubo's
// API.Authorizations (AuthSecret), so that a person may copy it from there:
//
//     bearer:<token>             Bearer <token>
//     <token>                    the same; without a colon
//     basic:<user>:<password>    Basic <base64 of user:password>
//     basic:<base64>             Basic <base64>; of <user>:<password>
//
// InvalidArgument for everything else, with a detail that has nothing of it.
Result<QByteArray> authorizationOf(const QByteArray &token);

} // namespace RemoteLog
