// SPDX-License-Identifier: MIT
#include "secretkeeper.h"

#include "engine/call.h"
#include "engine/reply.h"
#include "security/keys.h"

#include <QThread>

namespace RemoteLog {

namespace {

const QString MasterName = QStringLiteral("master");
const QString ProbeName = QStringLiteral("probe");
constexpr int ProbeSize = 16;

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

SecretKeeper::SecretKeeper(SecretStore *store, const QString &applicationId, const Timing &timing,
                           QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_applicationId(applicationId)
    , m_timing(timing)
{
}

void SecretKeeper::obtain(const QString &profileId, bool isKnown)
{
    if (m_isBusy)
        return;
    m_isBusy = true;
    m_profileId = profileId;
    m_isKnown = isKnown;
    readMaster();
}

void SecretKeeper::readMaster()
{
    read(MasterName, [this](const QByteArray &master) {
        if (!master.isNull())
            finish(master, false);
        else if (m_isKnown)
            // A locked keychain can look like an empty one: never a new identity where there was
            // one.
            refuse(Problem(Problem::Kind::KeyMissing,
                           QStringLiteral("the secret store has no key of this profile")));
        else
            probe();
    });
}

void SecretKeeper::probe()
{
    const QByteArray probe = randomBytes(ProbeSize);
    write(ProbeName, probe, [this, probe] {
        read(ProbeName, [this, probe](const QByteArray &kept) {
            if (kept != probe)
                return refuse(
                    Problem(Problem::Kind::SecretStoreUnavailable,
                            QStringLiteral("the secret store does not keep what it is given")));
            // It works, so "no master" may be believed; asked once more, for the probe may have
            // unlocked it.
            read(MasterName, [this](const QByteArray &master) {
                if (master.isNull())
                    create();
                else
                    finish(master, false);
            });
        });
    });
}

void SecretKeeper::create()
{
    const QByteArray master = MasterSecret::generate().toBytes();
    write(MasterName, master, [this, master] {
        read(MasterName, [this, master](const QByteArray &kept) {
            if (kept != master)
                return refuse(
                    Problem(Problem::Kind::SecretStoreUnavailable,
                            QStringLiteral("the secret store kept another key than it was given")));
            if (m_store)
                callIn<Problem>(m_store, m_timing.keyWait,
                                [store = m_store.data(), name = key(ProbeName)] {
                                    return store->remove(name);
                                });
            finish(master, true);
        });
    });
}

void SecretKeeper::read(const QString &name, const std::function<void(const QByteArray &)> &then)
{
    if (!m_store)
        return refuse(Problem(Problem::Kind::SecretStoreUnavailable,
                              QStringLiteral("there is no secret store")));
    whenAnswered<Result<QByteArray>>(
        callIn<Result<QByteArray>>(
            m_store, m_timing.keyWait,
            [store = m_store.data(), name = key(name)] { return store->read(name); }),
        this, m_timing.keyWait, [this, then](const Result<QByteArray> &answer) {
            if (answer.ok())
                then(answer.value());
            else
                refuse(answer.problem());
        });
}

void SecretKeeper::write(const QString &name, const QByteArray &secret, const Then &then)
{
    if (!m_store)
        return refuse(Problem(Problem::Kind::SecretStoreUnavailable,
                              QStringLiteral("there is no secret store")));
    whenAnswered<Problem>(callIn<Problem>(m_store, m_timing.keyWait,
                                          [store = m_store.data(), name = key(name), secret] {
                                              return store->write(name, secret);
                                          }),
                          this, m_timing.keyWait, [this, then](const Problem &problem) {
                              if (problem)
                                  refuse(problem);
                              else
                                  then();
                          });
}

QString SecretKeeper::key(const QString &name) const
{
    return QStringLiteral("remotelog/%1/%2/%3").arg(m_applicationId, m_profileId, name);
}

void SecretKeeper::refuse(const Problem &problem)
{
    m_isBusy = false;
    const bool isMissing = problem.kind() == Problem::Kind::KeyMissing;
    Q_EMIT refused(isMissing ? problem
                             : Problem(Problem::Kind::SecretStoreUnavailable, problem.detail()));
}

void SecretKeeper::finish(const QByteArray &master, bool isNew)
{
    m_isBusy = false;
    Q_EMIT obtained(master, isNew);
}

} // namespace RemoteLog
