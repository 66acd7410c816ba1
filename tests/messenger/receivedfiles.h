// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/entry.h>

#include <QtCore/QString>

// What a messenger's own database is for: keeps received entries, so that they may be committed.
class ReceivedFiles
{
public:
    enum class Outcome {
        Saved,
        KnownAlready, // it was saved before a crash, but not committed
        Failed
    };

    // `folder`: empty to keep nothing.
    explicit ReceivedFiles(const QString &folder);

    // What is Saved or KnownAlready is durable: the plugin may forget it.
    Outcome save(const QString &logName, const RemoteLog::Entry &entry) const;

private:
    QString m_folder;
};
