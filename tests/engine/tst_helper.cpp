// SPDX-License-Identifier: MIT
#include "helpers/helper.h"
#include "scriptednames.h"

#include <QtTest>

#include <limits>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

namespace {

const QUrl Url(QStringLiteral("far://one"));
const Problem Refused(Problem::Kind::WillRetry, QStringLiteral("refused"));
constexpr auto System = Helper::Role::System;
constexpr auto Read = Helper::Direction::Read;
constexpr auto Write = Helper::Direction::Write;

} // namespace

// When a helper rests, and for how long compared with others.
class HelperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void restsLongerWithEachFailure_data();
    void restsLongerWithEachFailure();
    void restsAreJittered();
    void successCutsNoRestShort();
    void keepsRetryAfter();
    void retryAfterEnds();
    void retryAfterIsNeverCutShort_data();
    void retryAfterIsNeverCutShort();
    void retryAfterOfWhatIsNoFailureCounts();
    void retryAfterOutlivesResets_data();
    void retryAfterOutlivesResets();
    void retryAfterOfAnAbortedCallCounts();
    void retryAfterIsBounded();

private:
    std::unique_ptr<Helper> make()
    {
        return std::make_unique<Helper>(Url, nullptr, std::make_unique<ScriptedNames>(Url), false,
                                        m_timing);
    }
    static void fail(Helper *helper, const Problem &problem = Refused)
    {
        helper->failed(helper->begin(System, Read), problem);
    }

    Timing m_timing;
};

void HelperTest::init()
{
    m_timing = Timing();
    m_timing.retryFirst = 20ms;
}

void HelperTest::restsLongerWithEachFailure_data()
{
    QTest::addColumn<bool>("isSuccess");
    QTest::newRow("until it succeeds") << true;
    QTest::newRow("until it is reset") << false;
}

