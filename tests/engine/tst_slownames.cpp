// SPDX-License-Identifier: MIT
#include "testengine.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

// A name system that takes minutes for each record, as the public DHT does, beside a quick one and
// a store.
class SlowNamesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void holdUpNobodyElse();

private:
    // Everybody answers what they are asked but for what is put to Far.
    void serve();
    // Until this many records were put to Near, and read back there.
    bool reachesNear(int puts);

    TestEngine m_engine;
    QByteArray m_taken; // what Far serves
    int m_uploads = 0;
};

void SlowNamesTest::serve()
{
    while (!store()->questions.isEmpty())
        store()->answerExists(QList<bool>(store()->questions.constFirst().size(), false));
    for (; !store()->puts.isEmpty(); ++m_uploads)
        store()->answerPut(Problem());
    const auto answer = [](ScriptedNames *names, const QByteArray &record) {
        while (!names->gets.isEmpty())
            names->answer(record.isNull() ? QList<QByteArray>() : QList<QByteArray>{record});
    };
    answer(names(Near), names(Near)->lastPut);
    answer(names(Far), m_taken);
}

bool SlowNamesTest::reachesNear(int puts)
{
    return QTest::qWaitFor(
        [this, puts] {
            serve();
            return names(Near)->puts == puts && names(Near)->asked.size() > puts
                   && m_engine.status.pendingCount == 0;
        },
        60'000);
}

void SlowNamesTest::holdUpNobodyElse()
{
    QVERIFY(m_engine.open({Far, Near, FarStore}));
    names(Far)->holdsPuts = true;
    for (int entry = 1; entry <= 3; ++entry) {
        m_engine.append(QStringLiteral("label"), QByteArray::number(entry));
        QVERIFY(reachesNear(entry));
        QCOMPARE(m_uploads, entry);
        QCOMPARE(m_engine.status.state, Transport::State::Syncing);
    }
    // One is on its way, and of those that wait only the newest follows.
    QCOMPARE(names(Far)->heldPuts.size(), 1);
    m_taken = names(Far)->heldPuts.constFirst();
    names(Far)->answerPut();
    const auto isPutAgain = [this] {
        serve();
        return !names(Far)->heldPuts.isEmpty();
    };
    QVERIFY(QTest::qWaitFor(isPutAgain, 60'000));
    QCOMPARE(names(Far)->heldPuts, QList<QByteArray>{names(Near)->lastPut});
    QCOMPARE(m_engine.status.state, Transport::State::Syncing);
    m_taken = names(Near)->lastPut;
    names(Far)->answerPut();
    const auto isIdle = [this] {
        serve();
        return m_engine.status.state == Transport::State::Idle;
    };
    QVERIFY(QTest::qWaitFor(isIdle, 60'000));
    QCOMPARE(names(Far)->puts, 2);
    QCOMPARE(names(Near)->puts, 3);
    QCOMPARE(m_uploads, 3);
}

QTEST_GUILESS_MAIN(SlowNamesTest)
#include "tst_slownames.moc"
