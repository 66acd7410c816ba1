// SPDX-License-Identifier: MIT
#include "reader.h"

#include "console.h"

using RemoteLog::Entry;
using RemoteLog::Head;
using RemoteLog::IncomingLog;
using RemoteLog::Problem;

Reader::Reader(IncomingLog *log, const ReceivedFiles &files, bool commits, QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_files(files)
    , m_commits(commits)
{
    connect(log, &IncomingLog::headChanged, this, [this](const Head &head) {
        print(QStringLiteral("head %1 record %2 signed %3")
                  .arg(head.lastSequence())
                  .arg(head.recordNumber())
                  .arg(head.signedAt().toString(Qt::ISODate)));
    });
    connect(log, &IncomingLog::entriesReceived, this, &Reader::receive);
    connect(log, &IncomingLog::positionChanged, this, [this] {
        print(QStringLiteral("committed %1").arg(position()));
        Q_EMIT committed();
    });
    connect(log, &IncomingLog::problemChanged, this, &Reader::report);
    Console::print(
        QStringLiteral("following %1 as %2").arg(logName(), Console::shortName(logName())));
    // Everything is connected: entries may come.
    log->start();
}

void Reader::receive(const QList<Entry> &entries)
{
    for (const Entry &entry : entries) {
        const ReceivedFiles::Outcome outcome = m_files.save(logName(), entry);
        if (outcome == ReceivedFiles::Outcome::Failed) {
            // What is not kept is not committed, nor is anything after it: it comes again.
            m_hasFailed = true;
            m_commits = false;
            return;
        }
        print(QStringLiteral("%1 %2 %3")
                  .arg(outcome == ReceivedFiles::Outcome::Saved ? QStringLiteral("received")
                                                                : QStringLiteral("again"),
                       QString::number(entry.sequence()), Console::describe(entry.payload())));
    }
    if (m_commits && !entries.isEmpty())
        m_log->commit(entries.constLast().sequence());
}

void Reader::printStatus() const
{
    print(
        QStringLiteral("log committed %1 of %2").arg(position()).arg(m_log->head().lastSequence()));
    report(m_log->problem());
}

void Reader::print(const QString &event) const
{
    Console::print(Console::shortName(logName()) + QLatin1Char(' ') + event);
}

void Reader::report(const Problem &problem) const
{
    Console::print(Console::shortName(logName()) + QStringLiteral(" problem"), problem);
}
