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

Block blockOf(int number)
{
    return Block(addressOf(number), bytesOf(number));
}

} // namespace

// Blocks that come many at a time, and what becomes of those that nobody wanted yet.
class ExtraBlocksTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void extrasAnswerLaterFetches();
    void extrasAreTheirAskersOwn();
    void extrasGoWithTheirAsker();
    void extrasAreBounded_data();
    void extrasAreBounded();
    void wrongBlocksBesideTheRightOneAreHarmless();
    void aTreeWithoutItsRootIsALie();
    void refusedTreesAreAskedOfTheNextStore();
    void aRivalIsAskedForTheBlockAlone();
    void withoutRoomTheBlockIsAskedForAlone();
    void fewTreesAreUnderWay();
    void aTreeMayTakeItsTime();
    void manyTreesMayTakeTheTimeOfOne();

private:
    void use(const QList<QUrl> &urls);
    void fetch(int number, QObject *context = nullptr);
    void fetchTree(int number, QObject *context = nullptr);
    BlockFetcher::Handler taking(int number);
    HelperStatus status(int index) { return m_helpers->statuses().at(index); }

    Timing m_timing;
    std::unique_ptr<HelperSet> m_helpers;
    std::unique_ptr<BlockFetcher> m_fetcher;
    QList<int> m_got;
    QList<Problem> m_problems;
};

void ExtraBlocksTest::init()
{
    m_fetcher.reset();
    m_helpers.reset();
    m_got.clear();
    m_problems.clear();
    m_timing = Timing();
    m_timing.hedge = std::chrono::milliseconds(40);
    m_timing.retryFirst = std::chrono::milliseconds(50);
}

void ExtraBlocksTest::use(const QList<QUrl> &urls)
{
    const auto registry = std::make_shared<HelperRegistry>();
    QVERIFY(!registry->add(QStringLiteral("scripted"), ScriptedStore::create));
    m_helpers = std::make_unique<HelperSet>(registry, m_timing, nullptr);
    m_fetcher = std::make_unique<BlockFetcher>(*m_helpers, m_timing, nullptr);
    Settings settings;
    settings.setHelpers(urls);
    m_helpers->configure(settings);
}

BlockFetcher::Handler ExtraBlocksTest::taking(int number)
{
    return [this, number](const Result<QByteArray> &block) {
        if (!block.ok())
            m_problems.append(block.problem());
        else if (block.value() == bytesOf(number))
            m_got.append(number);
    };
}

void ExtraBlocksTest::fetch(int number, QObject *context)
{
    m_fetcher->fetch({addressOf(number)}, context ? context : this, taking(number));
}

void ExtraBlocksTest::fetchTree(int number, QObject *context)
{
    m_fetcher->fetch({addressOf(number), nullptr, 0, true}, context ? context : this,
                     taking(number));
}

void ExtraBlocksTest::extrasAnswerLaterFetches()
{
    use({First});
    fetchTree(1);
    QCOMPARE(ScriptedStore::at(First)->trees, QList<QByteArray>{addressOf(1)});
    // The order is free.
    ScriptedStore::at(First)->answerGet({blockOf(2), blockOf(1), blockOf(3), blockOf(2)});
    QTRY_COMPARE(m_got, QList<int>{1});
    QCOMPARE(m_fetcher->extras().count(), 2);
    fetch(2);
    QCOMPARE(m_got, QList<int>{1}); // not before fetch() returned
    QTRY_COMPARE(m_got, (QList<int>{1, 2}));
    QCOMPARE(ScriptedStore::at(First)->gets.size(), 0);
    // It was let go.
    QCOMPARE(m_fetcher->extras().count(), 1);
    QCOMPARE(m_fetcher->extras().bytes(), bytesOf(3).size());
    fetch(2);
    QCOMPARE(ScriptedStore::at(First)->gets, QList<QByteArray>{addressOf(2)});
    QCOMPARE(ScriptedStore::at(First)->trees.size(), 1);
    // Until it comes back.
    m_fetcher->giveBack(this, addressOf(4), bytesOf(4));
    fetch(4);
    QTRY_COMPARE(m_got, (QList<int>{1, 2, 4}));
}

