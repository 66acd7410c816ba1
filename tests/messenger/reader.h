// SPDX-License-Identifier: MIT
#pragma once

#include "receivedfiles.h"

#include <RemoteLog/incominglog.h>

#include <QtCore/QObject>

// One followed log: saves what comes, then commits it, and prints both.
class Reader : public QObject
{
    Q_OBJECT

public:
    Reader(RemoteLog::IncomingLog *log, const ReceivedFiles &files, bool commits,
           QObject *parent = nullptr);

    RemoteLog::IncomingLog *log() const { return m_log; }
    QString logName() const { return m_log->link().logName(); }
    quint64 position() const { return m_log->position(); }

    // True if something could not be saved.
    bool hasFailed() const { return m_hasFailed; }

    void printStatus() const;

Q_SIGNALS:
    void committed();

private:
    void receive(const QList<RemoteLog::Entry> &entries);
    void print(const QString &event) const;
    void report(const RemoteLog::Problem &problem) const;

    RemoteLog::IncomingLog *m_log;
    ReceivedFiles m_files;
    bool m_commits;
    bool m_hasFailed = false;
};
