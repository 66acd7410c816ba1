// SPDX-License-Identifier: MIT
#include "keyring.h"

#include "support/memoryhelpers.h"
#include "support/party.h"

#include "messengerprocess.h"
#include "storage.h"

#include <qt6keychain/keychain.h>

#include <QPluginLoader>
#include <QProcess>
#include <QtTest>

#include <array>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

constexpr Problem::Kind Unavailable = Problem::Kind::SecretStoreUnavailable;
const QString Label = QStringLiteral("notes");

// Each is NAME=value.
QProcessEnvironment with(const QStringList &variables)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &variable : variables)
        environment.insert(variable.section(QLatin1Char('='), 0, 0),
                           variable.section(QLatin1Char('='), 1));
    return environment;
}

} // namespace

// A profile whose key is in a real keyring, and hosts that come and go.
class KeyringTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void isMadeOnceAndFoundAgain();
    void lockedMeansNoNewIdentity();
    void lockedAtTheVeryFirstStart();
    void restartedKeyringIsUsedAgain();
    void syncNowAsksThePersonAgain();
    void twoProfilesHaveTwoKeys();
    void hostAndPluginTakeTurns();
    void copiesOfThePluginTakeTurns();

    void situations_data();
    void situations();
    void whoseLockItIs_data();
    void whoseLockItIs();
    void silentPromptIsGivenUp();
    void leavesDuringAJob_data();
    void leavesDuringAJob();
    void leavesWithoutEventLoop();
    void aPersonReadsWhatToDo();
    void outlivesTheSession(); // the last: this process has lost its bus then, too

private:
    void startHost(QProcess &host, const QString &directory = {}, const QStringList &options = {});
    QString says(QProcess &host);
    // Within what it says next.
    bool hears(QProcess &host, const QString &line);

    // When QtKeychain asks KWallet.
    enum class Wallet { Never, IfThere, Always };

    std::unique_ptr<Keyring> m_keyring;
    QTemporaryDir m_directory;
    int m_profiles = 0;
};

