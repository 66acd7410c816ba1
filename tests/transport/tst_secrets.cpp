// SPDX-License-Identifier: MIT
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QDir>
#include <QtTest>

#include <utility>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

// Appends of a locked profile are refused at once: so many of them take far less time than the
// transport waits before it tries again by itself.
bool acceptsSoon(OutgoingLog *log)
{
    for (int i = 0; i < 100; ++i) {
        if (await(log->append("accepted")).ok())
            return true;
        QCoreApplication::processEvents(); // an answer that was there already lets nothing go on
    }
    return false;
}

} // namespace

// One secret in a keychain that may be locked, empty, lying or silent: never a new identity where
// there was one.
class SecretsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void oneSecretIsMadeOnce();
    void noNewIdentity_data();
    void noNewIdentity();
    void lostSecretIsNotReplaced_data();
    void lostSecretIsNotReplaced();
    void forgetfulStoreIsNotUsed();
    void anotherSecretIsRefused();
    void appendWaitsForTheKey();
    void noKeychainAtAll();
    void countsWithoutTheKey();
    void lostDatabaseIsRebuilt();
    void interruptedRebuildGoesOn();
    void nothingSecretOnDisk();
};

void SecretsTest::initTestCase()
{
    // No test of ours meets the keychain of whoever runs it.
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
}

void SecretsTest::oneSecretIsMadeOnce()
{
    Party alice({helper("secrets")});
    const LogLink link = linkOf(alice.open().openLog(Label));
    QCOMPARE(alice.secrets.secrets.size(), 1);
    const QString key = alice.secrets.secrets.keys().first();
    QVERIFY(key.startsWith(QLatin1String("remotelog/org.remotelog.test/")));
    QVERIFY(key.endsWith(QLatin1String("/master")));
    QCOMPARE(alice.secrets.secrets.value(key).size(), 32);
    alice.close();
    const QStringList written = alice.secrets.written;
    QVERIFY(linkOf(alice.open().openLog(Label)) == link);
    QCOMPARE(alice.secrets.written, written);
}

void SecretsTest::noNewIdentity_data()
{
    QTest::addColumn<FakeSecretStore::Mood>("mood");
    QTest::newRow("unavailable") << FakeSecretStore::Mood::Unavailable;
    QTest::newRow("locked, looks empty") << FakeSecretStore::Mood::LooksEmpty;
    QTest::newRow("forgets") << FakeSecretStore::Mood::Forgets;
}

void SecretsTest::noNewIdentity()
{
    QFETCH(FakeSecretStore::Mood, mood);
    Party alice({helper("identity")});
    const LogLink link = linkOf(alice.open().openLog(Label));
    alice.close();
    const QHash<QString, QByteArray> before = alice.secrets.secrets;
    if (mood == FakeSecretStore::Mood::Forgets)
        alice.secrets.secrets.clear(); // else it would remember that one
    const QHash<QString, QByteArray> kept = alice.secrets.secrets;
    alice.secrets.written.clear();
    alice.secrets.mood = mood;
    Transport &transport = alice.open();
    OutgoingLog *log = transport.openLog(Label);
    constexpr Problem::Kind Kind = Problem::Kind::SecretStoreUnavailable;
    QVERIFY(waitFor([&] { return transport.problem().kind() == Kind; }));
    QCOMPARE(transport.state(), Transport::State::NeedsAttention);
    QCOMPARE(await(log->append("refused")).problem().kind(), Kind);
    QVERIFY(!log->isReady());
    QCOMPARE(alice.secrets.secrets, kept);
    for (const QString &key : std::as_const(alice.secrets.written))
        QVERIFY2(!key.endsWith(QLatin1String("/master")), qPrintable(key));
    // Unlocked: works without a restart, and without anybody asking.
    alice.secrets.secrets = before;
    alice.secrets.mood = FakeSecretStore::Mood::Works;
    Q_EMIT alice.secrets.changed();
    QVERIFY(acceptsSoon(log));
    QVERIFY(linkOf(log) == link);
    QVERIFY(waitFor([&] { return !transport.problem(); }));
}

