// SPDX-License-Identifier: MIT
#include "helpers/nameresolver.h"
#include "namesystems.h"
#include "support/sealedlog.h"

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

// What one log asks of the name systems: at which place it waits, and what becomes of it when it is
// not asked or gets no answer.
class NameResolverTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_reader.reset(); }
    void whoIsTurnedAwayKeepsItsPlace();
    void whoIsUrgentStaysUrgent_data();
    void whoIsUrgentStaysUrgent();
    void whoFailsIsNotAlwaysFirst_data();
    void whoFailsIsNotAlwaysFirst();
    void theWriterNeverWaits();
    void whoIsGoneIsNotAsked();
    void heldBackAsksNothingAndLosesNothing_data();
    void heldBackAsksNothingAndLosesNothing();
    void aRemovedHelperEndsTheRound();
    void onlyWhoWasMissedIsAskedAgain();
    void whoFailsAgainIsLeftToThePlan();
    void aRefusalIsLeftToThePlan();

private:
    std::unique_ptr<NameResolver>
    resolver(const SealedLog &log,
             NameResolver::Expired expired = NameResolver::Expired::LastResort)
    {
        return std::make_unique<NameResolver>(log.keys.publicKey, expired, *m_systems->helpers,
                                              QDateTime::currentDateTimeUtc, nullptr);
    }
    void use(const QList<QUrl> &urls)
    {
        m_systems->use(urls);
        m_reader = resolver(m_log);
        m_usable = std::make_unique<QSignalSpy>(m_systems->helpers.get(), &HelperSet::usable);
    }
    void ask(int number, const Place &place = Place::patient(1h)) { m_systems->ask(number, place); }
    // The question of m_reader fails, and the system rests until it may be asked again.
    void failAndRest(const Problem &problem = Refused);

    std::unique_ptr<NameSystems> m_systems;
    SealedLog m_log;
    std::unique_ptr<NameResolver> m_reader;
    std::unique_ptr<QSignalSpy> m_usable;
};

void NameResolverTest::init()
{
    m_usable.reset();
    m_systems = std::make_unique<NameSystems>();
}

void NameResolverTest::failAndRest(const Problem &problem)
{
    const auto rests = m_usable->size();
    QTRY_COMPARE(names()->gets, QStringList{m_log.name()});
    names()->answer(problem);
    QTRY_COMPARE(m_usable->size(), rests + 1);
    QVERIFY(!m_reader->isResolving());
}

// ---- Its place

void NameResolverTest::whoIsTurnedAwayKeepsItsPlace()
{
    use({Far});
    int asks = 0;
    for (int cycle = 1; cycle <= 100; ++cycle) {
        // Active ones are asked for again and again.
        for (int number = 1; number <= 5; ++number, ++asks)
            ask(number, Place::patient(0ms));
        if (cycle == 1)
            m_reader->resolve(Place::patient(200ms));
        else
            m_reader->resolveMissed(Place::patient(200ms), false);
        QTRY_COMPARE(names()->gets.size(), 2);
        // One more has its turn, and all others are sent away.
        const auto asked = names()->asked.size();
        names()->answer();
        QTRY_COMPARE(names()->asked.size(), asked + 1);
        if (names()->asked.contains(m_log.name()))
            return;
        names()->answer(Refused);
        names()->answer();
        QTRY_COMPARE(m_systems->answered.size(), asks);
        QTRY_VERIFY(!m_reader->isResolving());
        QTRY_COMPARE(m_usable->size(), cycle);
    }
    QFAIL("it is never asked");
}

void NameResolverTest::whoIsUrgentStaysUrgent_data()
{
    QTest::addColumn<bool>("isPoll");
    QTest::newRow("missed") << false;
    QTest::newRow("polled") << true;
}

