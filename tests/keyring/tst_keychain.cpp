// SPDX-License-Identifier: MIT
#include "keyring.h"

#include "support/party.h"
#include "transport/keychain.h"

#include <qt6keychain/keychain.h>

#include <QProcess>
#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Service = QStringLiteral("remotelog/org.remotelog.test/profile");
const QString Key = Service + QStringLiteral("/master");
constexpr std::chrono::seconds Patient{30};
constexpr std::chrono::milliseconds Impatient{200};

// As in KDE, where the lock is not looked at: QtKeychain's own job prompts. Its choice of libsecret
// was made before and stays.
class InKde
{
public:
    InKde()
    {
        qputenv("XDG_CURRENT_DESKTOP", "KDE");
        qputenv("KDE_SESSION_VERSION", "5");
    }
    ~InKde()
    {
        qunsetenv("XDG_CURRENT_DESKTOP");
        qunsetenv("KDE_SESSION_VERSION");
    }
};

// The host's own use of QtKeychain.
bool hostReads(const QString &name)
{
    auto *job = new QKeychain::ReadPasswordJob(QStringLiteral("host"));
    job->setKey(name);
    QSignalSpy finished(job, &QKeychain::Job::finished);
    job->start();
    return waitFor([&finished] { return finished.size() == 1; });
}

} // namespace

// The system's keychain as a secret store, against a real gnome-keyring.
class KeychainTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void keepsAndForgets();
    void othersSeeWhoseItIs();
    void lockedIsNotEmpty();
    void lockedCannotBeWritten();
    void lockedAndEmptyPromptsToo();
    void aDismissedPromptDoesNotComeAgain();
    void aPersonMayAskAgain();
    void unlockingIsTold();
    void openPromptDelaysOnce();
    void lateAnswersAreHarmless();
    void lateJobsAreHarmless();
    void aHungJobIsNotFollowed();
    void dyingWithAJobIsHarmless();
    void restartedKeyringIsTold();
    void theItemsCollectionCounts();
    void withoutLoginKeyring();
    void kdeWithoutItsWallet();
    void serviceThatFails();
    void withoutKeyring();
    void theHostsJobsGoOn();

private:
    std::unique_ptr<Keyring> m_keyring;
    SecretService m_listener; // the plugin's keychain is there for as long as the process
};

