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

enum class Desktop { Kde, Kde4, Other };

// As QtKeychain finds out (keychain_unix.cpp, detectDesktopEnvironment(), 0.12 to 0.16).
Desktop desktop()
{
    const QByteArray current = qgetenv("XDG_CURRENT_DESKTOP");
    if (current == "KDE")
        return Desktop::Kde;
    if (current == "GNOME" || current == "Unity" || current == "XFCE")
        return Desktop::Other;
    const QByteArray session = qgetenv("DESKTOP_SESSION");
    if (session == "kde")
        return Desktop::Kde;
    if (session == "kde4")
        return Desktop::Kde4;
    if (session == "gnome" || session == "xubuntu" || session.contains("xfce"))
        return Desktop::Other;
    const bool isGnome = !qEnvironmentVariableIsEmpty("GNOME_DESKTOP_SESSION_ID");
    const bool isKde = !isGnome && !qEnvironmentVariableIsEmpty("KDE_FULL_SESSION");
    return isKde ? Desktop::Kde : Desktop::Other;
}

// Whether some version of QtKeychain may ask KWallet: whether some other keyring is locked says
// nothing then. KWallet 6 is asked since 0.14.2, and what QTKEYCHAIN_BACKEND says since 0.16.
bool isKWalletAsked()
{
    if (qgetenv("QTKEYCHAIN_BACKEND").startsWith("kwallet"))
        return true;
    const QByteArray version = qgetenv("KDE_SESSION_VERSION");
    switch (desktop()) {
    case Desktop::Kde:
        return version == "4" || version == "5" || version == "6";
    case Desktop::Kde4:
        return true;
    case Desktop::Other:
        break;
    }
    return false;
}

QString collectionOf(const QDBusObjectPath &item)
{
    return item.path().section(QLatin1Char('/'), 0, -2);
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

void SecretService::find(const SecretItem &item, const Then &then)
{
    listen();
    if (isKWalletAsked() || !QDBusConnection::sessionBus().isConnected())
        return then(Lock::Unknown, {});
    // It may lie in another collection than the one where new ones are put.
    const Attributes attributes{{QStringLiteral("server"), item.server},
                                {QStringLiteral("user"), item.user}};
    call(this, Path, Interface, QStringLiteral("SearchItems"), {QVariant::fromValue(attributes)},
         [this, then](const QDBusPendingCallWatcher &watcher) {
             using Paths = QList<QDBusObjectPath>;
             const QDBusPendingReply<Paths, Paths> found = watcher; // open ones, locked ones
             const Paths open = found.isError() ? Paths() : found.argumentAt<0>();
             const Paths locked = found.isError() ? Paths() : found.argumentAt<1>();
             if (!open.isEmpty())
                 then(Lock::Open, collectionOf(open.constFirst()));
             else if (!locked.isEmpty())
                 readLock(collectionOf(locked.constFirst()), then);
             else
                 readAlias(then);
         });
}

void SecretService::readAlias(const Then &then)
{
    call(this, Path, Interface, QStringLiteral("ReadAlias"), {QStringLiteral("default")},
         [this, then](const QDBusPendingCallWatcher &watcher) {
             const QDBusPendingReply<QDBusObjectPath> collection = watcher;
             if (collection.isError() || collection.value().path() == NoPath)
                 then(Lock::Unknown, {});
             else
                 readLock(collection.value().path(), then);
         });
}

void SecretService::readLock(const QString &collection, const Then &then)
{
    call(this, collection, QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"),
         {QStringLiteral("org.freedesktop.Secret.Collection"), QStringLiteral("Locked")},
         [collection, then](const QDBusPendingCallWatcher &watcher) {
             const QDBusPendingReply<QDBusVariant> isLocked = watcher;
             if (isLocked.isError())
                 then(Lock::Unknown, {});
             else if (isLocked.value().variant().toBool())
                 then(Lock::Locked, collection);
             else
                 then(Lock::Open, collection);
         });
}

void SecretService::unlock(const QString &collection, const Then &then)
{
    const QList<QDBusObjectPath> collections{QDBusObjectPath(collection)};
    call(this, Path, Interface, QStringLiteral("Unlock"), {QVariant::fromValue(collections)},
         [this, collection, then](const QDBusPendingCallWatcher &watcher) {
             const QDBusPendingReply<QList<QDBusObjectPath>, QDBusObjectPath> answer = watcher;
             if (answer.isError())
                 then(Lock::Locked, collection);
             else if (answer.argumentAt<1>().path() == NoPath)
                 then(Lock::Open, collection);
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
            readLock(collection, then);
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
