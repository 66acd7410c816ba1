// SPDX-License-Identifier: MIT
#include "namesystems.h"

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

// The budget of a name system: how many questions at a time, how many a second, in which order; and
// that none of them is lost.
class NameLaneTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_systems = std::make_unique<NameSystems>(); }
    void fewAtATime_data();
    void fewAtATime();
    void fewASecondOverTheNetwork();
    void whatGoesPastTheRateIsMadeUpFor();
    void aBusyWriterKeepsNobodyFromAsking();
    void whoComesFirstIsNotAskedFirst();
    void patienceDecidesWhoIsFirst();
    void whoHurriesOvertakes();
    void nobodyIsOvertakenForever();
    void pollsThatHangLeaveRoomForTheUrgent();
    void whatIsForgottenIsNotAsked();
    void failureSendsTheOthersAway();

private:
    void ask(int number, const Place &place = Place::patient(1h)) { m_systems->ask(number, place); }
    bool hurry(int number, const Place &place)
    {
        return m_systems->lane()->hurry(m_systems->asker(number), place);
    }
    // One answer after the other, in the order of the questions.
    void answerAll();

    std::unique_ptr<NameSystems> m_systems;
};

void NameLaneTest::answerAll()
{
    while (!names()->gets.isEmpty()) {
        const auto done = m_systems->answered.size();
        names()->answer();
        QTRY_COMPARE(m_systems->answered.size(), done + 1);
    }
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
    constexpr int Questions = 100;
    m_systems->use({url});
    int answers = 0;
    for (int i = 0; i < Questions; ++i)
        m_systems->lane(url)->ask({QStringLiteral("log"), m_systems->asker(i), Place(),
                                   [&](const auto *) { ++answers; }});
    QTRY_COMPARE(names(url)->gets.size(), limit);
    for (int done = 1; done <= Questions; ++done) {
        names(url)->answer();
        QTRY_COMPARE(answers, done);
        QCOMPARE(names(url)->gets.size(), std::min(limit, Questions - done));
    }
}

