// SPDX-License-Identifier: MIT
#include "keyring.h"

#include <QDBusArgument>
#include <QDBusContext>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusPendingCall>
#include <QDBusPendingReply>
#include <QDir>

namespace RemoteLog::Testing {

namespace {

const QString Secrets = QStringLiteral("org.freedesktop.secrets");
const QString SecretsPath = QStringLiteral("/org/freedesktop/secrets");
const QString Service = QStringLiteral("org.freedesktop.Secret.Service");
const QString LoginPath = QStringLiteral("/org/freedesktop/secrets/collection/login");
const QString ConnectionName = QStringLiteral("keyring");
const QByteArray Password = QByteArrayLiteral("correct horse");

// What goes over the bus for a secret (freedesktop.org, Secret Service API, "Secret").
struct Secret
{
    QDBusObjectPath session;
    QByteArray parameters;
    QByteArray value;
    QString contentType;
};

QDBusArgument &operator<<(QDBusArgument &argument, const Secret &secret)
{
    argument.beginStructure();
    argument << secret.session << secret.parameters << secret.value << secret.contentType;
    argument.endStructure();
    return argument;
}

const QDBusArgument &operator>>(const QDBusArgument &argument, Secret &secret)
{
    argument.beginStructure();
    argument >> secret.session >> secret.parameters >> secret.value >> secret.contentType;
    argument.endStructure();
    return argument;
}

QDBusMessage call(const QString &interface, const QString &method, const QVariantList &arguments)
{
    QDBusMessage message = QDBusMessage::createMethodCall(Secrets, SecretsPath, interface, method);
    message.setArguments(arguments);
    return message;
}

} // namespace

// Stands where the desktop's password dialog does: gnome-keyring calls it, and it calls back with
// what the person did (gcr, org.gnome.keyring.internal.Prompter).
class Prompter : public QObject, protected QDBusContext
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.gnome.keyring.internal.Prompter")

public:
    explicit Prompter(Keyring *keyring)
        : QObject(keyring)
        , m_keyring(keyring)
    {
    }

public Q_SLOTS:
    void BeginPrompting(const QDBusObjectPath &prompt)
    {
        ++m_keyring->m_prompts;
        m_keyring->add(message().service(), prompt, QString());
    }
    // Asks for the password: nobody gives it here.
    void PerformPrompt(const QDBusObjectPath &prompt, const QString &, const QVariantMap &,
                       const QString &)
    {
        m_keyring->add(message().service(), prompt, QStringLiteral("no"));
    }
    void StopPrompting(const QDBusObjectPath &) {}

private:
    Keyring *m_keyring;
};

