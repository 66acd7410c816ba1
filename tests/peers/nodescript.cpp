// SPDX-License-Identifier: MIT
#include "nodescript.h"

#include "support/privatebus.h"

#include <QFile>

namespace RemoteLog::Testing {

namespace {

constexpr int Patience = 60'000; // milliseconds

const QString &sources()
{
    static const QString folder = QStringLiteral(REMOTELOG_PEERS_DIR "/routing/");
    return folder;
}

struct Packages
{
    QString folder; // has node_modules
    QString missing; // why there is no such folder
};

const Packages &packages()
{
    static const Packages found = [] {
        QProcess finder;
        finder.start(sources() + QStringLiteral("install.sh"), {QStringLiteral("--find")});
        finder.waitForFinished(Patience);
        const QString folder = QString::fromUtf8(finder.readAllStandardOutput()).trimmed();
        const QString why = QString::fromUtf8(finder.readAllStandardError()).trimmed();
        return Packages{folder, folder.isEmpty() && why.isEmpty() ? finder.errorString() : why};
    }();
    return found;
}

} // namespace

QString NodeScript::missing()
{
    return packages().missing;
}

bool NodeScript::start(const QStringList &arguments)
{
    // Node looks for packages where the program is, not where it is called.
    const QString program = m_folder.filePath(m_file);
    const QString modules = QStringLiteral("node_modules");
    if (!QFile::exists(program)
        && (!QFile::copy(sources() + m_file, program)
            || !QFile::copy(sources() + QStringLiteral("package.json"),
                            m_folder.filePath(QStringLiteral("package.json")))
            || !QFile::link(packages().folder + QLatin1Char('/') + modules,
                            m_folder.filePath(modules))))
        return false;
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    endWithUs(m_process);
    m_process.start(QStringLiteral("node"), QStringList(program) + arguments);
    return m_process.waitForStarted(Patience);
}

void NodeScript::end()
{
    endProcess(m_process);
}

void NodeScript::writeLine(const QByteArray &line)
{
    m_process.write(line + '\n');
}

QByteArray NodeScript::readLine()
{
    while (!m_process.canReadLine()) {
        if (!m_process.waitForReadyRead(Patience))
            return QByteArray();
    }
    return m_process.readLine().chopped(1);
}

} // namespace RemoteLog::Testing