void NameResolverTest::whoIsUrgentStaysUrgent()
{
    QFETCH(bool, isPoll);
    use({Far});
    ask(1);
    ask(2);
    QTRY_COMPARE(names()->gets.size(), 2);
    m_reader->resolve(Place::urgent());
    names()->answer(Refused);
    names()->answer();
    QTRY_COMPARE(m_usable->size(), 1);
    QVERIFY(!m_reader->isResolving());
    for (int number = 3; number <= 6; ++number)
        ask(number, Place::patient(0ms));
    if (isPoll)
        m_reader->resolve(Place::patient(1h));
    else
        m_reader->resolveMissed(Place::patient(1h), false);
    QTRY_COMPARE(names()->asked.size(), 4);
    QCOMPARE(names()->asked.at(2), m_log.name());
}

void NameResolverTest::whoFailsIsNotAlwaysFirst_data()
{
    QTest::addColumn<bool>("isUrgent");
    QTest::newRow("patient") << false;
    QTest::newRow("urgent") << true;
}

void NameResolverTest::whoFailsIsNotAlwaysFirst()
{
    QFETCH(bool, isUrgent);
    use({Far});
    m_reader->resolve(isUrgent ? Place::urgent() : Place::patient(0ms));
    failAndRest();
    for (int number = 1; number <= 3; ++number)
        ask(number);
    m_reader->resolveMissed(Place::patient(2h), false);
    QTRY_COMPARE(names()->gets.size(), 2);
    names()->answer();
    QTRY_COMPARE(names()->asked.size(), 4);
    QCOMPARE(names()->asked.mid(1), list("1 2 3"));
}

void NameResolverTest::theWriterNeverWaits()
{
    use({Far});
    for (int i = 1; i <= 10; ++i)
        ask(i, Place::urgent());
    QTRY_COMPARE(names()->gets.size(), 2);
    const SealedLog own;
    const auto writer = resolver(own, NameResolver::Expired::AtOnce);
    writer->resolve();
    QCOMPARE(names()->gets.size(), 3);
    QCOMPARE(names()->gets.constLast(), own.name());
}

// ---- Asked again, or not

void NameResolverTest::whoIsGoneIsNotAsked()
{
    use({Far, Near});
    m_reader->resolve(Place::urgent());
    m_reader.reset();
    QVERIFY(m_systems->settle());
    QVERIFY(names()->asked.isEmpty());
}

void NameResolverTest::heldBackAsksNothingAndLosesNothing_data()
{
    QTest::addColumn<bool>("isPaused");
    QTest::newRow("paused") << true;
    QTest::newRow("offline") << false;
}

void NameResolverTest::heldBackAsksNothingAndLosesNothing()
{
    QFETCH(bool, isPaused);
    const auto holdBack = [&](bool hold) {
        NetworkState network;
        if (hold)
            network.reachability = NetworkWatch::Reachability::Disconnected;
        isPaused ? m_systems->helpers->setPaused(hold) : m_systems->helpers->setNetwork(network);
    };
    use({Far});
    ask(1);
    ask(2);
    QTRY_COMPARE(names()->gets.size(), 2);
    QSignalSpy finished(m_reader.get(), &NameResolver::finished);
    m_reader->resolve(Place::patient(1h));
    QCOMPARE(finished.size(), 0);
    holdBack(true);
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(finished.constFirst().constFirst().toInt(), 0);
    names()->answer();
    names()->answer();
    QTRY_COMPARE(m_systems->answered.size(), 2);
    m_reader->resolve(Place::patient(1h));
    m_reader->resolveMissed(Place::patient(1h), true);
    QCOMPARE(finished.size(), 2);
    QCOMPARE(names()->asked, list("1 2"));

    holdBack(false);
    m_reader->resolveMissed(Place::patient(1h), false);
    QTRY_COMPARE(names()->gets, QStringList{m_log.name()});
    names()->answer();
    QTRY_COMPARE(finished.size(), 3);
    QCOMPARE(finished.constLast().constFirst().toInt(), 1);
}