void ExtraBlocksTest::extrasAreTheirAskersOwn()
{
    use({First});
    QObject reader;
    QObject contents;
    m_fetcher->fetch({addressOf(1), nullptr, 0, true, &reader}, this, taking(1));
    ScriptedStore::at(First)->answerGet({blockOf(1), blockOf(2), blockOf(3)});
    QTRY_COMPARE(m_got, QList<int>{1});
    fetch(2);
    QCOMPARE(ScriptedStore::at(First)->gets, QList<QByteArray>{addressOf(2)});
    m_fetcher->fetch({addressOf(2), nullptr, 0, false, &reader}, &contents, taking(2));
    QTRY_COMPARE(m_got, (QList<int>{1, 2}));
    QCOMPARE(ScriptedStore::at(First)->gets.size(), 1);
    // What nobody asked for as a tree is kept for nobody.
    QObject other;
    fetch(4, &other);
    ScriptedStore::at(First)->answerGet(bytesOf(2));
    ScriptedStore::at(First)->answerGet({blockOf(4), blockOf(5)});
    QTRY_VERIFY(m_got.contains(4));
    QCOMPARE(m_fetcher->extras().count(), 1);
}

void ExtraBlocksTest::extrasGoWithTheirAsker()
{
    use({First});
    auto reader = std::make_unique<QObject>();
    fetchTree(1, reader.get());
    ScriptedStore::at(First)->answerGet({blockOf(1), blockOf(2)});
    QTRY_COMPARE(m_fetcher->extras().count(), 1);
    reader.reset();
    QCOMPARE(m_fetcher->extras().count(), 0);
    QCOMPARE(m_fetcher->extras().bytes(), 0);
    // Also what is still to come when he is done.
    fetchTree(3);
    m_fetcher->dropExtras(this);
    ScriptedStore::at(First)->answerGet({blockOf(3), blockOf(4)});
    QTRY_VERIFY(m_got.contains(3));
    QCOMPARE(m_fetcher->extras().count(), 0);
}

void ExtraBlocksTest::extrasAreBounded_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("blocks");
    QTest::addColumn<int>("kept"); // of one answer
    QTest::addColumn<int>("keptOfTwo");
    QTest::newRow("thousands of tiny ones") << 8 << 20'000 << 8192 << 8192;
    QTest::newRow("more bytes than were asked for") << 1024 * 1024 << 20 << 7 << 8;
    QTest::newRow("larger than any block") << 1024 * 1024 + 1 << 4 << 0 << 0;
}

void ExtraBlocksTest::extrasAreBounded()
{
    QFETCH(int, size);
    QFETCH(int, blocks);
    QFETCH(int, kept);
    QFETCH(int, keptOfTwo);
    use({First});
    QObject second;
    for (QObject *asker : {static_cast<QObject *>(this), &second}) {
        QList<Block> answer{blockOf(1)};
        for (int i = 0; i < blocks; ++i)
            answer.append(Block({}, QByteArray::number(i).rightJustified(size, '.')));
        fetchTree(1, asker);
        ScriptedStore::at(First)->answerGet(answer);
        QTRY_COMPARE(m_got.size(), 1);
        m_got.clear();
        QCOMPARE(m_fetcher->extras().count(), asker == this ? kept : keptOfTwo);
        QVERIFY(m_fetcher->extras().bytes() <= 8 * 1024 * 1024);
    }
    // The first one's stayed.
    m_fetcher->dropExtras(&second);
    QCOMPARE(m_fetcher->extras().count(), kept);
    m_fetcher->dropExtras(this);
    QCOMPARE(m_fetcher->extras().count(), 0);
    QCOMPARE(m_fetcher->extras().bytes(), 0);
}

void ExtraBlocksTest::wrongBlocksBesideTheRightOneAreHarmless()
{
    use({First});
    fetchTree(1);
    ScriptedStore::at(First)->answerGet(
        {Block(addressOf(2), "other bytes"), blockOf(1), Block(addressOf(1), "others, too")});
    QTRY_COMPARE(m_got, QList<int>{1});
    QVERIFY(!status(0).problem());
    fetch(2);
    QCOMPARE(ScriptedStore::at(First)->gets, QList<QByteArray>{addressOf(2)});
}

