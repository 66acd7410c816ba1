// SPDX-License-Identifier: MIT
#include "secretservice.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusServiceWatcher>
#include <QLibrary>

namespace RemoteLog {

namespace {

constexpr int CallLimit = 5'000; // milliseconds
const QString Name = QStringLiteral("org.freedesktop.secrets");
const QString Path = QStringLiteral("/org/freedesktop/secrets");
const QString Interface = QStringLiteral("org.freedesktop.Secret.Service");

QDBusMessage callTo(const QString &path, const QString &interface, const QString &method,
                    const QVariantList &arguments)
{
    QDBusMessage call = QDBusMessage::createMethodCall(Name, path, interface, method);
    call.setArguments(arguments);
    call.setAutoStartService(false); // one that starts now has its keyring locked
    return call;
}

// libsecret 0.20 goes on using the session that it had with a service that is gone: every job fails
// or never ends. With this it begins anew; it is loaded by then, or nobody has a session.
void forgetSession()
{
    using Disconnect = void (*)();
    static const auto disconnectService = reinterpret_cast<Disconnect>(
        QLibrary::resolve(QStringLiteral("secret-1"), 0, "secret_service_disconnect"));
    if (disconnectService)
        disconnectService();
}

} // namespace

SecretService::SecretService(QObject *parent)
    : QObject(parent)
{
}

SecretService::~SecretService() = default;

void SecretService::askLocked(const std::function<void(std::optional<bool>)> &then)
{
    const QDBusConnection bus = QDBusConnection::sessionBus();
    using Watcher = QDBusPendingCallWatcher;
    auto *alias = new Watcher(bus.asyncCall(callTo(Path, Interface, QStringLiteral("ReadAlias"),
                                                   {QStringLiteral("default")}),
                                            CallLimit),
                              this);
    connect(alias, &Watcher::finished, this, [this, alias, bus, then] {
        alias->deleteLater();
        const QDBusPendingReply<QDBusObjectPath> collection = *alias;
        if (collection.isError() || collection.value().path() == QStringLiteral("/"))
            return then(std::nullopt);
        auto *locked = new Watcher(
            bus.asyncCall(callTo(collection.value().path(),
                                 QStringLiteral("org.freedesktop.DBus.Properties"),
                                 QStringLiteral("Get"),
                                 {QStringLiteral("org.freedesktop.Secret.Collection"),
                                  QStringLiteral("Locked")}),
                          CallLimit),
            this);
        connect(locked, &Watcher::finished, this, [locked, then] {
            locked->deleteLater();
            const QDBusPendingReply<QDBusVariant> value = *locked;
            if (value.isError())
                then(std::nullopt);
            else
                then(value.value().variant().toBool());
        });
    });
}

void SecretService::listen()
{
    if (m_watcher)
        return;
    QDBusConnection bus = QDBusConnection::sessionBus();
    m_watcher = std::make_unique<QDBusServiceWatcher>(Name, bus,
                                                      QDBusServiceWatcher::WatchForOwnerChange);
    connect(m_watcher.get(), &QDBusServiceWatcher::serviceOwnerChanged, this,
            [this](const QString &, const QString &, const QString &owner) {
                forgetSession();
                if (!owner.isEmpty())
                    Q_EMIT changed();
            });
    bus.connect(Name, Path, Interface, QStringLiteral("CollectionChanged"), this,
                SIGNAL(changed()));
}

} // namespace RemoteLog
