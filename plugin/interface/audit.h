// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/export.h>

#include <QtCore/QMetaType>
#include <QtCore/QSharedDataPointer>

namespace RemoteLog {

class AuditPrivate;

// What OutgoingLog::audit() found: every block of the log that a content store was given, looked
// for there, on every store that can be written.
//
// An implicitly shared value; reentrant. The setters are for whoever produces it; a host only reads
// it.
class REMOTELOG_EXPORT Audit
{
    Q_GADGET
    Q_PROPERTY(int blocks READ blocks CONSTANT)
    Q_PROPERTY(int checked READ checked CONSTANT)
    Q_PROPERTY(int missing READ missing CONSTANT)
    Q_PROPERTY(int restored READ restored CONSTANT)
    Q_PROPERTY(int failed READ failed CONSTANT)

public:
    // All counts are 0.
    Audit();
    Audit(const Audit &other);
    Audit(Audit &&other) noexcept;
    Audit &operator=(const Audit &other);
    Audit &operator=(Audit &&other) noexcept;
    ~Audit();

    // Blocks of the log, times content stores that are to have them: also those that a store was
    // not given yet.
    int blocks() const;
    void setBlocks(int count);

    // Of these, how many a store gave an answer about.
    int checked() const;
    void setChecked(int count);

    // Of these, how many were not there.
    int missing() const;
    void setMissing(int count);

    // Of these, how many were put back.
    int restored() const;
    void setRestored(int count);

    // blocks() that could not be checked, or were not given to the store yet, and missing ones that
    // could not be put back. 0: every content store has everything.
    int failed() const;
    void setFailed(int count);

    friend REMOTELOG_EXPORT bool operator==(const Audit &a, const Audit &b);
    friend bool operator!=(const Audit &a, const Audit &b) { return !(a == b); }

private:
    QSharedDataPointer<AuditPrivate> d;
};

REMOTELOG_EXPORT QDebug operator<<(QDebug debug, const Audit &audit);

} // namespace RemoteLog
