// SPDX-License-Identifier: MIT
#include "support/loadedplugin.h"
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QDirIterator>
#include <QLoggingCategory>
#include <QtTest>

#include <mutex>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

using Kind = Problem::Kind;
using Mood = FakeSecretStore::Mood;

const QString Label = QStringLiteral("notes");
const QUrl Node(QStringLiteral("kubo+http://127.0.0.1:5001"));
const QUrl Gateway(QStringLiteral("gateway+https://gateway.example"));
const QByteArray Token = "THE-TOKEN-THAT-NOBODY-SEES";

QString keyOf(const FakeSecretStore &secrets)
{
    for (const QString &key : secrets.secrets.keys()) {
        if (key.endsWith(QLatin1String("/credentials")))
            return key;
    }
    return {};
}

// Shows the key of the profile, whatever its mood is.
class HalfLockedStore : public FakeSecretStore
{
public:
    QFuture<Result<QByteArray>> read(const QString &key) override
    {
        const Mood kept = mood;
        if (key.endsWith(QLatin1String("/master")))
            mood = Mood::Works;
        const auto answer = FakeSecretStore::read(key);
        mood = kept;
        return answer;
    }
};

// Everything that any thread says, of all categories.
class Log
{
public:
    Log()
    {
        QLoggingCategory::setFilterRules(QStringLiteral("*=true"));
        s_previous = qInstallMessageHandler(take);
    }
    ~Log()
    {
        qInstallMessageHandler(s_previous);
        QLoggingCategory::setFilterRules(QString());
    }
    QString text() const
    {
        const std::lock_guard lock(s_mutex);
        return s_text;
    }

private:
    static void take(QtMsgType, const QMessageLogContext &context, const QString &message)
    {
        const std::lock_guard lock(s_mutex);
        s_text += QLatin1String(context.category) + QLatin1Char(' ') + message + QLatin1Char('\n');
    }
    static inline std::mutex s_mutex;
    static inline QString s_text;
    static inline QtMessageHandler s_previous = nullptr;
};

} // namespace

// Tokens of helpers, as a host sets them.
class CredentialsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void areKeptForTheNextRun();
    void waitForTheProfile();
    void lockedAfterTheKey();
    void damageIsToldAtTheNextRun();
    void wrongCalls_data();
    void wrongCalls();
    void endWithTheTransport_data();
    void endWithTheTransport();
    void areSecret();
};

void CredentialsTest::initTestCase()
{
    // No test of ours meets the keychain of whoever runs it.
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
}

void CredentialsTest::areKeptForTheNextRun()
{
    Party alice({helper("credentials")});
    Transport &transport = alice.open();
    (void)linkOf(transport.openLog(Label));
    QCOMPARE(alice.secrets.secrets.size(), 1); // nothing is made for nobody
    QVERIFY(!await(transport.setCredential(Node, Token)));
    QVERIFY(!await(transport.setCredential(Gateway, Token)));
    const QString key = keyOf(alice.secrets);
    QVERIFY(key.startsWith(QLatin1String("remotelog/org.remotelog.test/")));
    const QByteArray both = alice.secrets.secrets.value(key);
    alice.close();
    // Another run changes what this one left.
    QVERIFY(!await(alice.open().unsetCredential(Gateway)));
    const QByteArray one = alice.secrets.secrets.value(key);
    QVERIFY(one.contains(Node.toEncoded()) && !one.contains(Gateway.toEncoded()));
    QVERIFY(both.contains(Gateway.toEncoded()));
    QVERIFY(!alice.transport().problem());
    QVERIFY(!await(alice.transport().unsetCredential(Node)));
    QCOMPARE(alice.secrets.secrets.size(), 1);
}

void CredentialsTest::waitForTheProfile()
{
    Party alice({helper("credentials-early")});
    Transport &transport = alice.open();
    const QFuture<Problem> set = transport.setCredential(Node, Token);
    QVERIFY(!set.isFinished());
    QVERIFY(!await(set));
    QVERIFY(alice.secrets.secrets.value(keyOf(alice.secrets)).contains(Token));
}

void CredentialsTest::lockedAfterTheKey()
{
    Party alice({helper("credentials-locked")});
    HalfLockedStore secrets;
    HostServices services = alice.services();
    services.setSecretStore(&secrets);
    std::unique_ptr<Transport> transport(loadedPlugin().create(alice.settings, services));
    QVERIFY(!await(transport->setCredential(Node, Token)));
    QVERIFY(!await(transport->close()));
    secrets.mood = Mood::Unavailable;
    transport.reset(loadedPlugin().create(alice.settings, services));
    OutgoingLog *log = transport->openLog(Label);
    QVERIFY(await(log->append("works")).ok());
    QVERIFY(waitFor([&] { return log->head().lastSequence() == 1; }));
    QCOMPARE(transport->problem().kind(), Kind::SecretStoreUnavailable);
    QCOMPARE(transport->state(), Transport::State::NeedsAttention);
    QCOMPARE(await(transport->setCredential(Node, Token)).kind(), Kind::SecretStoreUnavailable);
    secrets.mood = Mood::Works;
    transport->syncNow();
    QVERIFY(waitFor([&] { return !transport->problem(); }));
    QVERIFY(!await(transport->setCredential(Gateway, Token)));
    QVERIFY(!await(transport->close()));
}

