// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QtCore/QDateTime>

namespace RemoteLog {

class HelperStatusPrivate;

// How one helper (a content store, a name system, or both under one URL) is doing.
//
// An implicitly shared value; reentrant. The setters are for whoever produces it; a host only reads
// it.
class REMOTELOG_EXPORT HelperStatus
{
    Q_GADGET
    Q_PROPERTY(QUrl url READ url CONSTANT)
    Q_PROPERTY(bool isUsable READ isUsable CONSTANT)
    Q_PROPERTY(QDateTime lastSuccess READ lastSuccess CONSTANT)
    Q_PROPERTY(RemoteLog::Problem problem READ problem CONSTANT)

public:
    // Of no helper: the URL is empty.
    HelperStatus();
    HelperStatus(const HelperStatus &other);
    HelperStatus(HelperStatus &&other) noexcept;
    HelperStatus &operator=(const HelperStatus &other);
    HelperStatus &operator=(HelperStatus &&other) noexcept;
    ~HelperStatus();

    // As in Settings::helpers().
    QUrl url() const;
    void setUrl(const QUrl &url);

    // False while it is held back (no network, metered, paused), its last call failed, or no such
    // scheme is registered. Not necessarily wrong: see problem(). Wrong bytes are no failure.
    bool isUsable() const;
    void setUsable(bool usable);

    // When it last did what was asked, UTC; invalid if never since the transport was created.
    QDateTime lastSuccess() const;
    void setLastSuccess(const QDateTime &time);

    // Why its last call failed, reading and writing each for itself; Tampered if it gave wrong
    // bytes, which makes it the last to be asked until the network changes; ActionRequired where
    // the URL fits no helper; null if nothing is wrong. Its helper() is url().
    Problem problem() const;
    void setProblem(const Problem &problem);

    friend REMOTELOG_EXPORT bool operator==(const HelperStatus &a, const HelperStatus &b);
    friend bool operator!=(const HelperStatus &a, const HelperStatus &b) { return !(a == b); }

private:
    QSharedDataPointer<HelperStatusPrivate> d;
};

REMOTELOG_EXPORT QDebug operator<<(QDebug debug, const HelperStatus &status);

} // namespace RemoteLog
