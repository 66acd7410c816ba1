// SPDX-License-Identifier: MIT
#include "support/fakesecretstore.h"
#include "support/party.h"
#include "transport/secretkeeper.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

using Mood = FakeSecretStore::Mood;

const QString Application = QStringLiteral("org.remotelog.test");
const QString Profile = QStringLiteral("profile");

// Changes its mood at a call: how a keychain fails in the middle.
class MoodySecretStore : public FakeSecretStore
{
public:
    QFuture<Result<QByteArray>> read(const QString &key) override
    {
        countCall();
        return FakeSecretStore::read(key);
    }
    QFuture<Problem> write(const QString &key, const QByteArray &secret) override
    {
        countCall();
        return FakeSecretStore::write(key, secret);
    }

    int calls = 0;
    int changesAt = 0;
    Mood later = Mood::Works;

private:
    void countCall()
    {
        if (++calls == changesAt)
            mood = later;
    }
};

Timing impatient()
{
    Timing timing;
    timing.keyWait = std::chrono::milliseconds(50);
    return timing;
}

} // namespace

class SecretKeeperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingOfTheProbeStays_data();
    void nothingOfTheProbeStays();
    void aLateProbeIsRemovedTheNextTime();
};

void SecretKeeperTest::nothingOfTheProbeStays_data()
{
    QTest::addColumn<int>("call"); // at which the store changes
    QTest::addColumn<Mood>("mood");
    QTest::addColumn<bool>("isObtained");
    QTest::newRow("all goes well") << 0 << Mood::Works << true;
    // 1 reads the key, 2 and 3 write and read the probe, 4 reads the key again, 5 and 6 make it.
    const QList<std::pair<const char *, Mood>> moods{{"unavailable", Mood::Unavailable},
                                                     {"empty", Mood::LooksEmpty},
                                                     {"silent", Mood::Hangs},
                                                     {"forgetful", Mood::Forgets}};
    for (const auto &[name, mood] : moods) {
        for (int call = 1; call <= 6; ++call) {
            // A forgetful store only shows where it is written to; one that looks empty at the
            // second look at the key cannot be written to either.
            const bool isHarmless = mood == Mood::Forgets && call == 6;
            QTest::addRow("%s from call %d on", name, call) << call << mood << isHarmless;
        }
    }
}

void SecretKeeperTest::nothingOfTheProbeStays()
{
    QFETCH(const int, call);
    QFETCH(const Mood, mood);
    QFETCH(const bool, isObtained);
    MoodySecretStore store;
    store.changesAt = call;
    store.later = mood;
    SecretKeeper keeper(&store, Application, impatient());
    QSignalSpy obtained(&keeper, &SecretKeeper::obtained);
    QSignalSpy refused(&keeper, &SecretKeeper::refused);
    keeper.obtain(Profile, false);
    QVERIFY(waitFor([&] { return obtained.size() + refused.size() > 0; }));
    QCOMPARE(obtained.size(), isObtained ? 1 : 0);
    QCOMPARE(refused.size(), isObtained ? 0 : 1);
    for (const QString &key : store.secrets.keys())
        QVERIFY2(key.endsWith(QStringLiteral("/master")), qPrintable(key));
}

void SecretKeeperTest::aLateProbeIsRemovedTheNextTime()
{
    // The process ended between writing and removing it.
    FakeSecretStore store;
    store.secrets.insert(QStringLiteral("remotelog/%1/%2/probe").arg(Application, Profile), "old");
    SecretKeeper keeper(&store, Application, impatient());
    QSignalSpy obtained(&keeper, &SecretKeeper::obtained);
    keeper.obtain(Profile, false);
    QVERIFY(waitFor([&] { return !obtained.isEmpty(); }));
    QCOMPARE(store.secrets.size(), 1);
}

QTEST_GUILESS_MAIN(SecretKeeperTest)
#include "tst_secretkeeper.moc"
