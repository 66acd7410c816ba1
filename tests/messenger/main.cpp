// SPDX-License-Identifier: MIT
//
// remotelog-messenger: the smallest messenger that uses remote logs, made to be copied from. It
// uses the public interface alone. Where to look:
//
//     main.cpp          load the plugin, choose services, run
//     session.*         one transport: create, watch, close
//     writer.*          the own log: append, and what becomes of it
//     reader.*          a followed log: receive, keep, commit
//     filesecretstore.* manualnetworkwatch.h   what a host brings: HostServices
//     durablefile.*     files that survive a power failure
#include "commands.h"
#include "console.h"
#include "filesecretstore.h"
#include "options.h"
#include "session.h"
#include "standardinput.h"
#include "terminationsignal.h"

#include <RemoteLog/transportloader.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QFileInfo>

#include <unistd.h>

using RemoteLog::Problem;
using RemoteLog::Result;
using RemoteLog::TransportPlugin;

namespace {

Result<TransportPlugin *> loadPlugin(const QString &file)
{
#ifdef REMOTELOG_BUILT_PLUGIN
    // This program is not installed: it belongs to the plugin that was built with it, not to one
    // that happens to be installed. A messenger just calls TransportLoader::load().
    const QString built = QStringLiteral(REMOTELOG_BUILT_PLUGIN);
    if (file.isEmpty() && QFileInfo::exists(built))
        return RemoteLog::TransportLoader::load(built);
#endif
    return RemoteLog::TransportLoader::load(file);
}

} // namespace

int main(int argc, char *argv[])
{
    TerminationSignal::catchAll();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("remotelog-messenger"));

    const std::optional<Options> options = Options::parse(QCoreApplication::arguments());
    if (!options)
        return WrongUsage;
    if (const Problem problem = options->settings.validate()) {
        Console::print(QStringLiteral("transport problem"), problem);
        return WrongUsage;
    }
    const Result<TransportPlugin *> plugin = loadPlugin(options->pluginFile);
    if (!plugin.ok()) {
        Console::print(QStringLiteral("transport problem"), plugin.problem());
        return NoPlugin;
    }

    // Services outlive the transport, so they are made first. Most messengers bring none: then the
    // plugin asks the system's keychain and the system's network.
    ManualNetworkWatch network;
    if (options->startsOffline)
        network.setReachability(ManualNetworkWatch::Reachability::Disconnected);
    FileSecretStore secrets(options->secretsFile);
    RemoteLog::HostServices services;
    if (!options->asksSystemForNetwork)
        services.setNetworkWatch(&network);
    if (!options->secretsFile.isEmpty()) {
        services.setSecretStore(&secrets);
        Console::warn(QStringLiteral("warning: the secrets of this profile lie in a plain file: ")
                      + options->secretsFile);
    }

    if (::isatty(STDIN_FILENO))
        Console::warn(
            QStringLiteral("A line that you type is appended; /help shows the commands."));
    Session session(*plugin.value(), services, *options);
    Commands commands(session, options->asksSystemForNetwork ? nullptr : &network);
    StandardInput input;
    TerminationSignal termination;
    QObject::connect(&input, &StandardInput::line, &commands, [&](const QByteArray &line) {
        commands.run(line);
        input.setHeldBack(session.writer().isFull());
    });
    QObject::connect(&session.writer(), &Writer::settled, &input,
                     [&] { input.setHeldBack(session.writer().isFull()); });
    QObject::connect(&input, &StandardInput::ended, &session, &Session::endInput);
    QObject::connect(&termination, &TerminationSignal::requested, &session,
                     [&] { session.leaveNow(Done); });
    QObject::connect(&session, &Session::left, &application, &QCoreApplication::exit);
    return QCoreApplication::exec();
}
