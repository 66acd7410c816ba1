// SPDX-License-Identifier: MIT
#pragma once

#include <QProcess>
#include <QString>
#include <QTemporaryDir>

namespace RemoteLog::Testing {

// Before it starts: it goes when the test goes, also when that crashes.
void endWithUs(QProcess &process);
// Ends a program of the test's own, kindly if it listens.
void endProcess(QProcess &process);

// A message bus of the test's own: nobody else is on it, and nothing is started by being asked for.
class PrivateBus
{
public:
    PrivateBus();
    ~PrivateBus();

    // The programs of `names` that this machine lacks; empty if it has them all.
    static QString missing(const QStringList &names);

    // Empty if it could not be started.
    QString address() const { return m_address; }
    bool isRunning() const { return m_daemon.state() != QProcess::NotRunning; }
    void end() { endProcess(m_daemon); }
    // Waits until somebody, or nobody any more, has this name.
    bool waitForOwner(const QString &name, bool isThere = true) const;

private:
    QTemporaryDir m_directory;
    QProcess m_daemon;
    QString m_address;
};

} // namespace RemoteLog::Testing
