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

// Changes its mood at a call: how a keychain fails in the middle. May tell of what it is given, as
// a keychain does that tells of everything.
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
        echo();
        return FakeSecretStore::write(key, secret);
    }
    QFuture<Problem> remove(const QString &key) override
    {
        echo();
        return FakeSecretStore::remove(key);
    }

    enum class Echo { None, AtOnce, Later };
    Echo echoes = Echo::None;
    int calls = 0;
    int changesAt = 0;
    Mood later = Mood::Works;

private:
    void countCall()
    {
        if (++calls == changesAt)
            mood = later;
    }
    void echo()
    {
        if (echoes == Echo::AtOnce)
            Q_EMIT changed();
        else if (echoes == Echo::Later)
            QTimer::singleShot(0, this, &SecretStore::changed);
    }
};

Timing impatient()
{
    Timing timing;
    timing.keyWait = std::chrono::milliseconds(50);
    return timing;
}

QString keyOf(const char *name)
{
    return QStringLiteral("remotelog/%1/%2/%3").arg(Application, Profile, QLatin1String(name));
}

// As the engine does, in its own time.
void tryWhenWanted(SecretKeeper &keeper)
{
    QObject::connect(
        &keeper, &SecretKeeper::retryWanted, &keeper, [&keeper] { keeper.obtain(Profile, true); },
        Qt::QueuedConnection);
}

// Whatever goes on without anybody's doing.
void letItGoOn()
{
    for (int i = 0; i < 1000; ++i)
        QCoreApplication::processEvents();
}

} // namespace

class SecretKeeperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingOfTheProbeStays_data();
    void nothingOfTheProbeStays();
    void aLateProbeIsRemovedTheNextTime();
    void noChangeIsLost_data();
    void noChangeIsLost();
    void anEchoEnds_data();
    void anEchoEnds();
    void aWholeAttemptProbesAgain();
    void whoHasTheKeyDoesNotLook();
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
    SecretItems items(&store, Application, impatient());
    SecretKeeper keeper(items);
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
    store.secrets.insert(keyOf("probe"), "old");
    SecretItems items(&store, Application, impatient());
    SecretKeeper keeper(items);
    QSignalSpy obtained(&keeper, &SecretKeeper::obtained);
    keeper.obtain(Profile, false);
    QVERIFY(waitFor([&] { return !obtained.isEmpty(); }));
    QCOMPARE(store.secrets.size(), 1);
}

void SecretKeeperTest::noChangeIsLost_data()
{
    QTest::addColumn<int>("call"); // at which the store changes
    QTest::addColumn<Mood>("mood");
    QTest::newRow("the key is missing") << 0 << Mood::Works;
    QTest::newRow("the key cannot be read") << 1 << Mood::Unavailable;
    QTest::newRow("the probe is refused") << 2 << Mood::Unavailable;
    QTest::newRow("the probe is not kept") << 2 << Mood::Forgets;
    QTest::newRow("the probe cannot be read") << 3 << Mood::Unavailable;
    QTest::newRow("the probe is not answered") << 3 << Mood::Hangs;
    QTest::newRow("the key cannot be read again") << 4 << Mood::Unavailable;
}

// Nothing else would make it try again here: the engine's timers are not there.
void SecretKeeperTest::noChangeIsLost()
{
    QFETCH(const int, call);
    QFETCH(const Mood, mood);
    MoodySecretStore store;
    store.changesAt = call;
    store.later = mood;
    SecretItems items(&store, Application, impatient());
    SecretKeeper keeper(items);
    tryWhenWanted(keeper);
    QSignalSpy obtained(&keeper, &SecretKeeper::obtained);
    QSignalSpy refused(&keeper, &SecretKeeper::refused);
    keeper.obtain(Profile, true);
    QVERIFY(waitFor([&] { return !refused.isEmpty(); }));
    // One that says nothing new is over before the one that does.
    Q_EMIT store.changed();
    Q_EMIT store.changed();
    QVERIFY(waitFor([&] { return refused.size() > 1; }));
    store.mood = Mood::Works;
    store.secrets.insert(keyOf("master"), "restored");
    Q_EMIT store.changed();
    QVERIFY(waitFor([&] { return !obtained.isEmpty(); }));
    QCOMPARE(obtained.first().first().toByteArray(), "restored");
    QVERIFY(!obtained.first().last().toBool());
}

