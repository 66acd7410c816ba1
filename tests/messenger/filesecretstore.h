// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/secretstore.h>

#include <QtCore/QMap>

// Secrets in a plain file, for tests and for machines without a keychain.
//
// WARNING: whoever reads the file has the key of the profile: can read its logs and write in its
// name. Most messengers bring no SecretStore: then the plugin uses the system's keychain.
//
// One file for each profile: two programs that write the same file would lose each other's keys.
class FileSecretStore : public RemoteLog::SecretStore
{
    Q_OBJECT

public:
    explicit FileSecretStore(const QString &fileName, QObject *parent = nullptr);

    QFuture<RemoteLog::Result<QByteArray>> read(const QString &key) override;
    QFuture<RemoteLog::Problem> write(const QString &key, const QByteArray &secret) override;
    QFuture<RemoteLog::Problem> remove(const QString &key) override;

private:
    using Secrets = QMap<QString, QByteArray>;

    RemoteLog::Result<Secrets> load() const;
    RemoteLog::Problem save(const Secrets &secrets) const;

    QString m_fileName;
};
