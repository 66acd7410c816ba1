// SPDX-License-Identifier: MIT
#include "keychain.h"

#include "giobus.h"

#include "engine/reply.h"

#include <qt6keychain/keychain.h>

#include <QTimer>

namespace RemoteLog {

namespace {

Problem unavailable(const QString &detail)
{
    return Problem(Problem::Kind::SecretStoreUnavailable, detail);
}

// "remotelog/<applicationId>/<profile id>/<name>": the service is all but the name.
QString serviceOf(const QString &key)
{
    return key.section(QLatin1Char('/'), 0, -2);
}

QString nameOf(const QString &key)
{
    return key.section(QLatin1Char('/'), -1);
}

SecretItem itemOf(const QString &key)
{
    return {serviceOf(key), nameOf(key)};
}

} // namespace

Keychain::Keychain(std::chrono::milliseconds limit, QObject *parent)
    : SecretStore(parent)
    , m_limit(limit)
{
    connect(&m_service, &SecretService::changed, this, &SecretStore::changed);
}

Keychain::~Keychain() = default;

QFuture<Result<QByteArray>> Keychain::read(const QString &key)
{
    const Reply<Result<QByteArray>> reply;
    add({Kind::Read, key, {}, [reply](const Result<QByteArray> &result) { reply.answer(result); }});
    return reply.future();
}

QFuture<Problem> Keychain::write(const QString &key, const QByteArray &secret)
{
    const Reply<Problem> reply;
    add({Kind::Write, key, secret,
         [reply](const Result<QByteArray> &result) { reply.answer(result.problem()); }});
    return reply.future();
}

QFuture<Problem> Keychain::remove(const QString &key)
{
    const Reply<Problem> reply;
    add({Kind::Remove, key, {}, [reply](const Result<QByteArray> &result) {
             reply.answer(result.problem());
         }});
    return reply.future();
}

void Keychain::add(Request made)
{
    const auto request = std::make_shared<Request>(std::move(made));
    m_waiting.push_back(request);
    QTimer::singleShot(m_limit, this, [this, made = std::weak_ptr<Request>(request)] {
        if (const RequestPointer open = made.lock())
            giveUp(open);
    });
    next();
}

void Keychain::giveUp(const RequestPointer &request)
{
    request->secret.clear();
    request->isGivenUp = true;
    std::erase(m_waiting, request);
    m_glib.relax();
    request->answer(unavailable(QStringLiteral("the keychain does not answer")));
}

void Keychain::next()
{
    if (m_isBusy || m_waiting.empty())
        return;
    const RequestPointer request = std::move(m_waiting.front());
    m_waiting.pop_front();
    begin(request);
}

void Keychain::begin(const RequestPointer &request)
{
    m_isBusy = true;
    m_service.find(itemOf(request->key),
                   [this, request](SecretService::Lock lock, const QString &collection) {
                       found(request, lock, collection);
                   });
}

void Keychain::found(const RequestPointer &request, SecretService::Lock lock,
                     const QString &collection)
{
    using Lock = SecretService::Lock;
    request->lock = lock;
    request->collection = collection;
    if (lock == Lock::Failed)
        return end(request, unavailable(QStringLiteral("the secret service does not answer")));
    // QtKeychain's own job would prompt where it cannot be told what is locked.
    const bool isLeftLocked =
        lock == Lock::Unknown ? !m_leftLocked.isEmpty() : m_leftLocked.contains(collection);
    if (lock != Lock::Open && isLeftLocked)
        end(request, unavailable(QStringLiteral("the keyring was left locked")));
    else if (lock == Lock::Locked)
        unlock(request);
    else
        opened(request);
}

void Keychain::unlock(const RequestPointer &request)
{
    m_service.unlock(request->collection,
                     [this, request](SecretService::Lock lock, const QString &) {
                         if (lock == SecretService::Lock::Open)
                             opened(request);
                         else
                             leaveLocked(request, QStringLiteral("the keyring is locked"));
                     });
}

void Keychain::opened(const RequestPointer &request)
{
    if (request->lock != SecretService::Lock::Absent)
        m_leftLocked.remove(request->collection);
    if (request->isGivenUp)
        end(request, QByteArray());
    else
        startJob(request);
}

void Keychain::startJob(const RequestPointer &request)
{
    const QString service = serviceOf(request->key);
    QKeychain::Job *job = nullptr; // without parent: it deletes itself when it is finished
    switch (request->kind) {
    case Kind::Read:
        job = new QKeychain::ReadPasswordJob(service);
        break;
    case Kind::Write: {
        auto *writing = new QKeychain::WritePasswordJob(service);
        writing->setBinaryData(request->secret);
        request->secret.clear(); // a job that hangs keeps the request
        job = writing;
        break;
    }
    case Kind::Remove:
        job = new QKeychain::DeletePasswordJob(service);
        break;
    }
    job->setKey(nameOf(request->key));
    job->setInsecureFallback(false);
    connect(job, &QKeychain::Job::finished, this,
            [this, request](QKeychain::Job *ended) { finished(request, ended); });
    outliveSessionBus();
    m_glib.start();
    job->start();
}

void Keychain::finished(const RequestPointer &request, QKeychain::Job *job)
{
    m_glib.stop();
    switch (job->error()) {
    case QKeychain::NoError: {
        m_leftLocked.remove(request->collection);
        const auto *reading = qobject_cast<QKeychain::ReadPasswordJob *>(job);
        return end(request, reading ? reading->binaryData() : QByteArray());
    }
    case QKeychain::EntryNotFound:
        return request->kind == Kind::Remove ? end(request, QByteArray()) : judgeAbsence(request);
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser:
        return leaveLocked(request, job->errorString());
    default:
        // KWallet says so when nobody answered its prompt, libsecret when nobody wanted the keyring
        // that is not there.
        if (request->isGivenUp
            || (request->kind == Kind::Write && request->lock == SecretService::Lock::Absent))
            return leaveLocked(request, job->errorString());
        return end(request, unavailable(job->errorString()));
    }
}

void Keychain::judgeAbsence(const RequestPointer &request)
{
    m_service.find(
        itemOf(request->key), [this, request](SecretService::Lock lock, const QString &collection) {
            using Lock = SecretService::Lock;
            request->collection = collection;
            if (lock == Lock::Locked)
                leaveLocked(request, QStringLiteral("the keyring was locked meanwhile"));
            else if (lock == Lock::Failed)
                end(request, unavailable(QStringLiteral("the secret service fell silent")));
            else
                end(request, QByteArray());
        });
}

void Keychain::leaveLocked(const RequestPointer &request, const QString &detail)
{
    m_leftLocked.insert(request->collection);
    end(request, unavailable(detail));
}

void Keychain::end(const RequestPointer &request, const Result<QByteArray> &result)
{
    m_isBusy = false;
    if (!request->isGivenUp)
        request->answer(result);
    else if (result.ok())
        Q_EMIT changed(); // a prompt was answered at last
    next();
}

} // namespace RemoteLog
