// SPDX-License-Identifier: MIT
#include <RemoteLog/secretstore.h>

namespace RemoteLog {

SecretStore::SecretStore(QObject *parent)
    : QObject(parent)
{
}

SecretStore::~SecretStore() = default;

} // namespace RemoteLog
