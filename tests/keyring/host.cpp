// SPDX-License-Identifier: MIT
//
// keyring-host <directory> [--without-exec]
// A host that brings no secret store. Prints what becomes of its log, "ready <name>" or "problem
// <kind> <detail>", and "bus gone" if that happens later. Each line of standard input makes it try
// everything and print "tried". At the end of input it ends without a goodbye to anybody; with
// --without-exec it ends at once.
#include <RemoteLog/hostservices.h>
#include <RemoteLog/outgoinglog.h>
#include <RemoteLog/settings.h>
#include <RemoteLog/transport.h>
#include <RemoteLog/transportloader.h>
#include <RemoteLog/transportplugin.h>

#include <QCoreApplication>
#include <QDBusConnection>
#include <QMetaEnum>
#include <QSocketNotifier>

#include <cstdio>
#include <optional>
#include <unistd.h>

using namespace RemoteLog;

class BusEnd : public QObject
{
    Q_OBJECT

public:
    BusEnd()
    {
        // Not sessionBus(): where there was no bus at first, that never has one.
        QDBusConnection::connectToBus(QDBusConnection::SessionBus, QStringLiteral("end"))
            .connect(QString(), QStringLiteral("/org/freedesktop/DBus/Local"),
                     QStringLiteral("org.freedesktop.DBus.Local"), QStringLiteral("Disconnected"),
                     this, SIGNAL(came()));
    }

Q_SIGNALS:
    void came();
};

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const Result<TransportPlugin *> plugin =
        TransportLoader::load(QStringLiteral(REMOTELOG_TEST_PLUGIN));
    if (!plugin.ok())
        return 1;
    Settings settings;
    settings.setApplicationId(QStringLiteral("org.remotelog.test"));
    settings.setDirectory(arguments.at(1));
    Transport *transport = plugin.value()->create(settings, HostServices(), &application);
    OutgoingLog *log = transport->openLog(QStringLiteral("notes"));
    const auto print = [](const QByteArray &line) {
        std::puts(line.constData());
        std::fflush(stdout);
    };
    QObject::connect(transport, &Transport::problemChanged, log, [&](const Problem &problem) {
        const char *kind = QMetaEnum::fromType<Problem::Kind>().valueToKey(int(problem.kind()));
        print("problem " + QByteArray(kind) + ' ' + problem.detail().toUtf8());
    });
    std::optional<BusEnd> end;
    QObject::connect(log, &OutgoingLog::readyChanged, log, [&] {
        end.emplace();
        QObject::connect(&*end, &BusEnd::came, log, [&] { print("bus gone"); });
        print("ready " + log->link().logName().toUtf8());
    });
    if (arguments.size() > 2)
        return 0;
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, log, [&] {
        char byte = 0;
        if (::read(STDIN_FILENO, &byte, 1) != 1)
            return QCoreApplication::quit();
        if (byte != '\n')
            return;
        transport->syncNow();
        print("tried");
    });
    return QCoreApplication::exec();
}

#include "host.moc"