Keyring::Keyring()
    : m_connection(ConnectionName)
{
    qDBusRegisterMetaType<Secret>();
    qDBusRegisterMetaType<QMap<QString, QString>>();
    const QString home = m_home.path();
    for (const char *variable :
         {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"})
        qputenv(variable, home.toLocal8Bit());
    for (const char *variable :
         {"DISPLAY", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "DESKTOP_SESSION",
          "GNOME_DESKTOP_SESSION_ID", "KDE_FULL_SESSION", "KDE_SESSION_VERSION",
          "QTKEYCHAIN_BACKEND", "GNOME_KEYRING_CONTROL", "QT_NO_GLIB"})
        qunsetenv(variable);
    qputenv("DBUS_SESSION_BUS_ADDRESS", m_bus.address().toLatin1());
    m_connection = QDBusConnection::connectToBus(m_bus.address(), ConnectionName);
    m_connection.registerObject(QStringLiteral("/org/gnome/keyring/Prompter"), new Prompter(this),
                                QDBusConnection::ExportAllSlots);
    m_connection.registerService(QStringLiteral("org.gnome.keyring.SystemPrompter"));
}

Keyring::~Keyring()
{
    QDBusConnection::disconnectFromBus(ConnectionName);
    endProcess(m_daemon);
}

QString Keyring::missing()
{
    return PrivateBus::missing(
        {QStringLiteral("dbus-daemon"), QStringLiteral("gnome-keyring-daemon")});
}

bool Keyring::start(Login login)
{
    QStringList arguments{QStringLiteral("--foreground"), QStringLiteral("--components=secrets")};
    if (login == Login::Unlocked)
        arguments.append(QStringLiteral("--unlock"));
    m_prompts = 0;
    m_daemon.setStandardOutputFile(QProcess::nullDevice());
    m_daemon.setStandardErrorFile(QProcess::nullDevice()); // complains of our Prompter
    endWithUs(m_daemon);
    m_daemon.start(QStringLiteral("gnome-keyring-daemon"), arguments);
    if (!m_daemon.waitForStarted())
        return false;
    if (login == Login::Unlocked)
        m_daemon.write(Password);
    m_daemon.closeWriteChannel();
    return m_bus.waitForOwner(Secrets);
}

void Keyring::stop()
{
    endProcess(m_daemon);
    if (m_bus.isRunning())
        m_bus.waitForOwner(Secrets, false);
}

bool Keyring::empty()
{
    return QDir(m_home.filePath(QStringLiteral("keyrings"))).removeRecursively();
}

int Keyring::secrets()
{
    const QDBusMessage items =
        m_connection.call(call(Service, QStringLiteral("SearchItems"),
                               {QVariant::fromValue(QMap<QString, QString>{
                                   {QStringLiteral("user"), QStringLiteral("master")}})}));
    return int(qdbus_cast<QList<QDBusObjectPath>>(items.arguments().value(0)).size());
}

bool Keyring::setDefault(const QString &collection)
{
    const QDBusObjectPath path(SecretsPath + QStringLiteral("/collection/") + collection);
    const QDBusMessage reply =
        m_connection.call(call(Service, QStringLiteral("SetAlias"),
                               {QStringLiteral("default"), QVariant::fromValue(path)}));
    return reply.type() == QDBusMessage::ReplyMessage;
}

bool Keyring::lock()
{
    const QDBusMessage reply = m_connection.call(
        call(Service, QStringLiteral("Lock"),
             {QVariant::fromValue(QList<QDBusObjectPath>{QDBusObjectPath(LoginPath)})}));
    return reply.type() == QDBusMessage::ReplyMessage;
}

bool Keyring::unlock()
{
    const QDBusMessage opened = m_connection.call(
        call(Service, QStringLiteral("OpenSession"),
             {QStringLiteral("plain"), QVariant::fromValue(QDBusVariant(QString()))}));
    if (opened.type() != QDBusMessage::ReplyMessage)
        return false;
    const Secret secret{opened.arguments().at(1).value<QDBusObjectPath>(),
                        {},
                        Password,
                        QStringLiteral("text/plain")};
    const QDBusMessage reply = m_connection.call(
        call(QStringLiteral("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"),
             QStringLiteral("UnlockWithMasterPassword"),
             {QVariant::fromValue(QDBusObjectPath(LoginPath)), QVariant::fromValue(secret)}));
    return reply.type() == QDBusMessage::ReplyMessage;
}

void Keyring::dismiss()
{
    m_person = Person::Dismisses;
    for (const QDBusMessage &answer : std::exchange(m_open, {}))
        m_connection.asyncCall(answer);
}

void Keyring::add(const QString &who, const QDBusObjectPath &prompt, const QString &answer)
{
    QDBusMessage ready = QDBusMessage::createMethodCall(
        who, prompt.path(), QStringLiteral("org.gnome.keyring.internal.Prompter.Callback"),
        QStringLiteral("PromptReady"));
    ready.setArguments({answer, QVariantMap(), QString()});
    m_open.append(ready);
    // After the call that is being answered now.
    if (m_person == Person::Dismisses)
        QMetaObject::invokeMethod(this, &Keyring::dismiss, Qt::QueuedConnection);
}

} // namespace RemoteLog::Testing

#include "keyring.moc"