void HelperTest::restsLongerWithEachFailure()
{
    QFETCH(bool, isSuccess);
    const auto growing = make();
    const auto steady = make();
    int growingRests = 0;
    int steadyRests = 0;
    connect(growing.get(), &Helper::usable, this, [&] {
        ++growingRests;
        fail(growing.get());
    });
    connect(steady.get(), &Helper::usable, this, [&] {
        ++steadyRests;
        if (isSuccess)
            steady->succeeded(steady->begin(System, Read));
        else
            steady->reset(false);
        fail(steady.get());
    });
    fail(growing.get());
    fail(steady.get());
    QTRY_VERIFY_WITH_TIMEOUT(steadyRests >= 60, 60'000);
    // Each of its rests takes twice as long as the one before: 60 short ones are about six.
    QVERIFY2(growingRests >= 3 && growingRests <= 15, qPrintable(QString::number(growingRests)));
}

void HelperTest::restsAreJittered()
{
    m_timing.retryFirst = 100ms;
    std::vector<std::unique_ptr<Helper>> helpers;
    QList<int> order;
    QList<int> inOrder;
    for (int i = 0; i < 20; ++i) {
        helpers.push_back(make());
        connect(helpers.back().get(), &Helper::usable, this, [&order, i] { order.append(i); });
        inOrder.append(i);
    }
    for (const auto &helper : helpers)
        fail(helper.get());
    QTRY_COMPARE(order.size(), 20);
    QVERIFY(order != inOrder);
}

void HelperTest::successCutsNoRestShort()
{
    const auto helper = make();
    const Helper::Call earlier = helper->begin(System, Read);
    fail(helper.get());
    helper->succeeded(earlier);
    QVERIFY(!helper->isUsable(System, Read));
    QTRY_VERIFY(helper->isUsable(System, Read));
}

void HelperTest::keepsRetryAfter()
{
    const auto polite = make();
    const auto plain = make();
    fail(plain.get());
    fail(polite.get(), Refused.withRetryAfter(1h));
    QTRY_VERIFY(plain->isUsable(System, Read));
    QVERIFY(!polite->isUsable(System, Read));
    // It is the server who asks for a rest, not only what was asked of him.
    QVERIFY(!polite->isUsable(System, Write));
    QCOMPARE(polite->status().problem().retryAfter(), 1h);
}

void HelperTest::retryAfterEnds()
{
    const auto helper = make();
    QSignalSpy usable(helper.get(), &Helper::usable);
    fail(helper.get(), Refused.withRetryAfter(1s));
    QTRY_VERIFY(helper->isUsable(System, Read));
    QTRY_VERIFY(helper->isUsable(System, Write));
    QCOMPARE(usable.size(), 2);
}

void HelperTest::retryAfterIsNeverCutShort_data()
{
    QTest::addColumn<bool>("isReset");
    QTest::newRow("by its timer") << false;
    QTest::newRow("by a reset") << true;
}

void HelperTest::retryAfterIsNeverCutShort()
{
    QFETCH(bool, isReset);
    m_timing.retryFirst = 0ms; // no jitter on top
    constexpr int Count = 40;
    std::vector<std::unique_ptr<Helper>> helpers;
    std::array<QElapsedTimer, Count> since;
    QList<qint64> rests; // in ns
    for (int i = 0; i < Count; ++i) {
        helpers.push_back(make());
        Helper *helper = helpers.back().get();
        connect(helper, &Helper::usable, this, [&, i](Helper::Role, Helper::Direction direction) {
            if (direction == Read)
                rests.append(since.at(std::size_t(i)).nsecsElapsed());
        });
        // At different moments: a coarse timer is early in relation to the clock.
        QTimer::singleShot(i * 5, helper, [&, i, helper] {
            since.at(std::size_t(i)).start();
            fail(helper, Refused.withRetryAfter(1s));
            if (isReset)
                helper->reset(true);
        });
    }
    QTRY_COMPARE_WITH_TIMEOUT(rests.size(), Count, 60'000);
    const qint64 shortest = *std::min_element(rests.begin(), rests.end());
    QVERIFY2(shortest >= 1'000'000'000, qPrintable(QString::number(shortest)));
}

void HelperTest::retryAfterOfWhatIsNoFailureCounts()
{
    const auto helper = make();
    helper->heed(Refused);
    QVERIFY(helper->isUsable(System, Write));
    helper->heed(Refused.withRetryAfter(1h));
    QVERIFY(!helper->isUsable(System, Write));
    QVERIFY(!helper->isUsable(System, Read));
    QVERIFY(!helper->status().problem());
}

void HelperTest::retryAfterOutlivesResets_data()
{
    QTest::addColumn<bool>("isNetworkChange");
    QTest::newRow("the host asks") << false;
    QTest::newRow("the network changes") << true;
}

void HelperTest::retryAfterOutlivesResets()
{
    QFETCH(bool, isNetworkChange);
    m_timing.retryFirst = 1h;
    m_timing.retryMost = 1h;
    const auto polite = make();
    const auto plain = make();
    fail(plain.get());
    fail(polite.get(), Refused.withRetryAfter(1s));
    plain->reset(isNetworkChange);
    polite->reset(isNetworkChange);
    QVERIFY(plain->isUsable(System, Read));
    QVERIFY(!polite->isUsable(System, Read));
    // Of the rest no more is left than was asked for.
    QTRY_VERIFY(polite->isUsable(System, Read));
}

void HelperTest::retryAfterOfAnAbortedCallCounts()
{
    const auto helper = make();
    const Helper::Call call = helper->begin(System, Read);
    helper->reset(true);
    helper->failed(call, Refused);
    QVERIFY(helper->isUsable(System, Read));
    helper->failed(call, Refused.withRetryAfter(3600s));
    QVERIFY(!helper->isUsable(System, Read));

    const auto heldBack = make();
    heldBack->setHeldBack(true);
    fail(heldBack.get(), Refused.withRetryAfter(3600s));
    heldBack->setHeldBack(false);
    QVERIFY(!heldBack->isUsable(System, Read));
}

void HelperTest::retryAfterIsBounded()
{
    m_timing.retryAfterMost = 1s;
    const auto helper = make();
    fail(helper.get(),
         Refused.withRetryAfter(std::chrono::seconds(std::numeric_limits<qint64>::max())));
    QVERIFY(!helper->isUsable(System, Read));
    QTRY_VERIFY(helper->isUsable(System, Read));
    QCOMPARE(Timing().retryAfterMost, 1h);
}

QTEST_GUILESS_MAIN(HelperTest)
#include "tst_helper.moc"