void KeychainTest::initTestCase()
{
    if (const QString missing = Keyring::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    m_keyring = std::make_unique<Keyring>();
    QVERIFY(!m_keyring->bus().isEmpty());
    m_listener.listen();
}

void KeychainTest::init()
{
    m_keyring->setPerson(Keyring::Person::Dismisses);
    QVERIFY(m_keyring->empty());
    QVERIFY(m_keyring->start());
}

void KeychainTest::cleanup()
{
    m_keyring->stop();
}

void KeychainTest::keepsAndForgets()
{
    Keychain keychain(Patient);
    QVERIFY(await(keychain.read(Key)).ok());
    QVERIFY(await(keychain.read(Key)).value().isNull());
    const QByteArray secret("\0 any \xff bytes", 13);
    QVERIFY(!await(keychain.write(Key, secret)));
    QCOMPARE(await(keychain.read(Key)).value(), secret);
    QVERIFY(!await(keychain.write(Key, "instead")));
    Keychain another(Patient);
    QCOMPARE(await(another.read(Key)).value(), "instead");
    QVERIFY(await(keychain.read(Service + QStringLiteral("/probe"))).value().isNull());
    QVERIFY(!await(keychain.remove(Key)));
    QVERIFY(!await(keychain.remove(Key)));
    QVERIFY(await(keychain.read(Key)).value().isNull());
    QCOMPARE(m_keyring->prompts(), 0);
}

void KeychainTest::othersSeeWhoseItIs()
{
    if (const QString missing = PrivateBus::missing({QStringLiteral("secret-tool")});
        !missing.isEmpty())
        QSKIP("not installed: secret-tool");
    Keychain keychain(Patient);
    QVERIFY(!await(keychain.write(Key, "secret")));
    QProcess tool;
    tool.start(QStringLiteral("secret-tool"),
               {QStringLiteral("lookup"), QStringLiteral("user"), QStringLiteral("master"),
                QStringLiteral("server"), Service});
    QVERIFY(tool.waitForFinished());
    QCOMPARE(QByteArray::fromBase64(tool.readAllStandardOutput()), "secret");
}

void KeychainTest::lockedIsNotEmpty()
{
    Keychain keychain(Patient);
    QVERIFY(!await(keychain.write(Key, "secret")));
    QVERIFY(m_keyring->lock());
    const Result<QByteArray> locked = await(keychain.read(Key));
    QCOMPARE(locked.problem().kind(), Problem::Kind::SecretStoreUnavailable);
    QVERIFY(m_keyring->unlock());
    QCOMPARE(await(keychain.read(Key)).value(), "secret");
}

void KeychainTest::lockedCannotBeWritten()
{
    QVERIFY(m_keyring->lock());
    Keychain keychain(Patient);
    QCOMPARE(await(keychain.write(Key, "secret")).kind(), Problem::Kind::SecretStoreUnavailable);
    QVERIFY(m_keyring->unlock());
    QVERIFY(await(keychain.read(Key)).value().isNull());
}

void KeychainTest::lockedAndEmptyPromptsToo()
{
    QVERIFY(m_keyring->lock());
    Keychain keychain(Patient);
    QCOMPARE(await(keychain.read(Key)).problem().kind(), Problem::Kind::SecretStoreUnavailable);
    QCOMPARE(m_keyring->prompts(), 1);
}

void KeychainTest::aDismissedPromptDoesNotComeAgain()
{
    Keychain keychain(Patient);
    QVERIFY(!await(keychain.write(Key, "secret")));
    QVERIFY(m_keyring->lock());
    const int before = m_keyring->prompts();
    for (int i = 0; i < 5; ++i) {
        QVERIFY(!await(keychain.read(Key)).ok());
        QVERIFY(await(keychain.write(Key, "other")));
    }
    QCOMPARE(m_keyring->prompts(), before + 1);
    {
        // Where the lock cannot be seen any more: QtKeychain's own job would prompt.
        const InKde kde;
        QVERIFY(!await(keychain.read(Key)).ok());
        QCOMPARE(m_keyring->prompts(), before + 1);
    }
    QVERIFY(m_keyring->unlock());
    QCOMPARE(await(keychain.read(Key)).value(), "secret");
}

void KeychainTest::aPersonMayAskAgain()
{
    Keychain keychain(Patient);
    QVERIFY(!await(keychain.write(Key, "secret")));
    QVERIFY(m_keyring->lock());
    const int before = m_keyring->prompts();
    QVERIFY(!await(keychain.read(Key)).ok());
    keychain.askAgain();
    QVERIFY(!await(keychain.read(Key)).ok());
    QCOMPARE(m_keyring->prompts(), before + 2);
}

void KeychainTest::unlockingIsTold()
{
    Keychain keychain(Patient);
    QVERIFY(!await(keychain.write(Key, "secret")));
    QVERIFY(m_keyring->lock());
    QVERIFY(!await(keychain.read(Key)).ok());
    QSignalSpy changed(&keychain, &SecretStore::changed);
    QVERIFY(m_keyring->unlock());
    QVERIFY(waitFor([&changed] { return !changed.isEmpty(); }));
    QCOMPARE(await(keychain.read(Key)).value(), "secret");
}

void KeychainTest::openPromptDelaysOnce()
{
    Keychain keychain(Impatient);
    QVERIFY(m_keyring->lock());
    m_keyring->setPerson(Keyring::Person::LeavesOpen);
    const int before = m_keyring->prompts();
    QList<QFuture<Problem>> waiting;
    for (int i = 0; i < 10; ++i)
        waiting.append(keychain.write(Key, QByteArray::number(i)));
    for (const QFuture<Problem> &each : std::as_const(waiting))
        QCOMPARE(await(each).kind(), Problem::Kind::SecretStoreUnavailable);
    // Nor does a later attempt open another prompt.
    QVERIFY(!await(keychain.read(Key)).ok());
    QCOMPARE(m_keyring->prompts(), before + 1);
    // The host's jobs do not wait for what we ask for.
    QVERIFY(hostReads(QStringLiteral("x")));
    m_keyring->dismiss();
    QVERIFY(m_keyring->unlock());
    // What waited too long is not done any more.
    Keychain patient(Patient);
    QVERIFY(waitFor([&] { return await(patient.read(Key)).ok(); }));
    QVERIFY(await(patient.read(Key)).value().isNull());
}

void KeychainTest::lateAnswersAreHarmless()
{
    Keychain patient(Patient);
    QVERIFY(!await(patient.write(Key, "secret")));
    Keychain keychain(Impatient);
    QVERIFY(m_keyring->lock());
    m_keyring->setPerson(Keyring::Person::LeavesOpen);
    QVERIFY(!await(keychain.read(Key)).ok());
    QVERIFY(m_keyring->unlock());
    m_keyring->dismiss();
    QVERIFY(waitFor([&] { return await(keychain.read(Key)).ok(); }));
    QCOMPARE(await(patient.read(Key)).value(), "secret");
}

void KeychainTest::lateJobsAreHarmless()
{
    Keychain patient(Patient);
    QVERIFY(!await(patient.write(Key, "secret")));
    QVERIFY(m_keyring->lock());
    m_keyring->setPerson(Keyring::Person::LeavesOpen);
    const int before = m_keyring->prompts();
    const InKde kde;
    Keychain keychain(Impatient);
    QSignalSpy changed(&keychain, &SecretStore::changed);
    QVERIFY(!await(keychain.read(Key)).ok());
    QVERIFY(waitFor([&] { return m_keyring->prompts() > before; }));
    QVERIFY(m_keyring->unlock());
    m_keyring->dismiss();
    QVERIFY(waitFor([&changed] { return !changed.isEmpty(); }));
    QCOMPARE(await(patient.read(Key)).value(), "secret");
}

void KeychainTest::aHungJobIsNotFollowed()
{
    Keychain patient(Patient);
    QVERIFY(!await(patient.write(Key, "secret")));
    QVERIFY(m_keyring->lock());
    m_keyring->setPerson(Keyring::Person::LeavesOpen);
    const int before = m_keyring->prompts();
    const InKde kde;
    Keychain keychain(Impatient);
    for (int i = 0; i < 5; ++i)
        QVERIFY(!await(keychain.read(Key)).ok());
    QVERIFY(waitFor([&] { return m_keyring->prompts() > before; }));
    QCOMPARE(m_keyring->prompts(), before + 1);
    m_keyring->dismiss();
    // Behind all that we gave to QtKeychain, which begins one job when another has ended.
    QVERIFY(hostReads(QStringLiteral("x")));
    QCOMPARE(m_keyring->prompts(), before + 1);
}

void KeychainTest::dyingWithAJobIsHarmless()
{
    {
        Keychain keychain(Patient);
        QVERIFY(!await(keychain.write(Key, "secret")));
    }
    const InKde kde;
    QVERIFY(m_keyring->lock());
    m_keyring->setPerson(Keyring::Person::LeavesOpen);
    QFuture<Result<QByteArray>> open;
    {
        Keychain keychain(Patient);
        const int before = m_keyring->prompts();
        open = keychain.read(Key);
        QVERIFY(waitFor([&] { return m_keyring->prompts() > before; }));
    }
    QCOMPARE(await(open).problem().kind(), Problem::Kind::Closed);
    m_keyring->dismiss();
    QVERIFY(m_keyring->unlock());
    QVERIFY(hostReads(QStringLiteral("x"))); // QtKeychain's queue goes on
}

void KeychainTest::restartedKeyringIsTold()
{
    Keychain keychain(Patient);
    QVERIFY(!await(keychain.write(Key, "secret")));
    m_keyring->stop();
    QCOMPARE(await(keychain.read(Key)).problem().kind(), Problem::Kind::SecretStoreUnavailable);
    QSignalSpy changed(&keychain, &SecretStore::changed);
    QVERIFY(m_keyring->start());
    QVERIFY(waitFor([&changed] { return !changed.isEmpty(); }));
    QCOMPARE(await(keychain.read(Key)).value(), "secret");
}

void KeychainTest::theItemsCollectionCounts()
{
    Keychain keychain(Patient);
    QVERIFY(!await(keychain.write(Key, "secret")));
    // New secrets go elsewhere from now on, and there all is open.
    QVERIFY(m_keyring->setDefault(QStringLiteral("session")));
    QVERIFY(m_keyring->lock());
    const QString open = Service + QStringLiteral("/open");
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(await(keychain.read(Key)).problem().kind(), Problem::Kind::SecretStoreUnavailable);
        // What is open elsewhere opens nothing here.
        QVERIFY(!await(keychain.write(open, "other")));
        QCOMPARE(await(keychain.read(open)).value(), "other");
    }
    QCOMPARE(m_keyring->prompts(), 1);
    QVERIFY(m_keyring->unlock());
    QCOMPARE(await(keychain.read(Key)).value(), "secret");
}

