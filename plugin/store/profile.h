// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QString>

namespace RemoteLog {

// The random 128-bit id of the profile in `directory`, 32 hex digits: read from
// `<directory>/profile`, or made and written durably if there is none. It names the profile's
// secrets in the keychain, so it is there before the database. A damaged file is LocalDataCorrupt;
// it is never replaced.
Result<QString> profileId(const QString &directory);

} // namespace RemoteLog