void SecretKeeperTest::anEchoEnds_data()
{
    using Echo = MoodySecretStore::Echo;
    QTest::addColumn<Mood>("mood");
    QTest::addColumn<Echo>("echo");
    QTest::newRow("the key is missing, at once") << Mood::Works << Echo::AtOnce;
    QTest::newRow("the key is missing, later") << Mood::Works << Echo::Later;
    QTest::newRow("nothing is kept, at once") << Mood::Forgets << Echo::AtOnce;
    QTest::newRow("nothing is kept, later") << Mood::Forgets << Echo::Later;
}

void SecretKeeperTest::anEchoEnds()
{
    QFETCH(const Mood, mood);
    QFETCH(const MoodySecretStore::Echo, echo);
    MoodySecretStore store;
    store.mood = mood;
    store.echoes = echo;
    SecretItems items(&store, Application, impatient());
    SecretKeeper keeper(items);
    tryWhenWanted(keeper);
    QSignalSpy obtained(&keeper, &SecretKeeper::obtained);
    QSignalSpy refused(&keeper, &SecretKeeper::refused);
    keeper.obtain(Profile, true);
    letItGoOn();
    QCOMPARE(store.written, QStringList{keyOf("probe")});
    const auto refusals = refused.size();
    if (echo == MoodySecretStore::Echo::AtOnce)
        QCOMPARE(refusals, 2); // what was told during the attempt is followed by one look
    QVERIFY(refusals >= 2);
    for (int i = 1; i <= 3; ++i) {
        Q_EMIT store.changed();
        Q_EMIT store.changed(); // the look that is on its way will see this
        letItGoOn();
        QCOMPARE(refused.size(), refusals + i);
        QCOMPARE(refused.last(), refused.first());
    }
    QCOMPARE(store.written, QStringList{keyOf("probe")});
    store.mood = Mood::Works;
    store.secrets.insert(keyOf("master"), "restored");
    Q_EMIT store.changed();
    QVERIFY(waitFor([&] { return !obtained.isEmpty(); }));
}

void SecretKeeperTest::aWholeAttemptProbesAgain()
{
    FakeSecretStore store;
    SecretItems items(&store, Application, impatient());
    SecretKeeper keeper(items);
    QSignalSpy refused(&keeper, &SecretKeeper::refused);
    QSignalSpy wanted(&keeper, &SecretKeeper::retryWanted);
    keeper.obtain(Profile, true);
    QVERIFY(waitFor([&] { return !refused.isEmpty(); }));
    Q_EMIT store.changed();
    QCOMPARE(wanted.size(), 1);
    // One of them is for the change, the other for a person who wants all to be tried.
    keeper.obtain(Profile, true);
    keeper.obtain(Profile, true);
    QVERIFY(waitFor([&] { return store.written.size() == 2; }));
}

void SecretKeeperTest::whoHasTheKeyDoesNotLook()
{
    MoodySecretStore store;
    SecretItems items(&store, Application, impatient());
    SecretKeeper keeper(items);
    QSignalSpy obtained(&keeper, &SecretKeeper::obtained);
    QSignalSpy wanted(&keeper, &SecretKeeper::retryWanted);
    keeper.obtain(Profile, false);
    QVERIFY(waitFor([&] { return !obtained.isEmpty(); }));
    const int calls = store.calls;
    Q_EMIT store.changed();
    Q_EMIT store.changed();
    letItGoOn();
    // The engine knows that it has one, or wants another.
    QCOMPARE(wanted.size(), 2);
    QCOMPARE(store.calls, calls);
}

QTEST_GUILESS_MAIN(SecretKeeperTest)
#include "tst_secretkeeper.moc"
