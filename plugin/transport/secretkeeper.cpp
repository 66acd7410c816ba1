// SPDX-License-Identifier: MIT
#include "secretkeeper.h"

#include "engine/reply.h"
#include "helpers/call.h"
#include "security/keys.h"

#include <QThread>

namespace RemoteLog {

namespace {

const QString MasterName = QStringLiteral("master");
const QString ProbeName = QStringLiteral("probe");
constexpr int ProbeSize = 16;

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

SecretKeeper::SecretKeeper(SecretStore *store, const QString &applicationId, const Timing &timing)
    : m_store(store)
    , m_applicationId(applicationId)
    , m_timing(timing)
{
    if (m_store)
        connect(m_store, &SecretStore::changed, this, &SecretKeeper::storeChanged);
}

void SecretKeeper::obtain(const QString &profileId, bool isKnown)
{
    m_profileId = profileId;
    m_isKnown = isKnown;
    // One that is under way becomes a whole attempt if that is wanted.
    m_isLook = std::exchange(m_isLookWanted, false);
    if (!m_isBusy)
        readMaster();
}

void SecretKeeper::storeChanged()
{
    if (m_isBusy) {
        m_isAskedAgain = true;
    } else if (!m_isLookWanted) { // else that is still to come, and will see this change
        m_isLookWanted = m_hasProbed;
        Q_EMIT retryWanted();
    }
}

void SecretKeeper::readMaster()
{
    m_isBusy = true;
    m_isAskedAgain = false;
    read(MasterName, [this](const Result<QByteArray> &master) {
        if (!master.ok()) {
            m_hasProbed = false;
            refuse(master.problem());
        } else if (!master.value().isNull()) {
            finish(master.value(), false);
        } else if (m_isLook) {
            refuse(m_refusal); // what was said last is still so
        } else {
            probe(); // a locked keychain can look like an empty one
        }
    });
}

void SecretKeeper::probe()
{
    const QByteArray probe = randomBytes(ProbeSize);
    write(ProbeName, probe, [this, probe](const Problem &unwritten) {
        m_hasProbed = !unwritten;
        // Whatever comes of it, nothing of the probe stays. Also where it was not written: that may
        // only have taken too long.
        if (unwritten)
            return remove(ProbeName, [this, unwritten] { refuse(unwritten); });
        read(ProbeName, [this, probe](const Result<QByteArray> &kept) {
            remove(ProbeName, [this, probe, kept] { judgeProbe(probe, kept); });
        });
    });
}

void SecretKeeper::judgeProbe(const QByteArray &probe, const Result<QByteArray> &kept)
{
    if (!kept.ok())
        return refuse(kept.problem());
    if (kept.value() != probe)
        return refuse(Problem(Problem::Kind::SecretStoreUnavailable,
                              QStringLiteral("the secret store does not keep what it is given")));
    // It works, so "no master" may be believed; asked once more, for the probe may have unlocked
    // it.
    read(MasterName, [this](const Result<QByteArray> &master) {
        if (!master.ok())
            refuse(master.problem());
        else if (!master.value().isNull())
            finish(master.value(), false);
        else if (m_isKnown)
            // Never a new identity where there was one.
            refuse(Problem(Problem::Kind::KeyMissing,
                           QStringLiteral("the secret store has no key of this profile")));
        else
            create();
    });
}

void SecretKeeper::create()
{
    const QByteArray master = MasterSecret::generate().toBytes();
    write(MasterName, master, [this, master](const Problem &unwritten) {
        if (unwritten)
            return refuse(unwritten);
        read(MasterName, [this, master](const Result<QByteArray> &kept) {
            if (!kept.ok())
                refuse(kept.problem());
            else if (kept.value() != master)
                refuse(
                    Problem(Problem::Kind::SecretStoreUnavailable,
                            QStringLiteral("the secret store kept another key than it was given")));
            else
                finish(master, true);
        });
    });
}

void SecretKeeper::read(const QString &name, const ThenRead &then)
{
    if (!m_store)
        return then(noStore());
    whenAnswered<Result<QByteArray>>(
        callIn<Result<QByteArray>>(
            m_store, m_timing.keyWait,
            [store = m_store.data(), name = key(name)] { return store->read(name); }),
        this, m_timing.keyWait, then);
}

void SecretKeeper::write(const QString &name, const QByteArray &secret, const ThenDone &then)
{
    if (!m_store)
        return then(noStore());
    whenAnswered<Problem>(callIn<Problem>(m_store, m_timing.keyWait,
                                          [store = m_store.data(), name = key(name), secret] {
                                              return store->write(name, secret);
                                          }),
                          this, m_timing.keyWait, then);
}

void SecretKeeper::remove(const QString &name, const Then &then)
{
    if (!m_store)
        return then();
    whenAnswered<Problem>(
        callIn<Problem>(m_store, m_timing.keyWait,
                        [store = m_store.data(), name = key(name)] { return store->remove(name); }),
        this, m_timing.keyWait, [then](const Problem &) { then(); });
}

QString SecretKeeper::key(const QString &name) const
{
    return QStringLiteral("remotelog/%1/%2/%3").arg(m_applicationId, m_profileId, name);
}

void SecretKeeper::refuse(const Problem &problem)
{
    m_isBusy = false;
    const bool isMissing = problem.kind() == Problem::Kind::KeyMissing;
    m_refusal =
        isMissing ? problem : Problem(Problem::Kind::SecretStoreUnavailable, problem.detail());
    Q_EMIT refused(m_refusal);
    if (std::exchange(m_isAskedAgain, false))
        storeChanged();
}

void SecretKeeper::finish(const QByteArray &master, bool isNew)
{
    m_isBusy = m_hasProbed = false;
    Q_EMIT obtained(master, isNew);
}

} // namespace RemoteLog
