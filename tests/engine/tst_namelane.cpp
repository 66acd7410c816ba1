// SPDX-License-Identifier: MIT
#include "engine/namelane.h"
#include "engine/nameresolver.h"
#include "scriptednames.h"
#include "support/sealedlog.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

namespace {

const QUrl Far(QStringLiteral("far://one"));
const QUrl Near(QStringLiteral("near://one"));
const Problem Refused(Problem::Kind::WillRetry, QStringLiteral("refused"));

ScriptedNames *names(const QUrl &url = Far)
{
    return ScriptedNames::at(url);
}

QStringList list(const char *numbers)
{
    return QString::fromLatin1(numbers).split(QLatin1Char(' '));
}

} // namespace

// The budget of a name system: how many questions at a time, how many a second, in which order; and
// that none of them is lost.
class NameLaneTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void fewAtATime_data();
    void fewAtATime();
    void fewASecondOverTheNetwork();
    void patienceDecidesWhoIsFirst();
    void whoHurriesOvertakes();
    void nobodyIsOvertakenForever();
    void pollsThatHangLeaveRoomForTheUrgent();
    void whoIsTurnedAwayKeepsItsPlace();
    void whoIsUrgentStaysUrgent_data();
    void whoIsUrgentStaysUrgent();
    void whoFailsIsNotAlwaysFirst();
    void theWriterNeverWaits();
    void whatIsUnfollowedIsNotAsked();
    void heldBackAsksNothingAndLosesNothing_data();
    void heldBackAsksNothingAndLosesNothing();
    void failureSendsTheOthersAway();
    void aRemovedHelperEndsTheRound();
    void onlyWhoWasMissedIsAskedAgain();

private:
    void use(const QList<QUrl> &urls);
    NameLane *lane(const QUrl &url = Far);
    void ask(int number, const Place &place = Place::patient(1h));
    std::unique_ptr<NameResolver> resolver(const QByteArray &key, NameResolver::Expired expired);

    Timing m_timing;
    std::unique_ptr<HelperSet> m_helpers;
    std::array<QObject, 100> m_askers;
    QStringList m_answered;
    int m_failed = 0;
};

void NameLaneTest::init()
{
    m_helpers.reset();
    m_answered.clear();
    m_failed = 0;
    m_timing = Timing();
    m_timing.namesAtOnce = 2;
    m_timing.namesAtOnceHere = 3;
    m_timing.namesRate = 100'000;
    m_timing.namesBurst = 1000;
    m_timing.retryFirst = 20ms;
    m_timing.retryMost = 20ms;
}

void NameLaneTest::use(const QList<QUrl> &urls)
{
    auto registry = std::make_shared<HelperRegistry>();
    QVERIFY(!registry->add(QStringLiteral("far"), NameSystemFactory(ScriptedNames::create)));
    QVERIFY(!registry->add(QStringLiteral("near"), NameSystemFactory(ScriptedNames::create)));
    if (!m_helpers)
        m_helpers = std::make_unique<HelperSet>(registry, m_timing, nullptr);
    Settings settings;
    settings.setHelpers(urls);
    m_helpers->configure(settings);
}

NameLane *NameLaneTest::lane(const QUrl &url)
{
    for (Helper *helper : m_helpers->helpers(Helper::Role::System, nullptr)) {
        if (helper->url() == url)
            return helper->names();
    }
    return nullptr;
}

void NameLaneTest::ask(int number, const Place &place)
{
    lane()->ask({QString::number(number), &m_askers.at(std::size_t(number)), place,
                 [this, number](const NameLane::Answer *answer) {
                     m_answered.append(QString::number(number));
                     m_failed += answer && answer->ok() ? 0 : 1;
                 }});
}

std::unique_ptr<NameResolver> NameLaneTest::resolver(const QByteArray &key,
                                                     NameResolver::Expired expired)
{
    return std::make_unique<NameResolver>(key, expired, *m_helpers, QDateTime::currentDateTimeUtc,
                                          nullptr);
}

// ---- How many

void NameLaneTest::fewAtATime_data()
{
    QTest::addColumn<QUrl>("url");
    QTest::addColumn<int>("limit");
    QTest::newRow("over the network") << Far << 2;
    QTest::newRow("here") << Near << 3;
}

