// SPDX-License-Identifier: MIT
#include "options.h"

#include "console.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QDir>

#include <cstdlib>

namespace {

const char *const Purpose = R"(
Talks through remote logs: appends lines of standard input to an own log, and
prints what others write in theirs. Nobody has to be online at the same time.

)";

const char *const CommandsHelp = R"(Commands on standard input:
  any other line      append the line (two slashes at its start mean one)
  /file PATH          append the bytes of a file
  /online /offline    say that there is, or is no, network
  /sync               try everything now
  /pause /resume      stop and go on using helpers
  /follow LINK        follow a log          /unfollow NAME  stop following it
  /link               print the own link: whoever has it can read the log
  /log                list own entries and how far they have come
  /status             print the state of everything
  /audit              look for every own block, put back what is lost
  /withdraw N         take an own entry back, if it is not sealed yet
  /ack N              the peer has the own entry N
  /help               show this
  /quit               leave; what was appended stays
)";

const char *const Ending = R"(
At the end of input the program leaves, or with --exit-... stays until that is so.

Exit codes: 0 all went well, also after /quit, Ctrl-C and SIGTERM; 1 an entry was
not accepted or not saved, or a credential not kept; 2 wrong usage; 3 --timeout
passed; 4 no plugin.)";

std::optional<Options> wrong(const QString &why)
{
    Console::warn(why);
    return std::nullopt;
}

} // namespace

QString Options::commands()
{
    return QString::fromLatin1(CommandsHelp);
}

std::optional<Options> Options::parse(const QStringList &arguments)
{
    using Option = QCommandLineOption;
    const Option profile({QStringLiteral("profile")}, QStringLiteral("Folder of the profile."),
                         QStringLiteral("folder"));
    const Option helper({QStringLiteral("helper")},
                        QStringLiteral("Helper to use, e.g. file:///shared/folder. Repeatable."),
                        QStringLiteral("url"));
    const Option credential({QStringLiteral("credential")},
                            QStringLiteral("Keep what the first line of the file has as the token "
                                           "of the helper, for all runs. Repeatable."),
                            QStringLiteral("url=file"));
    const Option secrets(
        {QStringLiteral("secrets")},
        QStringLiteral("Keep secrets in this plain file; <profile>.secrets if not given."),
        QStringLiteral("file"));
    const Option keychain({QStringLiteral("keychain")},
                          QStringLiteral("Keep secrets in the system's keychain instead."));
    const Option label({QStringLiteral("label")}, QStringLiteral("Label of the own log."),
                       QStringLiteral("label"), QStringLiteral("main"));
    const Option follow({QStringLiteral("follow")},
                        QStringLiteral("Follow the log of this link. Repeatable."),
                        QStringLiteral("link"));
    const Option save({QStringLiteral("save")},
                      QStringLiteral("Save received entries as <folder>/<log name>/<sequence>."),
                      QStringLiteral("folder"));
    const Option noCommit({QStringLiteral("no-commit")},
                          QStringLiteral("Commit nothing: received entries come again next time."));
    const Option offline({QStringLiteral("offline")}, QStringLiteral("Start without network."));
    const Option systemNetwork(
        {QStringLiteral("system-network")},
        QStringLiteral("Let the system say whether there is a network, not /online and /offline."));
    const Option plugin({QStringLiteral("plugin")}, QStringLiteral("Load this plugin."),
                        QStringLiteral("file"));
    const Option printLink({QStringLiteral("print-link")},
                           QStringLiteral("Print the own link: whoever has it can read the log."));
    const Option whenPublished({QStringLiteral("exit-when-published")},
                               QStringLiteral("Leave when the input has ended and every own entry "
                                              "is published."));
    const Option exitAt({QStringLiteral("exit-at")},
                        QStringLiteral("Leave when so many entries are received and committed, "
                                       "over all followed logs and runs."),
                        QStringLiteral("count"));
    const Option timeout({QStringLiteral("timeout")}, QStringLiteral("Leave after this time."),
                         QStringLiteral("seconds"));

    QCommandLineParser parser;
    parser.setApplicationDescription(QString::fromLatin1(Purpose) + commands()
                                     + QString::fromLatin1(Ending));
    parser.addOptions({profile, helper, credential, secrets, keychain, label, follow, save,
                       noCommit, offline, systemNetwork, plugin, printLink, whenPublished, exitAt,
                       timeout});
    const Option help = parser.addHelpOption();
    if (!parser.parse(arguments))
        return wrong(parser.errorText());
    if (parser.isSet(help))
        parser.showHelp(Done);
    if (!parser.positionalArguments().isEmpty())
        return wrong(QStringLiteral("unexpected: ") + parser.positionalArguments().constFirst());
    if (parser.isSet(keychain) && parser.isSet(secrets))
        return wrong(QStringLiteral("--keychain and --secrets exclude each other"));
    if (parser.isSet(systemNetwork) && parser.isSet(offline))
        return wrong(QStringLiteral("--system-network and --offline exclude each other"));
    if (!parser.isSet(profile))
        return wrong(QStringLiteral("--profile is needed; see --help"));

    const auto absolute = [](const QString &path) {
        return path.isEmpty() ? path : QDir::cleanPath(QDir::current().absoluteFilePath(path));
    };
    Options options;
    options.settings.setApplicationId(QStringLiteral("org.remotelog.Messenger"));
    options.settings.setDirectory(absolute(parser.value(profile)));
    QList<QUrl> helpers;
    for (const QString &url : parser.values(helper))
        helpers.append(QUrl(url, QUrl::StrictMode));
    options.settings.setHelpers(helpers);
    for (const QString &pair : parser.values(credential)) {
        // The last one: a URL may have another.
        const auto end = pair.lastIndexOf(QLatin1Char('='));
        if (end < 0)
            return wrong(QStringLiteral("--credential needs a URL, an equals sign and a file"));
        options.credentials.append(
            {QUrl(pair.left(end), QUrl::StrictMode), absolute(pair.mid(end + 1))});
    }
    options.label = parser.value(label);
    if (!parser.isSet(keychain))
        options.secretsFile = parser.isSet(secrets)
                                  ? absolute(parser.value(secrets))
                                  : options.settings.directory() + QStringLiteral(".secrets");
    options.saveFolder = absolute(parser.value(save));
    options.pluginFile = absolute(parser.value(plugin));
    options.links = parser.values(follow);
    options.asksSystemForNetwork = parser.isSet(systemNetwork);
    options.startsOffline = parser.isSet(offline);
    options.printsLink = parser.isSet(printLink);
    options.commits = !parser.isSet(noCommit);
    options.exitsWhenPublished = parser.isSet(whenPublished);

    bool isNumber = true;
    if (parser.isSet(exitAt))
        options.exitAt = parser.value(exitAt).toULongLong(&isNumber);
    if (!isNumber)
        return wrong(QStringLiteral("--exit-at needs a number"));
    if (parser.isSet(timeout))
        options.timeout = std::chrono::seconds(parser.value(timeout).toUShort(&isNumber));
    if (!isNumber)
        return wrong(QStringLiteral("--timeout needs a number of seconds"));
    return options;
}
