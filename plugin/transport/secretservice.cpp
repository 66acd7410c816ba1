// SPDX-License-Identifier: MIT
#include "secretservice.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusObjectPath>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusServiceWatcher>
#include <QLibrary>
#include <QMap>

namespace RemoteLog {

namespace {

constexpr int CallLimit = 5'000; // milliseconds
const QString Name = QStringLiteral("org.freedesktop.secrets");
const QString Path = QStringLiteral("/org/freedesktop/secrets");
const QString Interface = QStringLiteral("org.freedesktop.Secret.Service");
using Attributes = QMap<QString, QString>;
const QString NoPath = QStringLiteral("/"); // stands for "none" in this API

// As QtKeychain 0.13 decides: whether some other keyring is locked says nothing then.
bool isKWalletAsked()
{
    const QByteArray version = qgetenv("KDE_SESSION_VERSION");
    const bool isKde =
        qgetenv("XDG_CURRENT_DESKTOP") == "KDE" || qEnvironmentVariableIsSet("KDE_FULL_SESSION");
    return isKde && (version == "4" || version == "5");
}

// libsecret 0.20 goes on using the session that it had with a service that is gone: every job fails
// or never ends. With this it begins anew.
void forgetSession()
{
    using Disconnect = void (*)();
    static const auto disconnectService = reinterpret_cast<Disconnect>(
        QLibrary::resolve(QStringLiteral("secret-1"), 0, "secret_service_disconnect"));
    if (disconnectService)
        disconnectService();
}

// Calls `then` with the watcher of the finished call.
void call(QObject *context, const QString &path, const QString &interface, const QString &method,
          const QVariantList &arguments,
          const std::function<void(const QDBusPendingCallWatcher &)> &then)
{
    QDBusMessage message = QDBusMessage::createMethodCall(Name, path, interface, method);
    message.setArguments(arguments);
    auto *watcher = new QDBusPendingCallWatcher(
        QDBusConnection::sessionBus().asyncCall(message, CallLimit), context);
    QObject::connect(watcher, &QDBusPendingCallWatcher::finished, context, [watcher, then] {
        watcher->deleteLater();
        then(*watcher);
    });
}

} // namespace

SecretService::SecretService(QObject *parent)
    : QObject(parent)
{
    qDBusRegisterMetaType<Attributes>();
}

SecretService::~SecretService() = default;

void SecretService::listen()
{
    if (m_watcher)
        return;
    QDBusConnection bus = QDBusConnection::sessionBus();
    m_watcher =
        std::make_unique<QDBusServiceWatcher>(Name, bus, QDBusServiceWatcher::WatchForOwnerChange);
    connect(m_watcher.get(), &QDBusServiceWatcher::serviceOwnerChanged, this,
            [this](const QString &, const QString &, const QString &owner) {
                if (!isKWalletAsked())
                    forgetSession();
                Q_EMIT gone();
                if (!owner.isEmpty())
                    Q_EMIT changed();
            });
    bus.connect(Name, Path, Interface, QStringLiteral("CollectionChanged"), this,
                SIGNAL(changed()));
}

void SecretService::open(const SecretItem &item, bool mayPrompt, const Then &then)
{
    listen();
    if (isKWalletAsked() || !QDBusConnection::sessionBus().isConnected())
        return then(Lock::Unknown);
    // It may lie in another collection than the one where new ones are put.
    const Attributes attributes{{QStringLiteral("server"), item.server},
                                {QStringLiteral("user"), item.user}};
    call(
        this, Path, Interface, QStringLiteral("SearchItems"), {QVariant::fromValue(attributes)},
        [this, mayPrompt, then](const QDBusPendingCallWatcher &watcher) {
            using Paths = QList<QDBusObjectPath>;
            const QDBusPendingReply<Paths, Paths> found = watcher; // open ones, locked ones
            if (found.isError() || found.argumentAt<0>().size() + found.argumentAt<1>().size() == 0)
                readAlias(mayPrompt, then);
            else if (!found.argumentAt<0>().isEmpty())
                then(Lock::Open);
            else
                readLock(found.argumentAt<1>().constFirst().path().section(QLatin1Char('/'), 0, -2),
                         mayPrompt, then);
        });
}

void SecretService::readAlias(bool mayPrompt, const Then &then)
{
    call(this, Path, Interface, QStringLiteral("ReadAlias"), {QStringLiteral("default")},
         [this, mayPrompt, then](const QDBusPendingCallWatcher &watcher) {
             const QDBusPendingReply<QDBusObjectPath> collection = watcher;
             if (collection.isError() || collection.value().path() == NoPath)
                 then(Lock::Unknown);
             else
                 readLock(collection.value().path(), mayPrompt, then);
         });
}

void SecretService::readLock(const QString &collection, bool mayPrompt, const Then &then)
{
    call(this, collection, QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"),
         {QStringLiteral("org.freedesktop.Secret.Collection"), QStringLiteral("Locked")},
         [this, collection, mayPrompt, then](const QDBusPendingCallWatcher &watcher) {
             const QDBusPendingReply<QDBusVariant> isLocked = watcher;
             if (isLocked.isError())
                 then(Lock::Unknown);
             else if (!isLocked.value().variant().toBool())
                 then(Lock::Open);
             else if (mayPrompt)
                 unlock(collection, then);
             else
                 then(Lock::Locked);
         });
}

void SecretService::unlock(const QString &collection, const Then &then)
{
    const QList<QDBusObjectPath> collections{QDBusObjectPath(collection)};
    call(this, Path, Interface, QStringLiteral("Unlock"), {QVariant::fromValue(collections)},
         [this, collection, then](const QDBusPendingCallWatcher &watcher) {
             const QDBusPendingReply<QList<QDBusObjectPath>, QDBusObjectPath> answer = watcher;
             if (answer.isError())
                 then(Lock::Locked);
             else if (answer.argumentAt<1>().path() == NoPath)
                 then(Lock::Open);
             else
                 prompt(answer.argumentAt<1>().path(), collection, then);
         });
}

void SecretService::prompt(const QString &path, const QString &collection, const Then &then)
{
    const QString interface = QStringLiteral("org.freedesktop.Secret.Prompt");
    auto *open = new SecretPrompt(this);
    connect(this, &SecretService::gone, open, &SecretPrompt::completed);
    connect(
        open, &SecretPrompt::completed, this,
        [this, open, collection, then] {
            open->deleteLater();
            // What the prompt says of its end is not asked: the lock is what counts.
            readLock(collection, false, then);
        },
        Qt::SingleShotConnection);
    QDBusConnection::sessionBus().connect(Name, path, interface, QStringLiteral("Completed"), open,
                                          SIGNAL(completed()));
    const QString noWindow;
    call(open, path, interface, QStringLiteral("Prompt"), {noWindow},
         [open](const QDBusPendingCallWatcher &watcher) {
             if (watcher.isError())
                 Q_EMIT open->completed();
         });
}

} // namespace RemoteLog
