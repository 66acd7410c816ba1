// SPDX-License-Identifier: MIT
#include "testprofile.h"

#include <QRandomGenerator>
#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

#include <set>

using namespace RemoteLog;

using Ranges = QList<QPair<quint64, quint64>>;
Q_DECLARE_METATYPE(Ranges)

class AcknowledgedTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_profile.reset(); }
    void rangesMerge_data();
    void rangesMerge();
    void answersAreCut();
    void refusesWhatIsNoSequence();
    void logsDoNotMix();
    void agreesWithASet();

private:
    Ranges all() { return m_profile->outbox().acknowledged(m_log, 1, MaxSequence).value(); }
    std::unique_ptr<TestProfile> m_profile;
    OwnLog m_log;
};

void AcknowledgedTest::init()
{
    m_profile = std::make_unique<TestProfile>();
    QVERIFY(!m_profile->open());
    m_log = m_profile->createLog();
}

void AcknowledgedTest::rangesMerge_data()
{
    QTest::addColumn<QList<QList<quint64>>>("calls");
    QTest::addColumn<Ranges>("expected");
    using Calls = QList<QList<quint64>>;
    const quint64 max = MaxSequence;
    QTest::newRow("none") << Calls{{}} << Ranges{};
    QTest::newRow("one") << Calls{{5}} << Ranges{{5, 5}};
    QTest::newRow("the same twice") << Calls{{5, 5}, {5}} << Ranges{{5, 5}};
    QTest::newRow("a run in disorder") << Calls{{7, 5, 6}} << Ranges{{5, 7}};
    QTest::newRow("touching above") << Calls{{5}, {6}} << Ranges{{5, 6}};
    QTest::newRow("touching below") << Calls{{5}, {4}} << Ranges{{4, 5}};
    QTest::newRow("a gap stays") << Calls{{5}, {7}} << Ranges{{5, 5}, {7, 7}};
    QTest::newRow("a gap is filled") << Calls{{5}, {7}, {6}} << Ranges{{5, 7}};
    QTest::newRow("over several") << Calls{{2, 4, 6, 8, 20}, {3, 4, 5, 6, 7}}
                                  << Ranges{{2, 8}, {20, 20}};
    QTest::newRow("inside one") << Calls{{1, 2, 3, 4, 5}, {3}} << Ranges{{1, 5}};
    QTest::newRow("around one") << Calls{{3}, {1, 2, 3, 4, 5}} << Ranges{{1, 5}};
    QTest::newRow("overlapping above") << Calls{{1, 2, 3}, {3, 4, 5}} << Ranges{{1, 5}};
    QTest::newRow("overlapping below") << Calls{{3, 4, 5}, {1, 2, 3}} << Ranges{{1, 5}};
    QTest::newRow("the ends") << Calls{{1, max}} << Ranges{{1, 1}, {max, max}};
    QTest::newRow("merging at the end") << Calls{{max}, {max - 1}, {max}} << Ranges{{max - 1, max}};
}

void AcknowledgedTest::rangesMerge()
{
    QFETCH(QList<QList<quint64>>, calls);
    QFETCH(Ranges, expected);
    for (const QList<quint64> &sequences : calls)
        QVERIFY(!m_profile->outbox().acknowledge(m_log, sequences));
    QCOMPARE(all(), expected);
    QVERIFY(!m_profile->open());
    QCOMPARE(all(), expected);
    QCOMPARE(m_profile->db().handle().execAndGet("SELECT count(*) FROM acknowledged").getInt(),
             int(expected.size()));
}

void AcknowledgedTest::answersAreCut()
{
    QVERIFY(!m_profile->outbox().acknowledge(m_log, {2, 3, 4, 8, 9, 20}));
    const auto ranges = [&](quint64 first, quint64 last) {
        return m_profile->outbox().acknowledged(m_log, first, last).value();
    };
    QCOMPARE(ranges(1, 100), (Ranges{{2, 4}, {8, 9}, {20, 20}}));
    QCOMPARE(ranges(3, 8), (Ranges{{3, 4}, {8, 8}}));
    QCOMPARE(ranges(3, 3), (Ranges{{3, 3}}));
    QCOMPARE(ranges(5, 7), Ranges());
    QCOMPARE(ranges(21, ~quint64(0)), Ranges());
    QCOMPARE(ranges(9, ~quint64(0)), (Ranges{{9, 9}, {20, 20}}));
    QCOMPARE(ranges(8, 3), Ranges());
}

void AcknowledgedTest::refusesWhatIsNoSequence()
{
    for (quint64 sequence : {quint64(0), MaxSequence + 1, ~quint64(0)})
        QCOMPARE(m_profile->outbox().acknowledge(m_log, {1, sequence}).kind(),
                 Problem::Kind::InvalidArgument);
    QCOMPARE(all(), Ranges());
}

void AcknowledgedTest::logsDoNotMix()
{
    const OwnLog other = m_profile->createLog(QStringLiteral("other"));
    QVERIFY(!m_profile->outbox().acknowledge(other, {4, 6}));
    QVERIFY(!m_profile->outbox().acknowledge(m_log, {5}));
    QCOMPARE(all(), (Ranges{{5, 5}}));
    QCOMPARE(m_profile->outbox().acknowledged(other, 1, 10).value(), (Ranges{{4, 4}, {6, 6}}));
}

void AcknowledgedTest::agreesWithASet()
{
    QRandomGenerator random(42);
    std::set<quint64> model;
    for (int call = 0; call < 60; ++call) {
        QList<quint64> sequences;
        const quint64 start = 1 + random.bounded(120u);
        for (int i = random.bounded(1, 8); i > 0; --i)
            sequences.append(start + random.bounded(10u));
        QVERIFY(!m_profile->outbox().acknowledge(m_log, sequences));
        model.insert(sequences.cbegin(), sequences.cend());
        Ranges expected;
        for (quint64 sequence : model) {
            if (!expected.isEmpty() && expected.constLast().second + 1 == sequence)
                expected.last().second = sequence;
            else
                expected.append({sequence, sequence});
        }
        QCOMPARE(all(), expected);
    }
}

QTEST_GUILESS_MAIN(AcknowledgedTest)
#include "tst_acknowledged.moc"
