// SPDX-License-Identifier: MIT
#include "receivedfiles.h"

#include "console.h"

#include <QtCore/QDir>
#include <QtCore/QSaveFile>

ReceivedFiles::ReceivedFiles(const QString &folder)
    : m_folder(folder)
{
}

ReceivedFiles::Outcome ReceivedFiles::save(const QString &logName,
                                           const RemoteLog::Entry &entry) const
{
    if (m_folder.isEmpty())
        return Outcome::Saved;
    const QString folder = m_folder + QLatin1Char('/') + logName;
    const QString path = folder + QLatin1Char('/') + QString::number(entry.sequence());
    // The log never gives a sequence a second meaning, so log and sequence say what was seen.
    if (QFile::exists(path))
        return Outcome::KnownAlready;
    QDir().mkpath(folder);
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly)) {
        file.write(entry.payload());
        if (file.commit())
            return Outcome::Saved;
    }
    Console::warn(QStringLiteral("cannot save %1: %2").arg(path, file.errorString()));
    return Outcome::Failed;
}