void KeychainTest::withoutLoginKeyring()
{
    m_keyring->stop();
    QVERIFY(m_keyring->empty());
    QVERIFY(m_keyring->start(Keyring::Login::Absent));
    Keychain keychain(Patient);
    QVERIFY(await(keychain.read(Key)).value().isNull());
    // libsecret asks for the password of a new one: once, unless a person wants it again.
    for (int i = 1; i <= 2; ++i) {
        for (int j = 0; j < 3; ++j)
            QCOMPARE(await(keychain.write(Key, "secret")).kind(),
                     Problem::Kind::SecretStoreUnavailable);
        QCOMPARE(m_keyring->prompts(), i);
        keychain.askAgain();
    }
}

// QtKeychain asks libsecret there, so a locked keyring is noticed as everywhere.
void KeychainTest::kdeWithoutItsWallet()
{
    qputenv("XDG_CURRENT_DESKTOP", "KDE");
    qputenv("KDE_SESSION_VERSION", "5");
    const auto leave = qScopeGuard([] {
        qunsetenv("XDG_CURRENT_DESKTOP");
        qunsetenv("KDE_SESSION_VERSION");
    });
    Keychain keychain(Patient);
    QVERIFY(!await(keychain.write(Key, "secret")));
    QVERIFY(m_keyring->lock());
    for (int i = 0; i < 3; ++i)
        QCOMPARE(await(keychain.read(Key)).problem().kind(), Problem::Kind::SecretStoreUnavailable);
    QCOMPARE(m_keyring->prompts(), 1);
    QVERIFY(m_keyring->unlock());
    QCOMPARE(await(keychain.read(Key)).value(), "secret");
}