void SecretsTest::lostSecretIsNotReplaced_data()
{
    QTest::addColumn<bool>("isTold");
    QTest::newRow("a person tries again") << false;
    QTest::newRow("the store tells") << true;
}

void SecretsTest::lostSecretIsNotReplaced()
{
    QFETCH(const bool, isTold);
    Party alice({helper("lost-secret")});
    const LogLink link = linkOf(alice.open().openLog(Label));
    alice.close();
    const QHash<QString, QByteArray> before = std::exchange(alice.secrets.secrets, {});
    Transport &transport = alice.open();
    OutgoingLog *log = transport.openLog(Label);
    QVERIFY(waitFor([&] { return transport.problem().kind() == Problem::Kind::KeyMissing; }));
    QCOMPARE(await(log->append("refused")).problem().kind(), Problem::Kind::KeyMissing);
    QVERIFY(alice.secrets.secrets.isEmpty());
    // Somebody restored the keychain.
    alice.secrets.secrets = before;
    if (isTold)
        Q_EMIT alice.secrets.changed();
    else
        transport.syncNow();
    QVERIFY(acceptsSoon(log));
    QVERIFY(linkOf(log) == link);
    QVERIFY(waitFor([&] { return !transport.problem(); }));
}

void SecretsTest::forgetfulStoreIsNotUsed()
{
    Party alice({helper("forgetful")});
    alice.secrets.mood = FakeSecretStore::Mood::Forgets;
    Transport &transport = alice.open();
    QCOMPARE(await(transport.openLog(Label)->append("x")).problem().kind(),
             Problem::Kind::SecretStoreUnavailable);
    alice.secrets.mood = FakeSecretStore::Mood::Works;
    transport.syncNow();
    QVERIFY(waitFor([&] { return transport.openLog(Label)->isReady(); }));
}

void SecretsTest::anotherSecretIsRefused()
{
    Party alice({helper("another")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("mine")).ok());
    const LogLink link = linkOf(log);
    alice.close();
    const QString key = alice.secrets.secrets.keys().first();
    const QByteArray right = alice.secrets.secrets.value(key);
    for (const QByteArray &wrong : {QByteArray(32, 'w'), QByteArray("short"), QByteArray("")}) {
        alice.secrets.secrets.insert(key, wrong);
        Transport &transport = alice.open();
        QVERIFY(waitFor([&] { return transport.problem().kind() == Problem::Kind::KeyMissing; }));
        QCOMPARE(await(transport.openLog(Label)->append("x")).problem().kind(),
                 Problem::Kind::KeyMissing);
        alice.close();
    }
    QCOMPARE(alice.secrets.secrets.value(key), QByteArray(""));
    alice.secrets.secrets.insert(key, right);
    log = alice.open().openLog(Label);
    QVERIFY(linkOf(log) == link);
    QCOMPARE(await(log->append("next")).value(), 2u);
}