void KeyringTest::initTestCase()
{
    if (const QString missing = Keyring::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    // Whoever runs this may have any desktop.
    const QByteArrayList desktop{"KDE_FULL_SESSION", "KDE_SESSION_VERSION",
                                 "GNOME_DESKTOP_SESSION_ID", "QTKEYCHAIN_BACKEND", "QT_NO_GLIB"};
    for (const QByteArray &variable : desktop)
        qputenv(variable, "4");
    m_keyring = std::make_unique<Keyring>();
    QVERIFY(!m_keyring->bus().isEmpty());
    for (const QByteArray &variable : desktop)
        QVERIFY2(!qEnvironmentVariableIsSet(variable), variable);
}

void KeyringTest::init()
{
    m_keyring->setPerson(Keyring::Person::Dismisses);
    QVERIFY(m_keyring->empty());
    QVERIFY(m_keyring->start());
}

void KeyringTest::cleanup()
{
    m_keyring->stop();
}

// ---- Through the plugin in this process

void KeyringTest::isMadeOnceAndFoundAgain()
{
    Party alice({helper("keyring-once")});
    alice.bringsSecrets = false;
    const LogLink link = linkOf(alice.open().openLog(Label));
    alice.close();
    // Another daemon, from what the first one left on disk.
    m_keyring->stop();
    QVERIFY(m_keyring->start());
    for (int i = 0; i < 3; ++i) {
        QVERIFY(linkOf(alice.open().openLog(Label)) == link);
        alice.close();
    }
    QCOMPARE(m_keyring->secrets(), 1);
    QCOMPARE(m_keyring->prompts(), 0);
}

void KeyringTest::lockedMeansNoNewIdentity()
{
    Party alice({helper("keyring-locked")});
    alice.bringsSecrets = false;
    OutgoingLog *log = alice.open().openLog(Label);
    const LogLink link = linkOf(log);
    alice.network.set(NetworkWatch::Reachability::Disconnected);
    QVERIFY(await(log->append("before")).ok());
    alice.close();
    QVERIFY(m_keyring->lock());

    Transport &transport = alice.open();
    log = transport.openLog(Label);
    QVERIFY(waitFor([&] { return transport.problem().kind() == Unavailable; }));
    QCOMPARE(transport.state(), Transport::State::NeedsAttention);
    QCOMPARE(await(log->append("refused")).problem().kind(), Unavailable);
    QVERIFY(!log->isReady());
    // It is unlocked by something else, and that is noticed.
    QVERIFY(m_keyring->unlock());
    QVERIFY(linkOf(log) == link);
    QVERIFY(waitFor([&] { return !transport.problem(); }));
    QCOMPARE(await(log->append("after")).value(), 2u);
    QCOMPARE(m_keyring->secrets(), 1);
}

void KeyringTest::lockedAtTheVeryFirstStart()
{
    QVERIFY(m_keyring->lock());
    Party alice({helper("keyring-first")});
    alice.bringsSecrets = false;
    Transport &transport = alice.open();
    OutgoingLog *log = transport.openLog(Label);
    QVERIFY(waitFor([&] { return transport.problem().kind() == Unavailable; }));
    QVERIFY(m_keyring->unlock());
    linkOf(log);
    QCOMPARE(m_keyring->secrets(), 1);
}

void KeyringTest::restartedKeyringIsUsedAgain()
{
    Party alice({helper("keyring-restart")});
    alice.bringsSecrets = false;
    const LogLink link = linkOf(alice.open().openLog(Label));
    alice.close();
    m_keyring->stop();
    Transport &transport = alice.open();
    QVERIFY(waitFor([&] { return transport.problem().kind() == Unavailable; }));
    QVERIFY(m_keyring->start());
    QVERIFY(linkOf(transport.openLog(Label)) == link);
}

void KeyringTest::syncNowAsksThePersonAgain()
{
    Party alice({helper("keyring-sync")});
    alice.bringsSecrets = false;
    linkOf(alice.open().openLog(Label));
    alice.close();
    QVERIFY(m_keyring->lock());
    const int before = m_keyring->prompts();
    Transport &transport = alice.open();
    QVERIFY(waitFor([&] { return transport.problem().kind() == Unavailable; }));
    QCOMPARE(m_keyring->prompts(), before + 1);
    transport.syncNow();
    QVERIFY(waitFor([&] { return m_keyring->prompts() == before + 2; }));
}

void KeyringTest::twoProfilesHaveTwoKeys()
{
    Party alice({helper("keyring-two")});
    Party work({helper("keyring-two")});
    alice.bringsSecrets = work.bringsSecrets = false;
    OutgoingLog *first = alice.open().openLog(Label);
    OutgoingLog *second = work.open().openLog(Label);
    QVERIFY(linkOf(first) != linkOf(second));
    QCOMPARE(m_keyring->secrets(), 2);
}

void KeyringTest::hostAndPluginTakeTurns()
{
    Party alice({helper("keyring-turns")});
    alice.bringsSecrets = false;
    const LogLink link = linkOf(alice.open().openLog(Label));
    alice.close();
    for (int round = 0; round < 100; ++round) {
        // The host's job is before, between, and after those of the plugin.
        auto *write = new QKeychain::WritePasswordJob(QStringLiteral("host"));
        write->setKey(QStringLiteral("password"));
        write->setBinaryData(QByteArray::number(round));
        QSignalSpy written(write, &QKeychain::Job::finished);
        write->start();
        OutgoingLog *log = alice.open().openLog(Label);
        auto *read = new QKeychain::ReadPasswordJob(QStringLiteral("host"));
        read->setKey(QStringLiteral("password"));
        QByteArray password;
        connect(read, &QKeychain::Job::finished, this,
                [&password, read] { password = read->binaryData(); });
        read->start();
        if (round % 3 == 0)
            alice.drop(); // in the middle of its jobs
        else
            QVERIFY(linkOf(log) == link);
        QVERIFY(waitFor([&] { return written.size() == 1 && !password.isNull(); }));
        QCOMPARE(password, QByteArray::number(round));
        if (alice.isOpen())
            alice.close();
    }
    QVERIFY(linkOf(alice.open().openLog(Label)) == link);
}

void KeyringTest::copiesOfThePluginTakeTurns()
{
    const QString path = m_directory.filePath(QStringLiteral("libcopy.so"));
    QVERIFY(QFile::copy(QStringLiteral(REMOTELOG_TEST_PLUGIN), path));
    QPluginLoader loader(path);
    auto *copy = qobject_cast<TransportPlugin *>(loader.instance());
    QVERIFY2(copy, qPrintable(loader.errorString()));
    Party alice({helper("keyring-copies")});
    Party bob({helper("keyring-copies")});
    alice.bringsSecrets = bob.bringsSecrets = false;
    LogLink link;
    for (int round = 0; round < 20; ++round) {
        OutgoingLog *log = alice.open().openLog(Label);
        const std::unique_ptr<Transport> other(copy->create(bob.settings, bob.services()));
        const LogLink now = linkOf(other->openLog(Label));
        QVERIFY(round == 0 || now == link);
        link = now;
        QVERIFY(linkOf(log) != link);
        alice.close();
        QVERIFY(!await(other->close()));
    }
    QCOMPARE(m_keyring->secrets(), 2);
}

// ---- Processes of their own, each with an environment of its own

void KeyringTest::startHost(QProcess &host, const QString &directory, const QStringList &options)
{
    const QString fresh = m_directory.filePath(QString::number(++m_profiles));
    host.start(QStringLiteral(KEYRING_HOST),
               QStringList{directory.isEmpty() ? fresh : directory} + options);
}

QString KeyringTest::says(QProcess &host)
{
    (void)waitFor([&] { return host.canReadLine() || host.state() == QProcess::NotRunning; });
    return QString::fromUtf8(host.readLine()).trimmed();
}

bool KeyringTest::hears(QProcess &host, const QString &line)
{
    constexpr int Most = 100; // lines
    for (int i = 0; i < Most; ++i) {
        const QString said = says(host);
        if (said.startsWith(line))
            return true;
        if (said.isEmpty()) // it ended, or says nothing any more
            return false;
    }
    return false;
}

void KeyringTest::situations_data()
{
    QTest::addColumn<QStringList>("environment"); // NAME=value
    QTest::addColumn<QString>("says"); // at first
    const QString ready = QStringLiteral("ready k51");
    const QString unavailable = QStringLiteral("problem SecretStoreUnavailable ");
    const QString nowhere = QStringLiteral("DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere");
    const QString withoutGLib = QStringLiteral("QT_NO_GLIB=1");
    const QString kde = QStringLiteral("XDG_CURRENT_DESKTOP=KDE");
    QTest::newRow("all is well") << QStringList() << ready;
    QTest::newRow("no bus") << QStringList{nowhere} << unavailable;
    QTest::newRow("no bus, no GLib") << QStringList{nowhere, withoutGLib} << unavailable;
    // libsecret answers through GLib, and nobody listens to that but the plugin itself.
    QTest::newRow("no GLib in the event loop") << QStringList{withoutGLib} << ready;
    QTest::newRow("KDE without its wallet")
        << QStringList{kde, QStringLiteral("KDE_SESSION_VERSION=5")} << ready;
    QTest::newRow("KDE 6 without its wallet")
        << QStringList{kde, QStringLiteral("KDE_SESSION_VERSION=6")} << ready;
    QTest::newRow("an old KDE") << QStringList{kde, QStringLiteral("KDE_SESSION_VERSION=4")}
                                << unavailable;
    QTest::newRow("an old KDE by another name")
        << QStringList{QStringLiteral("DESKTOP_SESSION=kde4")} << unavailable;
    QTest::newRow("no libsecret") << QStringList{QStringLiteral("LD_LIBRARY_PATH=.")}
                                  << unavailable;
}

void KeyringTest::situations()
{
    QFETCH(const QStringList, environment);
    QFETCH(const QString, says);
    QProcess host;
    host.setProcessEnvironment(with(environment));
    // A libsecret that cannot be loaded, for who looks for it in the working directory.
    QFile broken(m_directory.filePath(QStringLiteral("libsecret-1.so.0")));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("no library");
    broken.close();
    host.setWorkingDirectory(m_directory.path());
    startHost(host);
    const QString said = this->says(host);
    QVERIFY2(said.startsWith(says), qPrintable(said));
    // Nobody had to wait for a time limit of ours.
    for (const char *late : {"the keychain does not answer", "no answer within"})
        QVERIFY2(!said.contains(QLatin1String(late)), qPrintable(said));
    host.closeWriteChannel();
    QVERIFY(host.waitForFinished());
    QCOMPARE(host.exitStatus(), QProcess::NormalExit);
    QCOMPARE(host.exitCode(), 0);
    QCOMPARE(host.readAllStandardError(), QByteArray()); // a guest is quiet
}

void KeyringTest::whoseLockItIs_data()
{
    QTest::addColumn<QStringList>("environment"); // NAME=value
    QTest::addColumn<Wallet>("wallet");
    const QString current = QStringLiteral("XDG_CURRENT_DESKTOP=");
    const QString session = QStringLiteral("DESKTOP_SESSION=");
    const QString full = QStringLiteral("KDE_FULL_SESSION=true");
    const QString version = QStringLiteral("KDE_SESSION_VERSION=");
    QTest::newRow("none") << QStringList() << Wallet::Never;
    for (const char *kde : {"4", "5", "6"}) {
        const QString its = version + QLatin1String(kde);
        const Wallet asked = *kde == '4' ? Wallet::Always : Wallet::IfThere;
        QTest::addRow("KDE %s", kde) << QStringList{current + QStringLiteral("KDE"), its} << asked;
        QTest::addRow("KDE %s by its session", kde)
            << QStringList{session + QStringLiteral("kde"), its} << asked;
        QTest::addRow("KDE %s by its full session", kde) << QStringList{full, its} << asked;
        QTest::addRow("version %s of nothing", kde) << QStringList{its} << Wallet::Never;
    }
    const QString five = version + QLatin1Char('5');
    QTest::newRow("KDE 3") << QStringList{current + QStringLiteral("KDE"), full} << Wallet::Never;
    QTest::newRow("KDE 4 without its version")
        << QStringList{session + QStringLiteral("kde4")} << Wallet::Always;
    for (const char *name : {"GNOME", "Unity", "XFCE"})
        QTest::addRow("KDE programs in %s", name)
            << QStringList{current + QLatin1String(name), session + QStringLiteral("kde"), full,
                           five}
            << Wallet::Never;
    for (const char *name : {"gnome", "xubuntu", "my-xfce"})
        QTest::addRow("KDE programs in session %s", name)
            << QStringList{session + QLatin1String(name), full, five} << Wallet::Never;
    QTest::newRow("KDE programs in an old GNOME")
        << QStringList{QStringLiteral("GNOME_DESKTOP_SESSION_ID=x"), full, five} << Wallet::Never;
    QTest::newRow("empty") << QStringList{QStringLiteral("KDE_FULL_SESSION="), five}
                           << Wallet::Never;
    QTest::newRow("a wallet by choice")
        << QStringList{QStringLiteral("QTKEYCHAIN_BACKEND=kwallet6")} << Wallet::Always;
    QTest::newRow("libsecret by choice, which not all versions heed")
        << QStringList{QStringLiteral("QTKEYCHAIN_BACKEND=libsecret"),
                       current + QStringLiteral("KDE"), five}
        << Wallet::IfThere;
}

// The lock of the keyring is looked at only where no QtKeychain asks KWallet.
void KeyringTest::whoseLockItIs()
{
    QFETCH(const QStringList, environment);
    QFETCH(const Wallet, wallet);
    QVERIFY(m_keyring->lock());
    QDBusConnection bus = QDBusConnection::connectToBus(m_keyring->bus(), QStringLiteral("wallet"));
    const auto leave =
        qScopeGuard([] { QDBusConnection::disconnectFromBus(QStringLiteral("wallet")); });
    for (const bool isThere : {false, true}) {
        if (isThere)
            QVERIFY(bus.registerService(QStringLiteral("org.kde.kwalletd6")));
        const bool isAsked = wallet == Wallet::Always || (wallet == Wallet::IfThere && isThere);
        QProcess host;
        host.setProcessEnvironment(with(environment));
        startHost(host);
        const QString said = says(host);
        QVERIFY2(said.startsWith(QStringLiteral("problem SecretStoreUnavailable")),
                 qPrintable(said));
        QVERIFY2(said.contains(QStringLiteral("the keyring is locked")) != isAsked,
                 qPrintable(said));
        host.closeWriteChannel();
        QVERIFY(host.waitForFinished());
    }
}

void KeyringTest::silentPromptIsGivenUp()
{
    QVERIFY(m_keyring->lock());
    m_keyring->setPerson(Keyring::Person::LeavesOpen);
    QProcess host;
    startHost(host);
    const QString said = says(host);
    QVERIFY2(said.startsWith(QStringLiteral("problem SecretStoreUnavailable")), qPrintable(said));
    QCOMPARE(m_keyring->prompts(), 1);
    // When the person comes back all goes on.
    QVERIFY(m_keyring->unlock());
    m_keyring->dismiss();
    QString later;
    QVERIFY(waitFor([&] {
        later = says(host);
        return later.startsWith(QStringLiteral("ready")) || host.state() == QProcess::NotRunning;
    }));
    QVERIFY2(later.startsWith(QStringLiteral("ready k51")), qPrintable(later));
    host.closeWriteChannel();
    QVERIFY(host.waitForFinished());
}

void KeyringTest::leavesDuringAJob_data()
{
    QTest::addColumn<QByteArray>("desktop");
    QTest::newRow("with our prompt open") << QByteArray();
    QTest::newRow("with QtKeychain's prompt open") << QByteArray("KDE");
}

void KeyringTest::leavesDuringAJob()
{
    QFETCH(const QByteArray, desktop);
    QTemporaryDir directory;
    {
        QProcess host;
        startHost(host, directory.path());
        QVERIFY(says(host).startsWith(QStringLiteral("ready")));
        host.closeWriteChannel();
        QVERIFY(host.waitForFinished());
    }
    QVERIFY(m_keyring->lock());
    m_keyring->setPerson(Keyring::Person::LeavesOpen);
    QProcess host;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_CURRENT_DESKTOP"), QString::fromLatin1(desktop));
    environment.insert(QStringLiteral("KDE_SESSION_VERSION"), QStringLiteral("5"));
    host.setProcessEnvironment(environment);
    startHost(host, directory.path());
    QVERIFY(waitFor([&] { return m_keyring->prompts() == 1; }));
    host.closeWriteChannel();
    QVERIFY(host.waitForFinished());
    QCOMPARE(host.exitStatus(), QProcess::NormalExit);
    QCOMPARE(host.exitCode(), 0);
}

void KeyringTest::leavesWithoutEventLoop()
{
    for (int i = 0; i < 10; ++i) {
        QProcess host;
        startHost(host, {}, {QStringLiteral("--without-exec")});
        QVERIFY(host.waitForFinished());
        QCOMPARE(host.exitStatus(), QProcess::NormalExit);
        QCOMPARE(host.exitCode(), 0);
    }
}

void KeyringTest::aPersonReadsWhatToDo()
{
    using namespace RemoteLogTest;
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.useKeychain();
    alice.setHelpers({storage.url()});
    QVERIFY(alice.start());
    alice.type("before");
    EXPECT_LINE(alice, u"own published 1"_s);
    alice.type("/quit");
    EXPECT_END(alice, 0);
    QVERIFY(m_keyring->lock());
    QVERIFY(alice.start());
    EXPECT_LINE(alice, u"transport problem secret-store-unavailable (.+)"_s);
    QCOMPARE(alice.captured(), Problem(Unavailable).text());
    alice.type("refused");
    EXPECT_LINE(alice, u"own not-appended secret-store-unavailable .+"_s);
    QVERIFY(m_keyring->unlock());
    EXPECT_LINE(alice, u"transport problem none"_s);
    alice.type("after");
    EXPECT_LINE(alice, u"own published 2"_s);
    alice.type("/quit");
    EXPECT_END(alice, 1); // for an entry was not accepted
}

void KeyringTest::outlivesTheSession()
{
    // The last two begin before there is a bus at their address.
    const QString socket = m_directory.filePath(QStringLiteral("bus"));
    const QString late = QStringLiteral("DBUS_SESSION_BUS_ADDRESS=unix:path=") + socket;
    const QString withoutGLib = QStringLiteral("QT_NO_GLIB=1");
    const std::array<QStringList, 4> environments{
        QStringList{}, QStringList{withoutGLib}, QStringList{late}, QStringList{late, withoutGLib}};
    std::array<QProcess, 4> hosts;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        QProcess &host = hosts.at(i);
        host.setProcessEnvironment(with(environments.at(i)));
        startHost(host);
        const bool isLate = environments.at(i).contains(late);
        QVERIFY(hears(host, isLate ? QStringLiteral("problem") : QStringLiteral("ready")));
    }
    const QString bus = m_keyring->bus().section(QStringLiteral("path="), 1).section(u',', 0, 0);
    QVERIFY(QFile::link(bus, socket));
    for (QProcess &host : hosts) {
        host.write("\n");
        QVERIFY(hears(host, QStringLiteral("tried")));
    }
    for (std::size_t i = 2; i < hosts.size(); ++i)
        QVERIFY(hears(hosts.at(i), QStringLiteral("ready")));
    m_keyring->endBus();
    for (QProcess &host : hosts) {
        QVERIFY(hears(host, QStringLiteral("bus gone")));
        // Who would end with the bus does so at one of these.
        for (int i = 0; i < 20; ++i) {
            host.write("\n");
            QVERIFY(hears(host, QStringLiteral("tried")));
        }
        host.closeWriteChannel();
        QVERIFY(host.waitForFinished());
        QCOMPARE(host.exitStatus(), QProcess::NormalExit);
        QCOMPARE(host.exitCode(), 0);
    }
}

QTEST_GUILESS_MAIN(KeyringTest)
#include "tst_keyring.moc"
