// SPDX-License-Identifier: MIT
#include "helpers/blockfetcher.h"
#include "log/address.h"
#include "scriptedstore.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QUrl First(QStringLiteral("scripted://first"));
const QUrl Second(QStringLiteral("scripted://second"));

QByteArray bytesOf(int number)
{
    return "block " + QByteArray::number(number);
}

QByteArray addressOf(int number)
{
    return blockAddress(bytesOf(number));
}

} // namespace

// Who is asked for a block when, with time limits of a few milliseconds.
class BlockFetcherTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void silenceAsksARivalAndIsNoFailure();
    void slowAnswersAreNoFailure();
    void longSilenceFailsTheStore();
    void theWindowIsBounded();
    void askersTakeTurns();
    void liarsAreToldAndAskedLast();
    void aDamagedFileLetsTheStoreGoOn();
    void answersOfBeforeAResetDoNotCount();
    void removedStoresAnswer();
    void hintsServeTheirOwnLogOnly();
    void schemesMayComeLate();

private:
    void use(const QList<QUrl> &urls);
    void fetch(int number, QObject *context = nullptr);
    HelperStatus status(int index) { return m_helpers->statuses().at(index); }

    Timing m_timing;
    Settings m_settings;
    std::unique_ptr<HelperSet> m_helpers;
    std::unique_ptr<BlockFetcher> m_fetcher;
    QList<int> m_got;
    QList<Problem> m_problems;
};

void BlockFetcherTest::init()
{
    m_fetcher.reset();
    m_helpers.reset();
    m_got.clear();
    m_problems.clear();
    m_timing = Timing();
    m_timing.hedge = std::chrono::milliseconds(40);
    m_timing.callLimit = std::chrono::milliseconds(400);
    m_timing.minimumRate = 1024 * 1024 * 1024;
    m_timing.retryFirst = std::chrono::milliseconds(50);
}

void BlockFetcherTest::use(const QList<QUrl> &urls)
{
    const auto registry = std::make_shared<HelperRegistry>();
    QVERIFY(!registry->add(QStringLiteral("scripted"), ScriptedStore::create));
    QVERIFY(!registry->add(QStringLiteral("scripted+https"), ScriptedStore::create));
    m_helpers = std::make_unique<HelperSet>(registry, m_timing, nullptr);
    m_fetcher = std::make_unique<BlockFetcher>(*m_helpers, m_timing, nullptr);
    m_settings.setHelpers(urls);
    m_helpers->configure(m_settings);
}

void BlockFetcherTest::fetch(int number, QObject *context)
{
    m_fetcher->fetch({addressOf(number)}, context ? context : this,
                     [this, number](const Result<QByteArray> &block) {
                         if (!block.ok())
                             m_problems.append(block.problem());
                         else if (block.value() == bytesOf(number))
                             m_got.append(number);
                     });
}

void BlockFetcherTest::silenceAsksARivalAndIsNoFailure()
{
    // Long enough for the rival's answer, which must not count as slow on a busy machine.
    m_timing.hedge = std::chrono::seconds(1);
    m_timing.callLimit = std::chrono::seconds(20);
    use({First, Second});
    fetch(1);
    QCOMPARE(ScriptedStore::at(First)->gets.size(), 1);
    QCOMPARE(ScriptedStore::at(Second)->gets.size(), 0);
    QTRY_COMPARE(ScriptedStore::at(Second)->gets.size(), 1);
    ScriptedStore::at(Second)->answerGet(bytesOf(1));
    QTRY_COMPARE(m_got, QList<int>{1});
    QVERIFY(!status(0).problem());
    // Slow ones are asked last from now on.
    fetch(2);
    QCOMPARE(ScriptedStore::at(First)->gets.size(), 1);
    QCOMPARE(ScriptedStore::at(Second)->gets.size(), 1);
}

