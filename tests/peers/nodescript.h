// SPDX-License-Identifier: MIT
#pragma once

#include <QProcess>
#include <QString>
#include <QTemporaryDir>

namespace RemoteLog::Testing {

// A program of tests/peers/routing, run by Node with its npm packages. It goes when the test goes.
class NodeScript
{
public:
    // `file` is its name there.
    explicit NodeScript(const QString &file)
        : m_file(file)
    {
    }
    ~NodeScript() { end(); }

    // Why none can run on this machine; empty if they can. For QSKIP.
    static QString missing();

    bool start(const QStringList &arguments = {});
    void end();
    bool isRunning() const { return m_process.state() == QProcess::Running; }

    void writeLine(const QByteArray &line);
    // Waits for its next line, which comes without the line end. Empty if there is none.
    QByteArray readLine();

private:
    QString m_file;
    QTemporaryDir m_folder;
    QProcess m_process;
};

} // namespace RemoteLog::Testing