void ExtraBlocksTest::aTreeWithoutItsRootIsALie()
{
    use({First, Second});
    fetchTree(1);
    ScriptedStore::at(First)->answerGet({blockOf(2), Block(addressOf(1), "other bytes")});
    QTRY_COMPARE(ScriptedStore::at(Second)->gets.size(), 1);
    QCOMPARE(status(0).problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(m_fetcher->extras().count(), 0);
    ScriptedStore::at(Second)->answerGet({blockOf(1)});
    QTRY_COMPARE(m_got, QList<int>{1});
}

void ExtraBlocksTest::refusedTreesAreAskedOfTheNextStore()
{
    use({First, Second});
    fetchTree(1);
    ScriptedStore::at(First)->answerGet(
        Problem(Problem::Kind::WillRetry, QStringLiteral("no trees here")));
    QTRY_COMPARE(ScriptedStore::at(Second)->trees, QList<QByteArray>{addressOf(1)});
    // One that gives the block alone is all right.
    ScriptedStore::at(Second)->answerGet(bytesOf(1));
    QTRY_COMPARE(m_got, QList<int>{1});
    QVERIFY(!status(1).problem());
}

void ExtraBlocksTest::aRivalIsAskedForTheBlockAlone()
{
    m_timing.callLimit = std::chrono::seconds(20);
    use({First, Second});
    fetchTree(1);
    QTRY_COMPARE(ScriptedStore::at(Second)->gets, QList<QByteArray>{addressOf(1)});
    QVERIFY(ScriptedStore::at(Second)->trees.isEmpty());
    ScriptedStore::at(Second)->answerGet(bytesOf(1));
    QTRY_COMPARE(m_got, QList<int>{1});
    // The tree that comes late is of use still.
    ScriptedStore::at(First)->answerGet({blockOf(1), blockOf(2)});
    QTRY_COMPARE(m_fetcher->extras().count(), 1);
    fetch(2);
    QTRY_COMPARE(m_got, (QList<int>{1, 2}));
    QVERIFY(m_problems.isEmpty());
}

void ExtraBlocksTest::withoutRoomTheBlockIsAskedForAlone()
{
    use({First});
    QObject idle;
    fetchTree(1, &idle);
    QList<Block> answer{blockOf(1)};
    for (int i = 0; i < 8; ++i)
        answer.append(Block({}, QByteArray::number(i).rightJustified(1000 * 1000, '.')));
    ScriptedStore::at(First)->answerGet(answer);
    QTRY_COMPARE(m_got, QList<int>{1});
    fetchTree(2);
    QCOMPARE(ScriptedStore::at(First)->gets, QList<QByteArray>{addressOf(2)});
    QCOMPARE(ScriptedStore::at(First)->trees, QList<QByteArray>{addressOf(1)});
    QVERIFY(!m_fetcher->extras().isExpectedFor(this));
    m_fetcher->dropExtras(&idle);
    fetchTree(3);
    QCOMPARE(ScriptedStore::at(First)->trees, QList<QByteArray>({addressOf(1), addressOf(3)}));
}

void ExtraBlocksTest::fewTreesAreUnderWay()
{
    m_timing.hedge = m_timing.callLimit = std::chrono::seconds(20);
    use({First});
    for (int i = 0; i < 100; ++i)
        fetchTree(i);
    // None waits for the others.
    QCOMPARE(ScriptedStore::at(First)->gets.size(), 100);
    QCOMPARE(ScriptedStore::at(First)->trees.size(), 4);
    for (int i = 0; i < 4; ++i)
        ScriptedStore::at(First)->answerGet({blockOf(i)});
    QTRY_COMPARE(m_got.size(), 4);
    fetchTree(100);
    QCOMPARE(ScriptedStore::at(First)->trees.size(), 5);
}

void ExtraBlocksTest::aTreeMayTakeItsTime()
{
    // 8 s more for its 8 MiB than a block has.
    m_timing.hedge = std::chrono::milliseconds(10);
    m_timing.callLimit = std::chrono::milliseconds(20);
    m_timing.minimumRate = 1024 * 1024;
    use({First, Second});
    fetchTree(1);
    // The other one, which was asked later and for the block alone, has none left.
    QTRY_VERIFY(status(1).problem());
    QVERIFY(!status(0).problem());
    ScriptedStore::at(First)->answerGet(bytesOf(1));
    QTRY_COMPARE(m_got, QList<int>{1});
    QVERIFY(m_problems.isEmpty());
    // A block has no more time for the tree that was.
    fetch(2);
    QTRY_COMPARE(m_problems.size(), 1);
}

void ExtraBlocksTest::manyTreesMayTakeTheTimeOfOne()
{
    m_timing.hedge = std::chrono::milliseconds(10);
    m_timing.callLimit = std::chrono::milliseconds(20);
    m_timing.minimumRate = 128 * 1024 * 1024;
    use({First});
    for (int i = 0; i < 4; ++i)
        fetchTree(i);
    QCOMPARE(ScriptedStore::at(First)->trees.size(), 4);
    QTRY_COMPARE(m_problems.size(), 4);
    const auto limit = m_timing.limitFor(4 * 16 * 1024 + 8 * 1024 * 1024);
    QCOMPARE(m_problems.first().detail(),
             QStringLiteral("no answer within %1 ms").arg(limit.count()));
}

QTEST_GUILESS_MAIN(ExtraBlocksTest)
#include "tst_extrablocks.moc"