void BlockFetcherTest::slowAnswersAreNoFailure()
{
    // Eight answers, one after another: the last takes far longer than the limit, counted from when
    // it was asked for.
    m_timing.callLimit = std::chrono::milliseconds(3000);
    m_timing.minimumRate = 1024 * 1024;
    use({First});
    QElapsedTimer time;
    time.start();
    for (int i = 0; i < 8; ++i)
        fetch(i);
    for (int i = 0; i < 8; ++i) {
        // The last one when the limit of the first question has long passed.
        QTRY_VERIFY(time.elapsed() > m_timing.callLimit.count() * (i + 1) / 7);
        ScriptedStore::at(First)->answerGet(bytesOf(i));
    }
    QTRY_COMPARE(m_got.size(), 8);
    QVERIFY(m_problems.isEmpty());
    QVERIFY(!status(0).problem());
}

void BlockFetcherTest::longSilenceFailsTheStore()
{
    use({First});
    QSignalSpy usable(m_helpers.get(), &HelperSet::usable);
    fetch(1);
    fetch(2);
    QTRY_COMPARE(m_problems.size(), 2);
    QCOMPARE(status(0).problem().kind(), Problem::Kind::WillRetry);
    QTRY_COMPARE(usable.size(), 1); // it rested once, not twice
}

void BlockFetcherTest::theWindowIsBounded()
{
    m_timing.hedge = m_timing.callLimit = std::chrono::seconds(20);
    use({First});
    for (int i = 0; i < 3000; ++i)
        fetch(i);
    QVERIFY(ScriptedStore::at(First)->gets.size() <= 512);
    int most = 0;
    for (int i = 0; i < 3000; ++i) {
        QTRY_VERIFY(!ScriptedStore::at(First)->gets.isEmpty());
        most = std::max(most, int(ScriptedStore::at(First)->gets.size()));
        ScriptedStore::at(First)->answerGet(bytesOf(i));
    }
    QTRY_COMPARE(m_got.size(), 3000);
    QVERIFY2(most <= 512, qPrintable(QString::number(most)));
}

void BlockFetcherTest::askersTakeTurns()
{
    m_timing.hedge = m_timing.callLimit = std::chrono::seconds(20);
    use({First});
    QObject busy;
    QObject modest;
    for (int i = 0; i < 1000; ++i)
        fetch(i, &busy);
    fetch(1000, &modest);
    const qsizetype open = ScriptedStore::at(First)->gets.size();
    QVERIFY(open < 1000);
    ScriptedStore::at(First)->answerGet(bytesOf(0));
    ScriptedStore::at(First)->answerGet(bytesOf(1));
    // Two places are free: one is his, though 700 came before him.
    QTRY_VERIFY(ScriptedStore::at(First)->gets.contains(addressOf(1000)));
}

