// SPDX-License-Identifier: MIT
#include "blocks.h"

#include "cas/heldasking.h"

#include <QTest>

using namespace RemoteLogTest;
using Kind = Problem::Kind;

// A helper that is asked about blocks one by one, and answers when the test says so.
class TestHeldAsking : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void asksForFewAtATime();
    void answersInTheOrderOfAddresses();
    void asksNoMoreAfterAProblem();
    void answersThoughNobodyAnswersIt();
    void asksNothingWithoutAnAddress();

private:
    struct Asked
    {
        QByteArray address;
        std::function<void(const Result<bool> &)> heard;
    };

    QFuture<Result<QList<bool>>> ask(const QList<QByteArray> &addresses)
    {
        return askWhatIsHeld(addresses, [this](const QByteArray &address, const auto &heard) {
            m_open.append({address, heard});
            ++m_asked;
        });
    }
    // To the question at this place among the open ones.
    void answer(qsizetype place, const Result<bool> &held) { m_open.takeAt(place).heard(held); }

    QList<QByteArray> m_addresses;
    QList<Asked> m_open;
    int m_asked = 0;
};

void TestHeldAsking::init()
{
    m_open.clear();
    m_asked = 0;
    m_addresses.clear();
    for (int i = 0; i < 20; ++i)
        m_addresses.append(block(QByteArray::number(i)).address());
}

void TestHeldAsking::asksForFewAtATime()
{
    const auto held = ask(m_addresses);
    for (int answered = 0; answered < 20; ++answered) {
        QCOMPARE(m_open.size(), qMin(6, 20 - answered));
        QCOMPARE(m_asked, qMin(6 + answered, 20));
        QVERIFY(!held.isFinished());
        answer(0, true);
    }
    QVERIFY(held.isFinished());
    QCOMPARE(held.result().value(), QList<bool>(20, true));
}

void TestHeldAsking::answersInTheOrderOfAddresses()
{
    const auto held = ask(m_addresses);
    while (!m_open.isEmpty()) {
        const qsizetype newest = m_open.size() - 1;
        answer(newest, m_open.at(newest).address == m_addresses.at(13));
    }
    QList<bool> expected(20, false);
    expected[13] = true;
    QVERIFY(held.isFinished());
    QCOMPARE(held.result().value(), expected);
}

void TestHeldAsking::asksNoMoreAfterAProblem()
{
    const auto held = ask(m_addresses);
    answer(2, Problem(Kind::ActionRequired));
    QVERIFY(held.isFinished());
    QCOMPARE(held.result().problem().kind(), Kind::ActionRequired);
    while (!m_open.isEmpty())
        answer(0, true);
    QCOMPARE(m_asked, 6);
    QCOMPARE(held.resultCount(), 1);
}

void TestHeldAsking::answersThoughNobodyAnswersIt()
{
    const auto held = ask(m_addresses);
    answer(0, true);
    m_open.clear();
    QVERIFY(held.isFinished());
    QCOMPARE(held.result().problem().kind(), Kind::WillRetry);
}

void TestHeldAsking::asksNothingWithoutAnAddress()
{
    QCOMPARE(ask({}).result().value(), QList<bool>());
    QCOMPARE(ask({m_addresses.at(0), "no address"}).result().problem().kind(),
             Kind::InvalidArgument);
    QCOMPARE(m_asked, 0);
}

QTEST_APPLESS_MAIN(TestHeldAsking)
#include "tst_heldasking.moc"