void NameResolverTest::aRemovedHelperEndsTheRound()
{
    use({Far, Near});
    const SealedLog second(QStringLiteral("second"));
    ask(1);
    const auto waiting = resolver(second);
    QSignalSpy underWayFinished(m_reader.get(), &NameResolver::finished);
    QSignalSpy waitingFinished(waiting.get(), &NameResolver::finished);
    m_reader->resolve(Place::patient(1h));
    waiting->resolve(Place::patient(1h));
    QTRY_COMPARE(names(Near)->gets.size(), 2);
    QTRY_COMPARE(names(Far)->gets.size(), 2);
    names(Near)->answer();
    names(Near)->answer();
    m_systems->use({Near});
    QTRY_COMPARE(underWayFinished.size(), 1);
    QTRY_COMPARE(waitingFinished.size(), 1);
    QVERIFY(!waiting->isResolving());
    // And goes on with another one of the same name.
    m_systems->use({Near, Far});
    waiting->resolve(Place::patient(1h));
    QTRY_COMPARE(names()->gets, QStringList{second.name()});
}

void NameResolverTest::onlyWhoWasMissedIsAskedAgain()
{
    use({Far, Near});
    QSignalSpy started(m_reader.get(), &NameResolver::started);
    QSignalSpy finished(m_reader.get(), &NameResolver::finished);
    m_reader->resolve(Place::patient(1h));
    QTRY_COMPARE(names(Near)->gets.size(), 1);
    names(Near)->answer();
    QTRY_COMPARE(names(Far)->gets.size(), 1);
    names(Far)->answer(Refused);
    QTRY_COMPARE(finished.size(), 1);
    m_reader->resolveMissed(Place::patient(1h), false); // it rests
    QVERIFY(!m_reader->isResolving());
    QTRY_COMPARE(m_usable->size(), 1);
    m_reader->resolveMissed(Place::patient(1h), false);
    m_reader->resolveMissed(Place::patient(1h), false); // it is asked already
    QTRY_COMPARE(names(Far)->gets.size(), 1);
    names(Far)->answer();
    QTRY_COMPARE(finished.size(), 2);
    // The same round went on: what the other one said still counts.
    QCOMPARE(started.size(), 1);
    QCOMPARE(finished.constLast().constFirst().toInt(), 2);
    m_reader->resolveMissed(Place::patient(1h), true);
    QVERIFY(!m_reader->isResolving());
    QCOMPARE(names(Far)->asked.size(), 2);
    QCOMPARE(names(Near)->asked.size(), 1);
}

void NameResolverTest::whoFailsAgainIsLeftToThePlan()
{
    use({Far});
    m_reader->resolve(Place::patient(1h));
    failAndRest();
    m_reader->resolveMissed(Place::patient(1h), false);
    failAndRest();
    m_reader->resolveMissed(Place::patient(1h), false);
    QVERIFY(!m_reader->isResolving());
    m_reader->resolveMissed(Place::patient(1h), true);
    failAndRest();
    // Not even when it was its turn meanwhile: only an answer ends the row.
    m_reader->resolve(Place::patient(1h));
    failAndRest();
    m_reader->resolveMissed(Place::patient(1h), false);
    QVERIFY(!m_reader->isResolving());
    m_reader->resolve(Place::patient(1h));
    QTRY_COMPARE(names()->gets.size(), 1);
    names()->answer();
    QTRY_VERIFY(!m_reader->isResolving());
    m_reader->resolve(Place::patient(1h));
    failAndRest();
    m_reader->resolveMissed(Place::patient(1h), false);
    QVERIFY(m_reader->isResolving());
}

void NameResolverTest::aRefusalIsLeftToThePlan()
{
    use({Far});
    m_reader->resolve(Place::patient(1h));
    failAndRest(Problem(Problem::Kind::Rejected, QStringLiteral("not this name")));
    m_reader->resolveMissed(Place::patient(1h), true);
    QVERIFY(!m_reader->isResolving());
    m_reader->resolve(Place::patient(1h));
    QVERIFY(m_reader->isResolving());
}

QTEST_GUILESS_MAIN(NameResolverTest)
#include "tst_nameresolver.moc"