// It knows neither what there is nor what is locked: "there is none" would be a guess.
void KeychainTest::serviceThatFails()
{
    m_keyring->stop();
    QDBusConnection bus = QDBusConnection::connectToBus(m_keyring->bus(), QStringLiteral("broken"));
    QVERIFY(bus.registerService(QStringLiteral("org.freedesktop.secrets")));
    const auto leave =
        qScopeGuard([] { QDBusConnection::disconnectFromBus(QStringLiteral("broken")); });
    Keychain keychain(Patient);
    const Problem problem = await(keychain.read(Key)).problem();
    QCOMPARE(problem.kind(), Problem::Kind::SecretStoreUnavailable);
    QCOMPARE(problem.detail(), QStringLiteral("the secret service does not answer"));
}

void KeychainTest::withoutKeyring()
{
    m_keyring->stop();
    Keychain keychain(Patient);
    QCOMPARE(await(keychain.read(Key)).problem().kind(), Problem::Kind::SecretStoreUnavailable);
    QCOMPARE(await(keychain.write(Key, "secret")).kind(), Problem::Kind::SecretStoreUnavailable);
}

void KeychainTest::theHostsJobsGoOn()
{
    Keychain keychain(Patient);
    for (int i = 0; i < 100; ++i) {
        const QFuture<Problem> written = keychain.write(Key, QByteArray::number(i));
        const QFuture<Result<QByteArray>> read = keychain.read(Key);
        QVERIFY(hostReads(QStringLiteral("x")));
        QVERIFY(!await(written));
        QCOMPARE(await(read).value(), QByteArray::number(i));
    }
}

QTEST_GUILESS_MAIN(KeychainTest)
#include "tst_keychain.moc"