void NameLaneTest::fewASecondOverTheNetwork()
{
    constexpr int Questions = 100;
    m_systems->timing.namesAtOnce = m_systems->timing.namesAtOnceHere = 200;
    m_systems->timing.namesRate = 50;
    m_systems->timing.namesBurst = 3;
    m_systems->use({Far, Near});
    QElapsedTimer since;
    since.start();
    for (int i = 0; i < Questions; ++i) {
        for (const QUrl &url : {Far, Near})
            m_systems->lane(url)->ask(
                {QStringLiteral("log"), m_systems->asker(i), Place(), [](const auto *) {}});
    }
    QTRY_COMPARE(names(Near)->asked.size(), Questions);
    QTRY_VERIFY(names()->asked.size() >= 3);
    QTRY_COMPARE_WITH_TIMEOUT(names()->asked.size(), Questions, 60'000);
    // However slow a machine is, it may not have been faster than that.
    const qint64 least = (Questions - 3) * 1000 / 50;
    QVERIFY2(since.elapsed() >= least, qPrintable(QString::number(since.elapsed())));
}

void NameLaneTest::whatGoesPastTheRateIsMadeUpFor()
{
    constexpr int Questions = 90;
    m_systems->timing.namesAtOnce = 200;
    m_systems->timing.namesRate = 50;
    m_systems->timing.namesBurst = 60;
    m_systems->use({Far});
    QElapsedTimer since;
    since.start();
    for (int i = 0; i < 30; ++i)
        m_systems->lane()->askAtOnce(
            {QStringLiteral("own"), m_systems->asker(0), Place::urgent(), [](const auto *) {}});
    QCOMPARE(names()->asked.size(), 30);
    for (int i = 1; i <= Questions; ++i)
        ask(i, Place::urgent());
    QTRY_COMPARE_WITH_TIMEOUT(names()->asked.size(), 30 + Questions, 60'000);
    const qint64 least = (30 + Questions - 60) * 1000 / 50;
    QVERIFY2(since.elapsed() >= least, qPrintable(QString::number(since.elapsed())));
}

void NameLaneTest::aBusyWriterKeepsNobodyFromAsking()
{
    m_systems->timing.namesRate = 10;
    m_systems->timing.namesBurst = 2;
    m_systems->use({Far});
    for (int i = 0; i < 1000; ++i)
        m_systems->lane()->askAtOnce(
            {QStringLiteral("own"), m_systems->asker(0), Place::urgent(), [](const auto *) {}});
    ask(1);
    QTRY_COMPARE(names()->asked.constLast(), QStringLiteral("1"));
}

// ---- In which order

void NameLaneTest::whoComesFirstIsNotAskedFirst()
{
    m_systems->use({Far});
    ask(1);
    ask(2);
    ask(3, Place::patient(0ms));
    ask(4, Place::urgent());
    QTRY_COMPARE(names()->asked, list("4 3"));
}

void NameLaneTest::patienceDecidesWhoIsFirst()
{
    m_systems->use({Far});
    ask(1);
    ask(2);
    QTRY_COMPARE(names()->gets.size(), 2);
    ask(3, Place::patient(50min));
    ask(4, Place::patient(10min));
    ask(5, Place::patient(30min));
    ask(6, Place::patient(10min));
    ask(7, Place::urgent());
    answerAll();
    QCOMPARE(names()->asked, list("1 2 7 4 6 5 3"));
}

void NameLaneTest::whoHurriesOvertakes()
{
    m_systems->use({Far});
    for (int i = 1; i <= 5; ++i)
        ask(i);
    QTRY_COMPARE(names()->gets.size(), 2);
    QVERIFY(hurry(5, Place::urgent()));
    QVERIFY(hurry(4, Place::urgent()));
    QVERIFY(hurry(5, Place::patient(1h))); // it stays urgent
    QVERIFY(!hurry(1, Place::urgent())); // it is asked already
    QVERIFY(!hurry(6, Place::urgent())); // it does not ask
    answerAll();
    QCOMPARE(names()->asked, list("1 2 5 4 3"));
}

void NameLaneTest::nobodyIsOvertakenForever()
{
    m_systems->use({Far});
    ask(1);
    ask(2);
    QTRY_COMPARE(names()->gets.size(), 2);
    ask(3, Place::patient(24h));
    // Others who are urgent keep coming.
    ask(4, Place::urgent());
    for (int number = 5; number < 20; ++number) {
        ask(number, Place::urgent());
        const auto done = m_systems->answered.size();
        names()->answer();
        QTRY_COMPARE(m_systems->answered.size(), done + 1);
    }
    QCOMPARE(names()->asked.first(8), list("1 2 4 5 6 3 7 8"));
}

void NameLaneTest::pollsThatHangLeaveRoomForTheUrgent()
{
    m_systems->timing.namesAtOnce = 8;
    m_systems->use({Far, Near});
    for (int i = 1; i <= 10; ++i)
        ask(i);
    QVERIFY(m_systems->settle());
    QCOMPARE(names()->gets, list("1 2 3 4 5 6"));
    ask(11, Place::urgent());
    QVERIFY(hurry(10, Place::urgent()));
    ask(12, Place::urgent());
    QVERIFY(m_systems->settle());
    QCOMPARE(names()->gets, list("1 2 3 4 5 6 11 10"));
}

// ---- That nothing is lost

void NameLaneTest::whatIsForgottenIsNotAsked()
{
    m_systems->use({Far});
    for (int i = 1; i <= 5; ++i)
        ask(i);
    QTRY_COMPARE(names()->gets.size(), 2);
    m_systems->lane()->forget(m_systems->asker(1)); // under way
    m_systems->lane()->forget(m_systems->asker(4)); // waits
    m_systems->lane()->forget(m_systems->asker(9)); // does neither
    const auto answerAllOfThem = [this] {
        while (!names()->gets.isEmpty())
            names()->answer();
        return m_systems->answered.size() >= 3;
    };
    QVERIFY(QTest::qWaitFor(answerAllOfThem));
    QCOMPARE(m_systems->answered, list("2 3 5"));
    QCOMPARE(names()->asked, list("1 2 3 5"));
}

void NameLaneTest::failureSendsTheOthersAway()
{
    m_systems->use({Far});
    for (int i = 1; i <= 50; ++i)
        ask(i);
    QTRY_COMPARE(names()->gets.size(), 2);
    names()->answer(Refused);
    QTRY_COMPARE(m_systems->failed, 49); // but the other one that is under way
    QCOMPARE(names()->asked.size(), 2);
    names()->answer();
    QTRY_COMPARE(m_systems->answered.size(), 50);
    QCOMPARE(m_systems->failed, 49);
}

QTEST_GUILESS_MAIN(NameLaneTest)
#include "tst_namelane.moc"
