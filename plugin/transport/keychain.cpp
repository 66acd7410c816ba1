// SPDX-License-Identifier: MIT
#include "keychain.h"

#include "engine/call.h"
#include "engine/reply.h"

#include <qt6keychain/keychain.h>

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
    add({Kind::Read,
         key,
         {},
         [reply](const Result<QByteArray> &result) { reply.answer(result); },
         QDeadlineTimer(m_limit)});
    return reply.future();
}

QFuture<Problem> Keychain::write(const QString &key, const QByteArray &secret)
{
    const Reply<Problem> reply;
    add({Kind::Write, key, secret,
         [reply](const Result<QByteArray> &result) { reply.answer(result.problem()); },
         QDeadlineTimer(m_limit)});
    return reply.future();
}

QFuture<Problem> Keychain::remove(const QString &key)
{
    const Reply<Problem> reply;
    add({Kind::Remove,
         key,
         {},
         [reply](const Result<QByteArray> &result) { reply.answer(result.problem()); },
         QDeadlineTimer(m_limit)});
    return reply.future();
}

void Keychain::add(Request made)
{
    const auto request = std::make_shared<const Request>(std::move(made));
    m_waiting.push_back(request);
    QTimer::singleShot(m_limit, this, [request = std::weak_ptr<const Request>(request)] {
        if (const auto open = request.lock())
            open->answer(unavailable(QStringLiteral("the keychain does not answer")));
    });
    next();
}

void Keychain::next()
{
    while (!m_isBusy && !m_waiting.empty()) {
        const RequestPointer request = std::move(m_waiting.front());
        m_waiting.pop_front();
        if (!request->deadline.hasExpired())
            begin(request);
    }
}

void Keychain::begin(const RequestPointer &request)
{
    m_isBusy = true;
    m_service.open(!m_wasLeftLocked,
                   [this, request](SecretService::Lock lock) { opened(request, lock); });
}

void Keychain::opened(const RequestPointer &request, SecretService::Lock lock)
{
    if (lock == SecretService::Lock::Open)
        m_wasLeftLocked = false;
    if (lock == SecretService::Lock::Locked)
        leaveLocked(request, QStringLiteral("the keyring is locked"));
    else if (m_wasLeftLocked)
        leaveLocked(request, QStringLiteral("access to the keyring was denied"));
    else if (request->deadline.hasExpired())
        end(request, QByteArray()); // somebody has his answer already
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
    m_glib.start();
    job->start();
}

void Keychain::finished(const RequestPointer &request, QKeychain::Job *job)
{
    m_glib.stop();
    switch (job->error()) {
    case QKeychain::NoError: {
        m_wasLeftLocked = false;
        const auto *reading = qobject_cast<QKeychain::ReadPasswordJob *>(job);
        return end(request, reading ? reading->binaryData() : QByteArray());
    }
    case QKeychain::EntryNotFound:
        return request->kind == Kind::Remove ? end(request, QByteArray()) : judgeAbsence(request);
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser:
        return leaveLocked(request, job->errorString());
    default:
        return end(request, unavailable(job->errorString()));
    }
}

void Keychain::judgeAbsence(const RequestPointer &request)
{
    m_service.open(false, [this, request](SecretService::Lock lock) {
        if (lock == SecretService::Lock::Locked)
            leaveLocked(request, QStringLiteral("the keyring was locked meanwhile"));
        else
            end(request, QByteArray());
    });
}

void Keychain::leaveLocked(const RequestPointer &request, const QString &detail)
{
    m_wasLeftLocked = true;
    end(request, unavailable(detail));
}

void Keychain::end(const RequestPointer &request, const Result<QByteArray> &result)
{
    m_isBusy = false;
    const bool isLate = request->deadline.hasExpired();
    request->answer(result);
    // Perhaps a prompt was answered at last.
    if (isLate && result.ok())
        Q_EMIT changed();
    next();
}

} // namespace RemoteLog