void SecretsTest::appendWaitsForTheKey()
{
    Party alice({helper("waits")});
    alice.secrets.mood = FakeSecretStore::Mood::Hangs;
    OutgoingLog *log = alice.open().openLog(Label);
    QList<QFuture<Result<quint64>>> futures;
    for (int i = 0; i < 10'001; ++i)
        futures.append(log->append("x"));
    // Bounded: what is over the limit is told at once, the others wait.
    QCOMPARE(await(futures.last()).problem().kind(), Problem::Kind::SecretStoreUnavailable);
    QVERIFY(!futures.first().isFinished());
    QCOMPARE(alice.transport().state(), Transport::State::Opening);
    // The keychain never answers: everybody is told in time, and later calls at once.
    for (int i = 0; i < 10'000; ++i)
        QCOMPARE(await(futures.at(i)).problem().kind(), Problem::Kind::SecretStoreUnavailable);
    QCOMPARE(await(log->append("x")).problem().kind(), Problem::Kind::SecretStoreUnavailable);
}

void SecretsTest::noKeychainAtAll()
{
    Party alice({helper("nothing")});
    alice.bringsSecrets = false;
    Transport &transport = alice.open();
    QCOMPARE(await(transport.openLog(Label)->append("x")).problem().kind(),
             Problem::Kind::SecretStoreUnavailable);
    QVERIFY(waitFor(
        [&] { return transport.problem().kind() == Problem::Kind::SecretStoreUnavailable; }));
    // Nobody had to wait for a time limit of ours.
    const QString detail = transport.problem().detail();
    for (const char *late : {"the keychain does not answer", "no answer within"})
        QVERIFY2(!detail.contains(QLatin1String(late)), qPrintable(detail));
}

void SecretsTest::countsWithoutTheKey()
{
    Party alice({helper("counts")});
    alice.network.set(NetworkWatch::Reachability::Disconnected);
    alice.settings.setHelpers({helperOnNetwork("counts")});
    OutgoingLog *log = alice.open().openLog(Label);
    for (int i = 0; i < 3; ++i)
        QVERIFY(await(log->append("four")).ok());
    alice.close();
    alice.secrets.mood = FakeSecretStore::Mood::Unavailable;
    Transport &transport = alice.open();
    QVERIFY(waitFor([&] { return transport.pendingCount() == 3; }));
    QCOMPARE(transport.pendingBytes(), 12);
    alice.close();

    // Uploaded meanwhile: nothing is pending any more, also where only the database knows.
    alice.secrets.mood = FakeSecretStore::Mood::Works;
    alice.network.set(NetworkWatch::Reachability::Connected);
    log = alice.open().openLog(Label);
    QVERIFY(waitFor([&] { return log->head().lastSequence() == 3; }));
    alice.close();
    alice.secrets.mood = FakeSecretStore::Mood::Unavailable;
    alice.open();
    QVERIFY(waitFor([&] {
        return alice.transport().problem().kind() == Problem::Kind::SecretStoreUnavailable;
    }));
    QCOMPARE(alice.transport().pendingCount(), 0);
}

void SecretsTest::lostDatabaseIsRebuilt()
{
    Party alice({helper("rebuilt")});
    Party bob({helper("rebuilt")});
    OutgoingLog *log = alice.open().openLog(Label);
    for (quint64 i = 1; i <= 20; ++i) {
        QVERIFY(await(log->append("entry " + QByteArray::number(i))).ok());
        QVERIFY(waitFor([log, i] { return log->head().lastSequence() == i; }));
    }
    QVERIFY(await(log->append(QByteArray(3'000'000, 'L'))).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 21; }));
    const LogLink link = linkOf(log);
    alice.close();
    QDir profile(alice.settings.directory());
    for (const QString &file :
         profile.entryList({QStringLiteral("remotelog.sqlite*")}, QDir::Files))
        QVERIFY(profile.remove(file));

    log = alice.open().openLog(Label);
    QCOMPARE(await(log->append("entry 22")).value(), 22u);
    QVERIFY(linkOf(log) == link);
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 22; }));
    QVERIFY(!log->problem());
    QCOMPARE(await(log->read(20, 2)).value().at(1).payload(), QByteArray(3'000'000, 'L'));
    Reader reader(bob.open().follow(link));
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 22; }));
    QCOMPARE(reader.entries.at(19).payload(), QByteArray("entry 20"));
    QCOMPARE(reader.entries.at(20).payload(), QByteArray(3'000'000, 'L'));
    QCOMPARE(reader.entries.at(21).payload(), QByteArray("entry 22"));
}

