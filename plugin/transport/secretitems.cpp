// SPDX-License-Identifier: MIT
#include "secretitems.h"

#include "engine/reply.h"
#include "helpers/call.h"

#include <QThread>

namespace RemoteLog {

namespace {

Problem noStore()
{
    return Problem(Problem::Kind::SecretStoreUnavailable,
                   QStringLiteral("there is no secret store"));
}

// Calls a method of the store in the store's thread.
template <class T>
QFuture<T> callIn(SecretStore *store, std::chrono::milliseconds limit,
                  std::function<QFuture<T>()> call)
{
    if (store->thread() == QThread::currentThread())
        return call();
    const Reply<T> reply;
    QMetaObject::invokeMethod(
        store,
        [store, limit, call, reply] {
            whenAnswered<T>(call(), store, limit,
                            [reply](const T &answer) { reply.answer(answer); });
        },
        Qt::QueuedConnection);
    return reply.future();
}

} // namespace

SecretItems::SecretItems(SecretStore *store, const QString &applicationId, const Timing &timing)
    : m_store(store)
    , m_applicationId(applicationId)
    , m_timing(timing)
{
    if (m_store)
        connect(m_store, &SecretStore::changed, this, &SecretItems::changed);
}

void SecretItems::read(const QString &name, const ThenRead &then)
{
    ask<Result<QByteArray>>(
        name, [](SecretStore *store, const QString &key) { return store->read(key); }, then);
}

void SecretItems::write(const QString &name, const QByteArray &secret, const ThenDone &then)
{
    ask<Problem>(
        name,
        [secret](SecretStore *store, const QString &key) { return store->write(key, secret); },
        then);
}

void SecretItems::remove(const QString &name, const ThenDone &then)
{
    ask<Problem>(
        name, [](SecretStore *store, const QString &key) { return store->remove(key); }, then);
}

template <class T>
void SecretItems::ask(const QString &name, const Ask<T> &question,
                      const std::function<void(const T &)> &then)
{
    const auto answer = [this, then](const T &value) {
        m_isBusy = false;
        then(value);
        next();
    };
    m_waiting.push_back([this, key = key(name), question, answer] {
        SecretStore *const store = m_store;
        if (!store)
            return answer(noStore());
        whenAnswered<T>(callIn<T>(store, m_timing.keyWait,
                                  [store, key, question] { return question(store, key); }),
                        this, m_timing.keyWait, answer);
    });
    next();
}

void SecretItems::next()
{
    if (m_isBusy || m_waiting.empty())
        return;
    m_isBusy = true;
    const std::function<void()> question = std::move(m_waiting.front());
    m_waiting.pop_front();
    question();
}

QString SecretItems::key(const QString &name) const
{
    return QStringLiteral("remotelog/%1/%2/%3").arg(m_applicationId, m_profileId, name);
}

} // namespace RemoteLog