void NameLaneTest::fewAtATime()
{
    QFETCH(QUrl, url);
    QFETCH(int, limit);
    use({url});
    int answers = 0;
    for (QObject &asker : m_askers)
        lane(url)->ask({QStringLiteral("log"), &asker, Place(), [&](const auto *) { ++answers; }});
    QCOMPARE(names(url)->gets.size(), limit);
    for (int done = 1; done <= int(m_askers.size()); ++done) {
        names(url)->answer();
        QTRY_COMPARE(answers, done);
        QCOMPARE(names(url)->gets.size(), std::min(limit, int(m_askers.size()) - done));
    }
}

void NameLaneTest::fewASecondOverTheNetwork()
{
    m_timing.namesAtOnce = m_timing.namesAtOnceHere = 200;
    m_timing.namesRate = 50;
    m_timing.namesBurst = 3;
    use({Far, Near});
    QElapsedTimer since;
    since.start();
    for (QObject &asker : m_askers) {
        for (const QUrl &url : {Far, Near})
            lane(url)->ask({QStringLiteral("log"), &asker, Place(), [](const auto *) {}});
    }
    QCOMPARE(names(Near)->asked.size(), int(m_askers.size()));
    QVERIFY2(names()->asked.size() >= 3 && names()->asked.size() < 50,
             qPrintable(QString::number(names()->asked.size())));
    QTRY_COMPARE_WITH_TIMEOUT(names()->asked.size(), int(m_askers.size()), 60'000);
    // However slow a machine is, it may not have been faster than that.
    const qint64 least = (int(m_askers.size()) - m_timing.namesBurst) * 1000 / m_timing.namesRate;
    QVERIFY2(since.elapsed() >= least, qPrintable(QString::number(since.elapsed())));
}

// ---- In which order

void NameLaneTest::patienceDecidesWhoIsFirst()
{
    use({Far});
    ask(1);
    ask(2);
    ask(3, Place::patient(50min));
    ask(4, Place::patient(10min));
    ask(5, Place::patient(30min));
    ask(6, Place::patient(10min));
    ask(7, Place::urgent());
    while (!names()->gets.isEmpty()) {
        const auto done = m_answered.size();
        names()->answer();
        QTRY_COMPARE(m_answered.size(), done + 1);
    }
    QCOMPARE(names()->asked, list("1 2 7 4 6 5 3"));
}

void NameLaneTest::whoHurriesOvertakes()
{
    use({Far});
    for (int i = 1; i <= 5; ++i)
        ask(i);
    QVERIFY(lane()->hurry(&m_askers[5], Place::urgent()));
    QVERIFY(lane()->hurry(&m_askers[4], Place::urgent()));
    QVERIFY(lane()->hurry(&m_askers[5], Place::patient(1h))); // it stays urgent
    QVERIFY(!lane()->hurry(&m_askers[1], Place::urgent())); // it is asked already
    QVERIFY(!lane()->hurry(&m_askers[6], Place::urgent())); // it does not ask
    while (!names()->gets.isEmpty()) {
        const auto done = m_answered.size();
        names()->answer();
        QTRY_COMPARE(m_answered.size(), done + 1);
    }
    QCOMPARE(names()->asked, list("1 2 5 4 3"));
}

void NameLaneTest::nobodyIsOvertakenForever()
{
    use({Far});
    ask(1);
    ask(2);
    ask(3, Place::patient(24h));
    // Others who are urgent keep coming.
    ask(4, Place::urgent());
    for (int number = 5; number < 20; ++number) {
        ask(number, Place::urgent());
        const auto done = m_answered.size();
        names()->answer();
        QTRY_COMPARE(m_answered.size(), done + 1);
    }
    QCOMPARE(names()->asked.first(8), list("1 2 4 5 6 3 7 8"));
}

void NameLaneTest::pollsThatHangLeaveRoomForTheUrgent()
{
    m_timing.namesAtOnce = 8;
    use({Far});
    for (int i = 1; i <= 10; ++i)
        ask(i);
    QCOMPARE(names()->gets, list("1 2 3 4 5 6"));
    ask(11, Place::urgent());
    QVERIFY(lane()->hurry(&m_askers[10], Place::urgent()));
    QCOMPARE(names()->gets, list("1 2 3 4 5 6 11 10"));
    ask(12, Place::urgent());
    QCOMPARE(names()->gets.size(), 8);
}

void NameLaneTest::whoIsTurnedAwayKeepsItsPlace()
{
    use({Far});
    const SealedLog log;
    const auto idle = resolver(log.keys.publicKey, NameResolver::Expired::LastResort);
    QSignalSpy usable(m_helpers.get(), &HelperSet::usable);
    int asks = 0;
    for (int cycle = 1; cycle <= 100; ++cycle) {
        // Active ones are asked for again and again.
        for (int number = 1; number <= 5; ++number, ++asks)
            ask(number, Place::patient(0ms));
        if (cycle == 1)
            idle->resolve(Place::patient(200ms));
        else
            idle->resolveMissed(Place::patient(200ms));
        // One more has its turn, and all others are sent away.
        const auto asked = names()->asked.size();
        names()->answer();
        QTRY_COMPARE(names()->asked.size(), asked + 1);
        if (names()->asked.contains(log.name()))
            return;
        names()->answer(Refused);
        names()->answer();
        QTRY_COMPARE(m_answered.size(), asks);
        QTRY_VERIFY(!idle->isResolving());
        QTRY_COMPARE(usable.size(), cycle);
    }
    QFAIL("it is never asked");
}

void NameLaneTest::whoIsUrgentStaysUrgent_data()
{
    QTest::addColumn<bool>("isPoll");
    QTest::newRow("missed") << false;
    QTest::newRow("polled") << true;
}

void NameLaneTest::whoIsUrgentStaysUrgent()
{
    QFETCH(bool, isPoll);
    use({Far});
    ask(1);
    ask(2);
    const SealedLog log;
    const auto urgent = resolver(log.keys.publicKey, NameResolver::Expired::LastResort);
    urgent->resolve(Place::urgent());
    QSignalSpy usable(m_helpers.get(), &HelperSet::usable);
    names()->answer(Refused);
    names()->answer();
    QTRY_COMPARE(usable.size(), 1);
    QVERIFY(!urgent->isResolving());
    for (int number = 3; number <= 6; ++number)
        ask(number, Place::patient(0ms));
    if (isPoll)
        urgent->resolve(Place::patient(1h));
    else
        urgent->resolveMissed(Place::patient(1h));
    names()->answer();
    QTRY_COMPARE(names()->asked.size(), 5);
    QCOMPARE(names()->asked.constLast(), log.name());
}

void NameLaneTest::whoFailsIsNotAlwaysFirst()
{
    use({Far});
    const SealedLog log;
    const auto failing = resolver(log.keys.publicKey, NameResolver::Expired::LastResort);
    failing->resolve(Place::patient(0ms));
    QSignalSpy usable(m_helpers.get(), &HelperSet::usable);
    names()->answer(Refused);
    QTRY_COMPARE(usable.size(), 1);
    for (int number = 1; number <= 3; ++number)
        ask(number);
    failing->resolveMissed(Place::patient(2h));
    names()->answer();
    QTRY_COMPARE(names()->asked.size(), 4);
    QCOMPARE(names()->asked.constLast(), QStringLiteral("3"));
}

void NameLaneTest::theWriterNeverWaits()
{
    use({Far});
    for (int i = 1; i <= 10; ++i)
        ask(i, Place::urgent());
    QCOMPARE(names()->gets.size(), 2);
    const SealedLog own;
    const auto writer = resolver(own.keys.publicKey, NameResolver::Expired::AtOnce);
    QSignalSpy finished(writer.get(), &NameResolver::finished);
    writer->resolve();
    QCOMPARE(names()->gets.size(), 3);
    QCOMPARE(names()->gets.constLast(), own.name());
}

// ---- That nothing is lost

void NameLaneTest::whatIsUnfollowedIsNotAsked()
{
    use({Far});
    for (int i = 1; i <= 5; ++i)
        ask(i);
    lane()->forget(&m_askers[1]); // under way
    lane()->forget(&m_askers[4]); // waits
    lane()->forget(&m_askers[9]); // does neither
    const SealedLog log;
    auto reader = resolver(log.keys.publicKey, NameResolver::Expired::LastResort);
    reader->resolve(Place::urgent());
    reader.reset();
    const auto answerAll = [this] {
        while (!names()->gets.isEmpty())
            names()->answer();
        return m_answered.size() >= 3;
    };
    QVERIFY(QTest::qWaitFor(answerAll));
    QCOMPARE(m_answered, list("2 3 5"));
    QCOMPARE(names()->asked, list("1 2 3 5"));
}

void NameLaneTest::heldBackAsksNothingAndLosesNothing_data()
{
    QTest::addColumn<bool>("isPaused");
    QTest::newRow("paused") << true;
    QTest::newRow("offline") << false;
}

void NameLaneTest::heldBackAsksNothingAndLosesNothing()
{
    QFETCH(bool, isPaused);
    const auto holdBack = [&](bool hold) {
        NetworkState network;
        if (hold)
            network.reachability = NetworkWatch::Reachability::Disconnected;
        isPaused ? m_helpers->setPaused(hold) : m_helpers->setNetwork(network);
    };
    use({Far});
    ask(1);
    ask(2);
    const SealedLog log;
    const auto waiting = resolver(log.keys.publicKey, NameResolver::Expired::LastResort);
    QSignalSpy finished(waiting.get(), &NameResolver::finished);
    waiting->resolve(Place::patient(1h));
    QCOMPARE(finished.size(), 0);
    holdBack(true);
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(finished.constFirst().constFirst().toInt(), 0);
    names()->answer();
    names()->answer();
    QTRY_COMPARE(m_answered.size(), 2);
    waiting->resolve(Place::patient(1h));
    waiting->resolveMissed(Place::patient(1h));
    QCOMPARE(finished.size(), 2);
    QCOMPARE(names()->asked, list("1 2"));

    holdBack(false);
    waiting->resolveMissed(Place::patient(1h));
    QCOMPARE(names()->gets, QStringList{log.name()});
    names()->answer();
    QTRY_COMPARE(finished.size(), 3);
    QCOMPARE(finished.constLast().constFirst().toInt(), 1);
}

void NameLaneTest::failureSendsTheOthersAway()
{
    use({Far});
    for (int i = 1; i <= 50; ++i)
        ask(i);
    names()->answer(Refused);
    QTRY_COMPARE(m_failed, 49); // but the other one that is under way
    QCOMPARE(names()->asked.size(), 2);
    names()->answer();
    QTRY_COMPARE(m_answered.size(), 50);
    QCOMPARE(m_failed, 49);
}

void NameLaneTest::aRemovedHelperEndsTheRound()
{
    use({Far, Near});
    const SealedLog first(QStringLiteral("first"));
    const SealedLog second(QStringLiteral("second"));
    ask(1);
    const auto underWay = resolver(first.keys.publicKey, NameResolver::Expired::LastResort);
    const auto waiting = resolver(second.keys.publicKey, NameResolver::Expired::LastResort);
    QSignalSpy underWayFinished(underWay.get(), &NameResolver::finished);
    QSignalSpy waitingFinished(waiting.get(), &NameResolver::finished);
    underWay->resolve(Place::patient(1h));
    waiting->resolve(Place::patient(1h));
    QCOMPARE(names(Near)->gets.size(), 2);
    names(Near)->answer();
    names(Near)->answer();
    use({Near});
    QTRY_COMPARE(underWayFinished.size(), 1);
    QTRY_COMPARE(waitingFinished.size(), 1);
    QVERIFY(!waiting->isResolving());
    // And goes on with another one of the same name.
    use({Near, Far});
    waiting->resolve(Place::patient(1h));
    QCOMPARE(names()->gets, QStringList{second.name()});
}

void NameLaneTest::onlyWhoWasMissedIsAskedAgain()
{
    use({Far, Near});
    const SealedLog log;
    const auto reader = resolver(log.keys.publicKey, NameResolver::Expired::LastResort);
    QSignalSpy started(reader.get(), &NameResolver::started);
    QSignalSpy finished(reader.get(), &NameResolver::finished);
    reader->resolve(Place::patient(1h));
    names(Near)->answer();
    names(Far)->answer(Refused);
    QTRY_COMPARE(finished.size(), 1);
    reader->resolveMissed(Place::patient(1h)); // it rests
    QCOMPARE(names(Far)->asked.size(), 1);
    QSignalSpy usable(m_helpers.get(), &HelperSet::usable);
    QTRY_COMPARE(usable.size(), 1);
    reader->resolveMissed(Place::patient(1h));
    reader->resolveMissed(Place::patient(1h)); // it is asked already
    QCOMPARE(names(Far)->asked.size(), 2);
    QCOMPARE(names(Near)->asked.size(), 1);
    names(Far)->answer();
    QTRY_COMPARE(finished.size(), 2);
    // The same round went on: what the other one said still counts.
    QCOMPARE(started.size(), 1);
    QCOMPARE(finished.constLast().constFirst().toInt(), 2);
    reader->resolveMissed(Place::patient(1h));
    QCOMPARE(names(Far)->asked.size(), 2);
}

QTEST_GUILESS_MAIN(NameLaneTest)
#include "tst_namelane.moc"