void SecretsTest::interruptedRebuildGoesOn()
{
    const auto world = MemoryWorld::named(QStringLiteral("interrupted"));
    Party alice({helper("interrupted")});
    OutgoingLog *log = alice.open().openLog(Label);
    for (quint64 i = 1; i <= 5; ++i) {
        QVERIFY(await(log->append("entry " + QByteArray::number(i))).ok());
        QVERIFY(waitFor([log, i] { return log->head().lastSequence() == i; }));
    }
    alice.close();
    const QHash<QByteArray, QByteArray> all = world->blocks();
    QDir profile(alice.settings.directory());
    for (const QString &file :
         profile.entryList({QStringLiteral("remotelog.sqlite*")}, QDir::Files))
        QVERIFY(profile.remove(file));
    // Each time another block is damaged: the rebuild waits, says so, and is no conflict; a restart
    // in the middle neither forks the log nor takes it for whole.
    for (auto damaged = all.cbegin(); damaged != all.cend(); ++damaged) {
        QHash<QByteArray, QByteArray> blocks = all;
        blocks[damaged.key()] = "damaged";
        world->setBlocks(blocks);
        log = alice.open().openLog(Label);
        const QFuture<Result<quint64>> waiting = log->append("too early");
        QVERIFY(waitFor([&] {
            return log->problem().kind() == Problem::Kind::Tampered || waiting.isFinished();
        }));
        if (damaged == all.cbegin())
            QCOMPARE(log->problem().kind(), Problem::Kind::Tampered);
        alice.close();
        const Result<quint64> answer = await(waiting);
        if (answer.ok()) // everything else had been brought back before
            QCOMPARE(answer.value(), 6u);
        else
            QCOMPARE(answer.problem().kind(), Problem::Kind::Closed);
        if (answer.ok())
            break;
    }
    world->setBlocks(all);
    log = alice.open().openLog(Label);
    QVERIFY(await(log->append("at last")).value() >= 6);
    const QList<Entry> own = await(log->read(1, 10)).value();
    for (int i = 0; i < 5; ++i)
        QCOMPARE(own.at(i).payload(), "entry " + QByteArray::number(i + 1));
    QVERIFY(log->problem().kind() != Problem::Kind::Conflict);
}

void SecretsTest::nothingSecretOnDisk()
{
    Party alice({helper("disk")});
    Party bob({helper("disk")});
    const QByteArray payload = "THE-PAYLOAD-THAT-NOBODY-SEES";
    const QString label = QStringLiteral("THE-LABEL-THAT-NOBODY-SEES");
    OutgoingLog *log = alice.open().openLog(label);
    QVERIFY(await(log->append(payload, "THE-ID-THAT-NOBODY-SEES")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    const LogLink link = linkOf(log);
    const QByteArray readKey =
        QByteArray::fromBase64(link.toUrl().fragment().toLatin1(), QByteArray::Base64UrlEncoding)
            .mid(1);
    QCOMPARE(readKey.size(), 32);
    Reader reader(bob.open().follow(link), false);
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 1; }));
    QList<QByteArray> secrets{payload, label.toUtf8(), "THE-ID-THAT-NOBODY-SEES", readKey,
                              link.toUrl().fragment().toLatin1()};
    for (const QByteArray &secret : alice.secrets.secrets)
        secrets.append(secret);
    int files = 0;
    for (const Party *party : {&alice, &bob}) {
        const QDir profile(party->settings.directory());
        for (const QFileInfo &info : profile.entryInfoList(QDir::Files)) {
            QFile file(info.filePath());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray bytes = file.readAll();
            for (const QByteArray &secret : std::as_const(secrets))
                QVERIFY2(!bytes.contains(secret), qPrintable(info.filePath()));
            ++files;
        }
    }
    QVERIFY(files >= 6);
    for (const QByteArray &block : MemoryWorld::named(QStringLiteral("disk"))->blocks()) {
        for (const QByteArray &secret : std::as_const(secrets))
            QVERIFY(!block.contains(secret));
    }
}

QTEST_GUILESS_MAIN(SecretsTest)
#include "tst_secrets.moc"
