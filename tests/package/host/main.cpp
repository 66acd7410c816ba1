// SPDX-License-Identifier: MIT
// A stranger's host: brings a secret store, publishes one entry into a folder, reads it back as
// another would.
#include <RemoteLog/contentstore.h>
#include <RemoteLog/incominglog.h>
#include <RemoteLog/namesystem.h>
#include <RemoteLog/networkwatch.h>
#include <RemoteLog/outgoinglog.h>
#include <RemoteLog/secretstore.h>
#include <RemoteLog/transport.h>
#include <RemoteLog/transportloader.h>
#include <RemoteLog/transportplugin.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>
#include <QtCore/QDir>
#include <QtCore/QHash>
#include <QtCore/QTemporaryDir>
#include <QtCore/QTimer>

using namespace RemoteLog;

class MemorySecrets : public SecretStore
{
public:
    QFuture<Result<QByteArray>> read(const QString &key) override
    {
        return QtFuture::makeReadyFuture(Result<QByteArray>(m_secrets.value(key)));
    }
    QFuture<Problem> write(const QString &key, const QByteArray &secret) override
    {
        m_secrets.insert(key, secret);
        return QtFuture::makeReadyFuture(Problem());
    }
    QFuture<Problem> remove(const QString &key) override
    {
        m_secrets.remove(key);
        return QtFuture::makeReadyFuture(Problem());
    }

private:
    QHash<QString, QByteArray> m_secrets;
};

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const Result<TransportPlugin *> plugin = TransportLoader::load();
    if (!plugin.ok())
        qFatal("%s", qPrintable(plugin.problem().detail()));

    QTemporaryDir folder;
    Settings settings;
    settings.setApplicationId(QStringLiteral("org.example.Host"));
    settings.setDirectory(folder.filePath(QStringLiteral("profile")));
    // A shared folder is somebody else's to make: the plugin waits for one that is not there.
    const QString share = folder.filePath(QStringLiteral("share"));
    QDir().mkpath(share);
    settings.setHelpers({QUrl::fromLocalFile(share)});
    settings.setLocale(QLocale(QLocale::German));

    MemorySecrets secrets;
    HostServices services;
    services.setSecretStore(&secrets);
    Transport *transport = plugin.value()->create(settings, services, &application);
    OutgoingLog *log = transport->openLog(QStringLiteral("greetings"));

    QObject::connect(transport, &Transport::stateChanged, &application,
                     [](Transport::State state) { qInfo() << state; });
    QObject::connect(transport, &Transport::problemChanged, &application,
                     [](const Problem &problem) { qInfo() << problem; });
    QObject::connect(log, &OutgoingLog::headPublished, &application, [transport, log] {
        IncomingLog *incoming = transport->follow(log->link());
        QObject::connect(incoming, &IncomingLog::entriesReceived, transport,
                         [transport, incoming](const QList<Entry> &entries) {
                             incoming->commit(entries.last().sequence());
                             const bool same = entries.first().payload() == QByteArray("hello");
                             transport->close().then(qApp, [same](const Problem &problem) {
                                 QCoreApplication::exit(same && !problem ? 0 : 1);
                             });
                         });
        incoming->start();
    });
    log->append(QByteArray("hello")).then(&application, [](const Result<quint64> &sequence) {
        if (!sequence.ok())
            qFatal("%s", qPrintable(sequence.problem().detail()));
    });

    // The plugin speaks the host's language, from its own resources.
    if (!Problem(Problem::Kind::Clock).text().startsWith(QLatin1String("Die Uhr")))
        qFatal("no translation");
    QTimer::singleShot(30000, &application, [] { QCoreApplication::exit(2); });
    return application.exec();
}
