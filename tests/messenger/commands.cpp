// SPDX-License-Identifier: MIT
#include "commands.h"

#include "console.h"
#include "options.h"

using RemoteLog::NetworkWatch;

Commands::Commands(Session &session, ManualNetworkWatch *network, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_network(network)
{
}

void Commands::run(const QByteArray &line)
{
    if (!line.startsWith('/'))
        return m_session.writer().append(line);
    if (line.startsWith("//"))
        return m_session.writer().append(line.mid(1));
    const QString text = QString::fromUtf8(line).trimmed();
    const QString command = text.section(QLatin1Char(' '), 0, 0);
    const QString argument = text.section(QLatin1Char(' '), 1).trimmed();
    const bool isKnown = argument.isEmpty() ? runWithout(command) : runWith(command, argument);
    if (!isKnown)
        Console::warn(QStringLiteral("this is no command: %1; /help shows them").arg(text));
}

void Commands::setNetwork(ManualNetworkWatch::Reachability reachability)
{
    if (m_network)
        m_network->setReachability(reachability);
    else
        Console::warn(QStringLiteral("the system says whether there is a network"));
}

bool Commands::runWithout(const QString &command)
{
    if (command == QLatin1String("/online"))
        setNetwork(NetworkWatch::Reachability::Connected);
    else if (command == QLatin1String("/offline"))
        setNetwork(NetworkWatch::Reachability::Disconnected);
    else if (command == QLatin1String("/sync"))
        m_session.transport().syncNow();
    else if (command == QLatin1String("/pause"))
        m_session.transport().setPaused(true);
    else if (command == QLatin1String("/resume"))
        m_session.transport().setPaused(false);
    else if (command == QLatin1String("/link"))
        m_session.writer().printLink();
    else if (command == QLatin1String("/log"))
        m_session.writer().list();
    else if (command == QLatin1String("/status"))
        m_session.printStatus();
    else if (command == QLatin1String("/audit"))
        m_session.writer().audit();
    else if (command == QLatin1String("/help"))
        Console::warn(Options::commands().trimmed());
    else if (command == QLatin1String("/quit"))
        m_session.leave();
    else
        return false;
    return true;
}

bool Commands::runWith(const QString &command, const QString &argument)
{
    bool isNumber = false;
    const quint64 sequence = argument.toULongLong(&isNumber);
    if (command == QLatin1String("/file"))
        m_session.writer().appendFile(argument);
    else if (command == QLatin1String("/follow"))
        m_session.follow(argument);
    else if (command == QLatin1String("/unfollow"))
        m_session.unfollow(argument);
    else if (command == QLatin1String("/withdraw") && isNumber)
        m_session.writer().withdraw(sequence);
    else if (command == QLatin1String("/ack") && isNumber)
        m_session.writer().acknowledge(sequence);
    else
        return false;
    return true;
}
