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

enum class Wallet { Never, IfThere, Always };

// Whether some version of QtKeychain asks KWallet: whether some other keyring is locked says
// nothing then. KWallet 6 is asked since 0.14.2, and what QTKEYCHAIN_BACKEND says since 0.16.
Wallet wallet()
{
    if (qgetenv("QTKEYCHAIN_BACKEND").startsWith("kwallet"))
        return Wallet::Always;
    const QByteArray version = qgetenv("KDE_SESSION_VERSION");
    const Desktop current = desktop();
    if (current == Desktop::Kde4 || (current == Desktop::Kde && version == "4"))
        return Wallet::Always;
    return current == Desktop::Kde && (version == "5" || version == "6") ? Wallet::IfThere
                                                                         : Wallet::Never;
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

using Answered = std::function<void(const QDBusPendingCallWatcher &)>;

// Calls `then` with the watcher of the finished call.
void call(QObject *context, const QDBusMessage &message, const Answered &then)
{
    auto *watcher = new QDBusPendingCallWatcher(
        QDBusConnection::sessionBus().asyncCall(message, CallLimit), context);
    QObject::connect(watcher, &QDBusPendingCallWatcher::finished, context, [watcher, then] {
        watcher->deleteLater();
        then(*watcher);
    });
}

void call(QObject *context, const QString &path, const QString &interface, const QString &method,
          const QVariantList &arguments, const Answered &then)
{
    QDBusMessage message = QDBusMessage::createMethodCall(Name, path, interface, method);
    message.setArguments(arguments);
    call(context, message, then);
}

SecretService::Lock lockOf(const QDBusError &error)
{
    return error.type() == QDBusError::ServiceUnknown ? SecretService::Lock::Unknown
                                                      : SecretService::Lock::Failed;
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
    if (wallet() == Wallet::Always || !QDBusConnection::sessionBus().isConnected())
        then(Lock::Unknown, {});
    else if (wallet() == Wallet::IfThere)
        findWallet(item, then);
    else
        search(item, then);
}

void SecretService::findWallet(const SecretItem &item, const Then &then)
{
    const auto ask = [this](const QString &method, const Answered &answered) {
        const QString bus = QStringLiteral("org.freedesktop.DBus");
        call(this,
             QDBusMessage::createMethodCall(bus, QStringLiteral("/org/freedesktop/DBus"), bus,
                                            method),
             answered);
    };
    const auto hasWallet = [](const QDBusPendingCallWatcher &watcher) {
        const QDBusPendingReply<QStringList> names = watcher;
        return names.isError() || names.value().contains(QStringLiteral("org.kde.kwalletd5"))
               || names.value().contains(QStringLiteral("org.kde.kwalletd6"));
    };
    // It may run without a file that starts it, and the other way round.
    ask(QStringLiteral("ListActivatableNames"), [=, this](const auto &startable) {
        if (hasWallet(startable))
            return then(Lock::Unknown, {});
        ask(QStringLiteral("ListNames"), [=, this](const auto &running) {
            if (hasWallet(running))
                then(Lock::Unknown, {});
            else
                search(item, then);
        });
    });
}

// It may lie in another collection than the one where new ones are put.
void SecretService::search(const SecretItem &item, const Then &then)
{
    const Attributes attributes{{QStringLiteral("server"), item.server},
                                {QStringLiteral("user"), item.user}};
    call(this, Path, Interface, QStringLiteral("SearchItems"), {QVariant::fromValue(attributes)},
         [this, then](const QDBusPendingCallWatcher &watcher) {
             using Paths = QList<QDBusObjectPath>;
             const QDBusPendingReply<Paths, Paths> found = watcher; // open ones, locked ones
             if (found.isError())
                 then(lockOf(found.error()), {});
             else if (!found.argumentAt<0>().isEmpty())
                 then(Lock::Open, collectionOf(found.argumentAt<0>().constFirst()));
             else if (!found.argumentAt<1>().isEmpty())
                 readLock(collectionOf(found.argumentAt<1>().constFirst()), then);
             else
                 readAlias(then);
         });
}

void SecretService::readAlias(const Then &then)
{
    call(this, Path, Interface, QStringLiteral("ReadAlias"), {QStringLiteral("default")},
         [this, then](const QDBusPendingCallWatcher &watcher) {
             const QDBusPendingReply<QDBusObjectPath> collection = watcher;
             if (collection.isError())
                 then(lockOf(collection.error()), {});
             else if (collection.value().path() == NoPath)
                 then(Lock::Absent, {});
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
                 then(lockOf(isLocked.error()), {});
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
