// SPDX-License-Identifier: MIT
#include "filesecretstore.h"

#include "durablefile.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

using RemoteLog::Problem;
using RemoteLog::Result;

namespace {

Problem unavailable(const QString &detail)
{
    return Problem(Problem::Kind::SecretStoreUnavailable, detail);
}

} // namespace

FileSecretStore::FileSecretStore(const QString &fileName, QObject *parent)
    : SecretStore(parent)
    , m_fileName(fileName)
{
}

QFuture<Result<QByteArray>> FileSecretStore::read(const QString &key)
{
    const Result<Secrets> secrets = load();
    if (!secrets.ok())
        return QtFuture::makeReadyFuture(Result<QByteArray>(secrets.problem()));
    // A null value: there certainly is none.
    return QtFuture::makeReadyFuture(Result<QByteArray>(secrets.value().value(key)));
}

QFuture<Problem> FileSecretStore::write(const QString &key, const QByteArray &secret)
{
    const Result<Secrets> secrets = load();
    if (!secrets.ok())
        return QtFuture::makeReadyFuture(secrets.problem());
    Secrets changed = secrets.value();
    changed.insert(key, secret);
    return QtFuture::makeReadyFuture(save(changed));
}

QFuture<Problem> FileSecretStore::remove(const QString &key)
{
    const Result<Secrets> secrets = load();
    if (!secrets.ok())
        return QtFuture::makeReadyFuture(secrets.problem());
    Secrets changed = secrets.value();
    changed.remove(key);
    return QtFuture::makeReadyFuture(save(changed));
}

Result<FileSecretStore::Secrets> FileSecretStore::load() const
{
    QFile file(m_fileName);
    // Only a file that is not there means "no secrets". One that cannot be read means "cannot
    // tell", or the plugin would make a new identity.
    if (!file.exists())
        return Secrets();
    if (!file.open(QIODevice::ReadOnly))
        return unavailable(file.errorString());
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll());
    if (!document.isObject())
        return unavailable(QStringLiteral("the file of secrets is damaged"));
    const QJsonObject object = document.object();
    Secrets secrets;
    for (auto each = object.begin(); each != object.end(); ++each)
        secrets.insert(each.key(), QByteArray::fromBase64(each.value().toString().toLatin1()));
    return secrets;
}

Problem FileSecretStore::save(const Secrets &secrets) const
{
    QJsonObject object;
    for (auto each = secrets.begin(); each != secrets.end(); ++each)
        object.insert(each.key(), QLatin1String(each.value().toBase64()));
    const QString problem = DurableFile::write(m_fileName, QJsonDocument(object).toJson());
    return problem.isNull() ? Problem() : unavailable(problem);
}
