// SPDX-License-Identifier: MIT
#include "secretkeeper.h"

#include "security/keys.h"

#include <utility>

namespace RemoteLog {

namespace {

const QString MasterName = QStringLiteral("master");
const QString ProbeName = QStringLiteral("probe");
constexpr int ProbeSize = 16;

} // namespace

SecretKeeper::SecretKeeper(SecretItems &items)
    : m_items(items)
{
    connect(&m_items, &SecretItems::changed, this, &SecretKeeper::storeChanged);
}

void SecretKeeper::obtain(const QString &profileId, bool isKnown)
{
    m_items.setProfile(profileId);
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
    m_items.read(MasterName, [this](const Result<QByteArray> &master) {
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
    m_items.write(ProbeName, probe, [this, probe](const Problem &unwritten) {
        m_hasProbed = !unwritten;
        // Whatever comes of it, nothing of the probe stays. Also where it was not written: that may
        // only have taken too long.
        if (unwritten)
            return m_items.remove(ProbeName,
                                  [this, unwritten](const Problem &) { refuse(unwritten); });
        m_items.read(ProbeName, [this, probe](const Result<QByteArray> &kept) {
            m_items.remove(ProbeName,
                           [this, probe, kept](const Problem &) { judgeProbe(probe, kept); });
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
    m_items.read(MasterName, [this](const Result<QByteArray> &master) {
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
    m_items.write(MasterName, master, [this, master](const Problem &unwritten) {
        if (unwritten)
            return refuse(unwritten);
        m_items.read(MasterName, [this, master](const Result<QByteArray> &kept) {
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
