// SPDX-License-Identifier: MIT
#include "fakesecretstore.h"

namespace RemoteLog::Testing {

namespace {

Problem locked()
{
    return Problem(Problem::Kind::SecretStoreUnavailable, QStringLiteral("locked by the test"));
}

} // namespace

template <class T>
QFuture<T> FakeSecretStore::never()
{
    auto promise = std::make_shared<QPromise<T>>();
    promise->start();
    m_open.push_back(promise);
    return promise->future();
}

QFuture<Result<QByteArray>> FakeSecretStore::read(const QString &key)
{
    if (mood == Mood::Hangs)
        return never<Result<QByteArray>>();
    if (mood == Mood::Unavailable)
        return QtFuture::makeReadyFuture(Result<QByteArray>(locked()));
    if (mood == Mood::LooksEmpty)
        return QtFuture::makeReadyFuture(Result<QByteArray>(QByteArray()));
    return QtFuture::makeReadyFuture(Result<QByteArray>(secrets.value(key)));
}

QFuture<Problem> FakeSecretStore::write(const QString &key, const QByteArray &secret)
{
    written.append(key);
    if (mood == Mood::Hangs)
        return never<Problem>();
    if (mood == Mood::Unavailable || mood == Mood::LooksEmpty)
        return QtFuture::makeReadyFuture(locked());
    if (mood != Mood::Forgets)
        secrets.insert(key, secret);
    return QtFuture::makeReadyFuture(Problem());
}

QFuture<Problem> FakeSecretStore::remove(const QString &key)
{
    secrets.remove(key);
    return QtFuture::makeReadyFuture(Problem());
}

} // namespace RemoteLog::Testing
