// SPDX-License-Identifier: MIT
#include "helpers/putturns.h"

#include <QtTest>

#include <vector>

using namespace RemoteLog;

// Whose record is put next, where each put takes minutes.
class PutTurnsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aFewAtATimeInOrder();
    void ownRecordsGoFirst();
    void whoeverIsGoneHasNoTurn();
    void aTurnMayOutliveTheSystem();

private:
    void wait(PutTurns::Of whose, const QString &name)
    {
        m_turns->wait(whose, this, [this, name](const PutTurns::Turn &turn) {
            m_begun.append(name);
            m_open.push_back(turn);
        });
    }
    void endOldest() { m_open.erase(m_open.begin()); }

    static constexpr auto Writer = PutTurns::Of::Writer;
    static constexpr auto Reader = PutTurns::Of::Reader;
    std::unique_ptr<PutTurns> m_turns;
    QStringList m_begun;
    std::vector<PutTurns::Turn> m_open;
};

void PutTurnsTest::init()
{
    m_open.clear();
    m_begun.clear();
    m_turns = std::make_unique<PutTurns>(3);
}

void PutTurnsTest::aFewAtATimeInOrder()
{
    for (const char *name : {"a", "b", "c", "d", "e"})
        wait(Writer, QString::fromLatin1(name));
    QCOMPARE(m_begun.join(QString()), QStringLiteral("abc"));
    endOldest();
    QTRY_COMPARE(m_begun.join(QString()), QStringLiteral("abcd"));
    m_open.clear();
    QTRY_COMPARE(m_begun.join(QString()), QStringLiteral("abcde"));
}

void PutTurnsTest::ownRecordsGoFirst()
{
    for (int i = 0; i < 10; ++i)
        wait(Reader, QStringLiteral("r"));
    QCOMPARE(m_begun.size(), 2); // one place is left for a writer
    wait(Writer, QStringLiteral("W"));
    QCOMPARE(m_begun.last(), QStringLiteral("W"));
    wait(Writer, QStringLiteral("X"));
    QCOMPARE(m_begun.size(), 3);
    endOldest();
    QTRY_COMPARE(m_begun.last(), QStringLiteral("X"));
    m_open.clear();
    QTRY_COMPARE(m_begun.join(QString()), QStringLiteral("rrWXrr"));
}

void PutTurnsTest::whoeverIsGoneHasNoTurn()
{
    for (int i = 0; i < 3; ++i)
        wait(Writer, QStringLiteral("a"));
    auto gone = std::make_unique<QObject>();
    m_turns->wait(Writer, gone.get(), [](const PutTurns::Turn &) { QFAIL("nobody is there"); });
    wait(Writer, QStringLiteral("b"));
    gone.reset();
    endOldest();
    QTRY_COMPARE(m_begun.last(), QStringLiteral("b"));
}

void PutTurnsTest::aTurnMayOutliveTheSystem()
{
    wait(Reader, QStringLiteral("r"));
    m_turns.reset();
    m_open.clear();
    QCOMPARE(m_begun.size(), 1);
}

QTEST_GUILESS_MAIN(PutTurnsTest)
#include "tst_putturns.moc"
