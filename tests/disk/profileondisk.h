// SPDX-License-Identifier: MIT
#pragma once

#include "disktest.h"

#include <memory>

namespace RemoteLog::Testing {

// Alice's profile on a small disk, and what its one log confirmed.
class ProfileOnDisk
{
public:
    explicit ProfileOnDisk(const QString &label);

    OutgoingLog *open() { return alice->open().openLog(m_label); }
    QString folder() const { return alice->settings.directory(); }
    QString file(const QString &suffix = QString()) const
    {
        return folder() + QStringLiteral("/remotelog.sqlite") + suffix;
    }

    // One entry; true if it was confirmed as the next one.
    bool append(OutgoingLog *log);
    // `count` at once, again and again until it fails, and some more: why.
    Problem appendUntilItFails(OutgoingLog *log, int count, int size);
    // Over another start.
    bool isAllThere();

    SmallDisk disk{2048};
    std::unique_ptr<Party> alice;
    QList<QByteArray> confirmed;

private:
    QString m_label;
    int m_number = 0;
};

} // namespace RemoteLog::Testing
