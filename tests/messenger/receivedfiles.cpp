// SPDX-License-Identifier: MIT
#include "receivedfiles.h"

#include "console.h"
#include "durablefile.h"

#include <QtCore/QFile>

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
    const bool isKnown = QFile::exists(path);
    QString problem = DurableFile::makeFolder(folder);
    if (problem.isNull() && isKnown)
        problem = DurableFile::syncFolder(folder); // perhaps the crash came before that
    else if (problem.isNull())
        problem = DurableFile::write(path, entry.payload());
    if (problem.isNull())
        return isKnown ? Outcome::KnownAlready : Outcome::Saved;
    Console::warn(QStringLiteral("cannot save %1: %2").arg(path, problem));
    return Outcome::Failed;
}