void BlockFetcherTest::liarsAreToldAndAskedLast()
{
    use({First, Second});
    fetch(1);
    ScriptedStore::at(First)->answerGet("other bytes");
    QTRY_COMPARE(ScriptedStore::at(Second)->gets.size(), 1);
    ScriptedStore::at(Second)->answerGet(bytesOf(1));
    QTRY_COMPARE(m_got, QList<int>{1});
    QCOMPARE(status(0).problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(status(0).problem().helper(), First);
    fetch(2);
    QCOMPARE(ScriptedStore::at(First)->gets.size(), 0);
    QCOMPARE(ScriptedStore::at(Second)->gets.size(), 1);
    ScriptedStore::at(Second)->answerGetEmpty();
    QTRY_COMPARE(ScriptedStore::at(First)->gets.size(), 1);
    // A lie may have been the network's.
    m_helpers->reset(true);
    QVERIFY(!status(0).problem());
}

void BlockFetcherTest::aDamagedFileLetsTheStoreGoOn()
{
    use({First});
    fetch(1);
    ScriptedStore::at(First)->answerGet(
        Problem(Problem::Kind::Tampered, QStringLiteral("not a file")));
    QTRY_COMPARE(m_problems.size(), 1);
    QCOMPARE(m_problems.first().kind(), Problem::Kind::Tampered);
    fetch(2);
    ScriptedStore::at(First)->answerGet(bytesOf(2));
    QTRY_COMPARE(m_got, QList<int>{2});
}

void BlockFetcherTest::answersOfBeforeAResetDoNotCount()
{
    use({First});
    fetch(1);
    QSignalSpy usable(m_helpers.get(), &HelperSet::usable);
    m_helpers->reset(true);
    ScriptedStore::at(First)->answerGet(
        Problem(Problem::Kind::WillRetry, QStringLiteral("aborted")));
    QTRY_COMPARE(m_problems.size(), 1);
    QVERIFY(!status(0).problem());
    QCOMPARE(usable.size(), 1); // what was cut short may begin again
    fetch(2);
    QCOMPARE(ScriptedStore::at(First)->gets.size(), 1);
}

void BlockFetcherTest::removedStoresAnswer()
{
    use({First, Second});
    fetch(1);
    m_settings.setHelpers({Second});
    m_helpers->configure(m_settings);
    QTRY_COMPARE(ScriptedStore::at(Second)->gets.size(), 1);
    ScriptedStore::at(Second)->answerGet(bytesOf(1));
    QTRY_COMPARE(m_got, QList<int>{1});
}

void BlockFetcherTest::hintsServeTheirOwnLogOnly()
{
    use({First});
    QObject bob;
    QObject mallory;
    QList<QUrl> many;
    for (int i = 0; i < 20; ++i)
        many.append(QUrl(QStringLiteral("scripted+https://mallory%1.example").arg(i)));
    const QUrl hint(QStringLiteral("scripted+https://bob.example"));
    const auto role = Helper::Role::Store;
    m_helpers->addHints(&mallory, many);
    m_helpers->addHints(&bob, {hint, many.first()});
    QCOMPARE(m_helpers->helpers(role, nullptr).size(), 1);
    QCOMPARE(m_helpers->helpers(role, &mallory).size(), 1 + 8);
    QCOMPARE(m_helpers->helpers(role, &bob).size(), 1 + 2);
    QCOMPARE(m_helpers->writable(role).size(), 1);
    // Where a log lives now is worth more than where it lived; what nobody names any more goes.
    m_helpers->addHints(&mallory, {many.last()});
    QCOMPARE(m_helpers->helpers(role, &mallory).size(), 1 + 8);
    QVERIFY(ScriptedStore::at(many.last()));
    QVERIFY(!ScriptedStore::at(many.at(7)));
    m_helpers->removeHints(&mallory);
    QVERIFY(!ScriptedStore::at(many.last()));
    QVERIFY(ScriptedStore::at(many.first())); // Bob's, too
    m_settings.setHintPolicy(Settings::Policy::Hold);
    m_helpers->configure(m_settings);
    QCOMPARE(m_helpers->helpers(role, &bob).size(), 1);
    m_settings.setHintPolicy(Settings::Policy::Allow);
    m_helpers->configure(m_settings);
    QCOMPARE(m_helpers->helpers(role, &bob).size(), 1 + 2);
    m_helpers->removeHints(&bob);
}

void BlockFetcherTest::schemesMayComeLate()
{
    const auto registry = std::make_shared<HelperRegistry>();
    m_helpers = std::make_unique<HelperSet>(registry, m_timing, nullptr);
    m_settings.setHelpers({First});
    m_helpers->configure(m_settings);
    QCOMPARE(status(0).problem().kind(), Problem::Kind::ActionRequired);
    QVERIFY(!registry->add(QStringLiteral("scripted"), ScriptedStore::create));
    m_helpers->configure(m_settings);
    QVERIFY(!status(0).problem());
    QCOMPARE(m_helpers->helpers(Helper::Role::Store, nullptr).size(), 1);
}

QTEST_GUILESS_MAIN(BlockFetcherTest)
#include "tst_blockfetcher.moc"
