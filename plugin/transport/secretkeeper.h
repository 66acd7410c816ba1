// SPDX-License-Identifier: MIT
#pragma once

#include "secretitems.h"

namespace RemoteLog {

// Gets the profile's master secret from a secret store, and makes one where there certainly is
// none: only if the database never had one, and if the store keeps what it is given. Lives in the
// host's thread.
//
// A change of the store may be the echo of a probe, and an echo that is answered by another probe
// never ends. So once a probe was written, a change is followed by a look only: an attempt that
// reads, and writes nothing.
class SecretKeeper : public QObject
{
    Q_OBJECT

public:
    // `items` outlives it.
    explicit SecretKeeper(SecretItems &items);

    // One attempt. `isKnown`: the database was made with a secret, so a missing one is lost, not
    // new.
    void obtain(const QString &profileId, bool isKnown);

Q_SIGNALS:
    // Another attempt may succeed.
    void retryWanted();
    void obtained(const QByteArray &master, bool isNew);
    void refused(const RemoteLog::Problem &problem);

private:
    void storeChanged();
    void readMaster();
    void probe();
    void judgeProbe(const QByteArray &probe, const Result<QByteArray> &kept);
    void create();
    void refuse(const Problem &problem);
    void finish(const QByteArray &master, bool isNew);

    SecretItems &m_items;
    bool m_isKnown = false;
    bool m_isBusy = false;
    bool m_isAskedAgain = false; // while it was busy
    bool m_hasProbed = false; // so a change of the store may be our own doing
    bool m_isLookWanted = false; // by the retry that is under way
    bool m_isLook = false; // that is what it is busy with
    Problem m_refusal; // the last one
};

} // namespace RemoteLog