void CredentialsTest::damageIsToldAtTheNextRun()
{
    Party alice({helper("credentials-damaged")});
    QVERIFY(!await(alice.open().setCredential(Node, Token)));
    alice.close();
    const QString key = keyOf(alice.secrets);
    alice.secrets.secrets.insert(key, "damaged");
    Transport &transport = alice.open();
    QVERIFY(waitFor([&] { return transport.problem().kind() == Kind::LocalDataCorrupt; }));
    QVERIFY(await(transport.openLog(Label)->append("works")).ok());
    QCOMPARE(await(transport.setCredential(Node, Token)).kind(), Kind::LocalDataCorrupt);
    QCOMPARE(alice.secrets.secrets.value(key), QByteArray("damaged"));
    QVERIFY(!await(transport.unsetCredential(Node)));
    QVERIFY(waitFor([&] { return !transport.problem(); }));
    QVERIFY(!await(transport.setCredential(Node, Token)));
}

void CredentialsTest::wrongCalls_data()
{
    QTest::addColumn<QUrl>("helper");
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<Problem::Kind>("kind");
    QTest::newRow("a folder") << QUrl(QStringLiteral("file:///x")) << Token << Kind::Unsupported;
    QTest::newRow("of the host") << helper("credentials") << Token << Kind::Unsupported;
    QTest::newRow("plain http") << QUrl(QStringLiteral("kubo+http://node.example")) << Token
                                << Kind::InvalidArgument;
    QTest::newRow("no token") << Node << QByteArray() << Kind::InvalidArgument;
    QTest::newRow("a line feed") << Node << Token + '\n' << Kind::InvalidArgument;
}

void CredentialsTest::wrongCalls()
{
    QFETCH(const QUrl, helper);
    QFETCH(const QByteArray, token);
    QFETCH(const Problem::Kind, kind);
    Party alice({Testing::helper("credentials-wrong")});
    Transport &transport = alice.open();
    const Problem problem = await(transport.setCredential(helper, token));
    QCOMPARE(problem.kind(), kind);
    QVERIFY(!problem.detail().contains(QString::fromLatin1(Token)));
    (void)linkOf(transport.openLog(Label));
    QVERIFY(keyOf(alice.secrets).isEmpty());
}

void CredentialsTest::endWithTheTransport_data()
{
    QTest::addColumn<bool>("isClosed");
    QTest::newRow("closed") << true;
    QTest::newRow("deleted") << false;
}

void CredentialsTest::endWithTheTransport()
{
    QFETCH(const bool, isClosed);
    Party alice({helper("credentials-closed")});
    alice.secrets.mood = Mood::Hangs;
    Transport &transport = alice.open();
    const QFuture<Problem> set = transport.setCredential(Node, Token);
    if (isClosed) {
        QVERIFY(!await(transport.close()));
        QCOMPARE(await(transport.setCredential(Node, Token)).kind(), Kind::Closed);
        QCOMPARE(await(transport.unsetCredential(Node)).kind(), Kind::Closed);
    } else {
        alice.drop();
    }
    QCOMPARE(await(set).kind(), Kind::Closed);
    QCOMPARE(set.resultCount(), 1);
}

void CredentialsTest::areSecret()
{
    const Log log;
    QString told;
    Party alice({helper("credentials-secret")});
    for (const Mood mood : {Mood::Works, Mood::Forgets, Mood::Unavailable, Mood::Works}) {
        alice.secrets.mood = Mood::Works;
        Transport &transport = alice.open();
        (void)linkOf(transport.openLog(Label));
        alice.secrets.mood = mood;
        QDebug(&told) << await(transport.setCredential(Node, Token + QByteArray::number(int(mood))))
                      << await(transport.setCredential(Node, Token + '\n'))
                      << await(transport.setCredential(Gateway, "digest:" + Token))
                      << transport.problem() << transport.helpers() << alice.settings;
        alice.close();
    }
    alice.secrets.secrets.insert(keyOf(alice.secrets), "damaged " + Token);
    Transport &transport = alice.open();
    QVERIFY(waitFor([&] { return transport.problem().kind() == Kind::LocalDataCorrupt; }));
    QDebug(&told) << transport.problem();
    alice.close();
    const QString secret = QString::fromLatin1(Token);
    QVERIFY(told.contains(QLatin1String("SecretStoreUnavailable"))); // it does tell
    QVERIFY2(!told.contains(secret), qPrintable(told));
    QVERIFY2(!log.text().contains(secret), qPrintable(log.text()));
    int files = 0;
    QDirIterator all(alice.directory(), QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        QFile file(all.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY2(!file.readAll().contains(Token), qPrintable(file.fileName()));
        ++files;
    }
    QVERIFY(files >= 3);
}

QTEST_GUILESS_MAIN(CredentialsTest)
#include "tst_credentials.moc"
