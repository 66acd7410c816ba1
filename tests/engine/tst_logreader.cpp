// SPDX-License-Identifier: MIT
#include "log/address.h"
#include "readingbench.h"

#include <QSignalSpy>
#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

// The reading of one log into a sink.
class LogReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manyAnswersShareATransaction();
    void bareTailChain();
    void bareTailChainLargerThanTheRoom();
    void stuckLogAsksForOnePage();
    void backlogIsReadWithoutTheHead();
    void otherRangeIsTriedWhenOneFails();
    void refusalOfTheSinkEndsReading();
    void embeddedPagesAreNotFetched();
    void strayEmbeddedBlocksAreIgnored();
    void freshReaderTakesTheTree_data();
    void freshReaderTakesTheTree();
    void warmReaderNeverAsksForTheTree();
    void refusedTreeIsReadBlockByBlock();
    void treeIsAskedForWhenThereIsAStore_data();
    void treeIsAskedForWhenThereIsAStore();
    void logLargerThanATreeComesOnce();
    void contentsComeWithTheTree();
    void newerHeadWaitsForTheTree();
    void treeGoesOnAskingAfterANewerHead();
    void readerWithoutRoomKeepsNothing();
    void logThatDoesNotTellWhereItBegins();
};

void LogReaderTest::manyAnswersShareATransaction()
{
    Bench bench;
    addPages(bench.log, 1000);
    QCOMPARE(bench.read(), Problem());
    QCOMPARE(bench.sink.last, 1000u);
    QCOMPARE(bench.countGets(), 1000);
    qInfo("1000 pages came in %d transactions", bench.sink.transactions);
    QVERIFY(bench.sink.transactions <= 50);
}

void LogReaderTest::bareTailChain()
{
    Bench bench;
    for (int i = 0; i < 50; ++i)
        bench.log.add({"x"});
    QCOMPARE(bench.read(), Problem());
    QCOMPARE(bench.sink.last, 50u);
    QCOMPARE(bench.countGets(), 50);
}

void LogReaderTest::bareTailChainLargerThanTheRoom()
{
    Bench bench;
    for (int i = 0; i < 30; ++i)
        bench.log.add({QByteArray(700'000, '.')});
    QCOMPARE(bench.read(), Problem());
    QCOMPARE(bench.sink.last, 30u);
}

void LogReaderTest::stuckLogAsksForOnePage()
{
    Bench bench;
    const QList<QByteArray> pages = addPages(bench.log, 100);
    const QByteArray missing = bench.blocks.take(pages.at(10));
    QCOMPARE(bench.read().kind(), Problem::Kind::WillRetry);
    QCOMPARE(bench.sink.last, 10u);
    bench.gets.clear();
    QCOMPARE(bench.again().kind(), Problem::Kind::WillRetry);
    QCOMPARE(bench.gets, (QHash<QByteArray, int>{{pages.at(10), 1}}));
    // What came down already is not fetched again.
    bench.blocks.insert(pages.at(10), missing);
    bench.gets.clear();
    QCOMPARE(bench.again(), Problem());
    QCOMPARE(bench.sink.last, 100u);
    QCOMPARE(bench.countGets(), 1);
}

void LogReaderTest::backlogIsReadWithoutTheHead()
{
    Bench bench;
    const QList<QByteArray> pages = addPages(bench.log, 300);
    const QByteArray missing = bench.blocks.take(pages.at(10));
    QCOMPARE(bench.read().kind(), Problem::Kind::WillRetry);
    bench.blocks.insert(pages.at(10), missing);
    const QByteArray head = bench.log.add({"new"});
    const QByteArray block = bench.blocks.take(head);
    QCOMPARE(bench.read(head).kind(), Problem::Kind::WillRetry);
    QCOMPARE(bench.sink.last, 300u);
    bench.blocks.insert(head, block);
    QCOMPARE(bench.again(), Problem());
    QCOMPARE(bench.sink.last, 301u);
}

void LogReaderTest::otherRangeIsTriedWhenOneFails()
{
    Bench bench;
    const QByteArray first = bench.log.add({"one"});
    const QByteArray second = bench.log.add({"two"});
    // The same two entries in one page, as a compaction would write them.
    SealedLog compacted;
    compacted.keys = bench.log.keys;
    const QByteArray both = compacted.add({"one", "two"});
    bench.blocks.insert(both, compacted.blocks.value(both));
    bench.log.add({"three"}, [&](Page &page) {
        page.ranges = {bench.log.range(first), compacted.range(both)};
    });
    bench.blocks.remove(both);
    QCOMPARE(bench.read(), Problem());
    QCOMPARE(bench.sink.last, 3u);
    QCOMPARE(bench.gets.value(second), 1);
}

void LogReaderTest::refusalOfTheSinkEndsReading()
{
    Bench bench;
    addPages(bench.log, 10);
    bench.sink.refusal = Problem(Problem::Kind::LocalStorageFull, QStringLiteral("full"));
    QCOMPARE(bench.read(), bench.sink.refusal);
    QCOMPARE(bench.reader.cursor(), 0u);
    bench.sink.refusal = Problem();
    bench.sink.last = 0;
    QCOMPARE(bench.again(), Problem());
    QCOMPARE(bench.sink.last, 10u);
}

void LogReaderTest::embeddedPagesAreNotFetched()
{
    Bench bench;
    QList<QByteArray> embedded;
    for (int i = 0; i < 3; ++i)
        embedded.prepend(bench.blocks.value(bench.log.add({"x"})));
    QCOMPARE(bench.read({}, embedded), Problem());
    QCOMPARE(bench.sink.last, 3u);
    QCOMPARE(bench.countGets(), 0);
}

void LogReaderTest::strayEmbeddedBlocksAreIgnored()
{
    Bench bench;
    QList<QByteArray> embedded;
    for (int i = 0; i < 2; ++i)
        embedded.prepend(bench.blocks.value(bench.log.add({"x"})));
    SealedLog other;
    other.keys = bench.log.keys;
    embedded.append(other.blocks.value(other.add({"another first entry"})));
    embedded.append("no block at all");
    const NameRecord record =
        parseNameRecord(bench.log.record({}, embedded), bench.log.keys.publicKey).value();
    EmbeddedBlocks blocks(record);
    const Page head = openPage(bench.blocks.value(record.address), bench.log.keys.publicKey,
                               bench.log.keys.readKey)
                          .value();
    QCOMPARE(blocks.dropStrays(head, bench.log.keys.publicKey, bench.log.keys.readKey), 2);
    QVERIFY(blocks.find(other.tail()).isNull());
    QVERIFY(!blocks.find(record.address).isNull());
    QVERIFY(!blocks.find(head.tail).isNull());
    QCOMPARE(bench.read({}, embedded), Problem());
    QCOMPARE(bench.sink.last, 2u);
    QCOMPARE(bench.countGets(), 0);
}

void LogReaderTest::freshReaderTakesTheTree_data()
{
    using Trees = StoreBook::Trees;
    QTest::addColumn<int>("pages");
    QTest::addColumn<int>("embedded");
    QTest::addColumn<Trees>("trees");
    QTest::addColumn<int>("root"); // which page is asked for with all below it
    QTest::addColumn<int>("rounds");
    QTest::addColumn<int>("gets");
    QTest::newRow("nothing known") << 100 << 0 << Trees::Yes << 99 << 1 << 1;
    QTest::newRow("nothing known, no trees") << 100 << 0 << Trees::No << 99 << 4 << 100;
    // Page 96 is the one that tells of the others.
    QTest::newRow("head known") << 100 << 1 << Trees::Yes << 96 << 1 << 3;
    QTest::newRow("head known, no trees") << 100 << 1 << Trees::No << 96 << 3 << 99;
    QTest::newRow("some known") << 100 << 3 << Trees::Yes << 96 << 1 << 1;
    QTest::newRow("some known, no trees") << 100 << 3 << Trees::No << 96 << 3 << 97;
    QTest::newRow("worst case") << 112 << 1 << Trees::Yes << 96 << 1 << 15;
    QTest::newRow("worst case, no trees") << 112 << 1 << Trees::No << 96 << 3 << 111;
    QTest::newRow("all known") << 16 << 1 << Trees::Yes << 14 << 1 << 1;
    QTest::newRow("all known, no trees") << 16 << 1 << Trees::No << 14 << 2 << 15;
    QTest::newRow("one page") << 1 << 0 << Trees::Yes << 0 << 1 << 1;
}

void LogReaderTest::freshReaderTakesTheTree()
{
    QFETCH(int, pages);
    QFETCH(int, embedded);
    QFETCH(StoreBook::Trees, trees);
    QFETCH(int, root);
    Bench bench;
    bench.book.trees = trees;
    bench.book.inRounds = true;
    const QList<QByteArray> added = addSkipping(bench.log, pages);
    QList<QByteArray> blocks;
    for (int i = 1; i <= embedded; ++i)
        blocks.append(bench.blocks.value(added.at(pages - i)));
    QCOMPARE(bench.read({}, blocks), Problem());
    QCOMPARE(bench.sink.last, quint64(pages));
    QCOMPARE(bench.book.treesAsked, QList<QByteArray>{added.at(root)});
    QTEST(bench.book.rounds, "rounds");
    QTEST(bench.countGets(), "gets");
    QCOMPARE(bench.fetcher.extras().count(), 0);
}

void LogReaderTest::warmReaderNeverAsksForTheTree()
{
    Bench bench;
    bench.book.trees = StoreBook::Trees::Yes;
    addSkipping(bench.log, 50);
    QCOMPARE(bench.read(), Problem());
    QCOMPARE(bench.book.treesAsked.size(), 1);
    bench.log.add({"new"});
    bench.log.add({"newer"});
    QCOMPARE(bench.read(), Problem());
    QCOMPARE(bench.sink.last, 52u);
    QCOMPARE(bench.book.treesAsked.size(), 1);
    QCOMPARE(bench.countGets(), 1 + 2);
    // Nor one who stopped in the midst of it.
    Bench other;
    other.book.trees = StoreBook::Trees::Yes;
    const QList<QByteArray> pages = addSkipping(other.log, 50);
    other.reader.setCursor(
        49,
        openPage(other.blocks.value(pages.at(49)), other.log.keys.publicKey, other.log.keys.readKey)
            .value()
            .history,
        49);
    other.sink.last = 49;
    QCOMPARE(other.read(), Problem());
    QCOMPARE(other.sink.last, 50u);
    QVERIFY(other.book.treesAsked.isEmpty());
    QCOMPARE(other.countGets(), 1);
}

void LogReaderTest::refusedTreeIsReadBlockByBlock()
{
    Bench bench;
    bench.book.trees = StoreBook::Trees::Failing;
    addSkipping(bench.log, 50);
    QSignalSpy usable(&bench.helpers, &HelperSet::usable);
    QCOMPARE(bench.read().kind(), Problem::Kind::WillRetry);
    QCOMPARE(bench.book.treesAsked.size(), 1);
    // Nobody is asked while the store rests: that says nothing of trees.
    QCOMPARE(bench.again().kind(), Problem::Kind::WillRetry);
    QCOMPARE(bench.countGets(), 1);
    QTRY_COMPARE(usable.size(), 1);
    QCOMPARE(bench.again(), Problem());
    QCOMPARE(bench.sink.last, 50u);
    QCOMPARE(bench.book.treesAsked.size(), 1);
    QCOMPARE(bench.countGets(), 1 + 50);
}

void LogReaderTest::treeIsAskedForWhenThereIsAStore_data()
{
    QTest::addColumn<int>("embedded");
    QTest::addColumn<int>("gets");
    QTest::newRow("nothing known") << 0 << 1;
    QTest::newRow("head known") << 1 << 3;
}

void LogReaderTest::treeIsAskedForWhenThereIsAStore()
{
    QFETCH(int, embedded);
    Bench bench;
    bench.book.trees = StoreBook::Trees::Yes;
    const QList<QByteArray> pages = addSkipping(bench.log, 20);
    Helper *const store = bench.helpers.helpers(Helper::Role::Store, nullptr).first();
    store->setHeldBack(true);
    const QList<QByteArray> blocks{bench.blocks.value(pages.last())};
    QCOMPARE(bench.read({}, blocks.first(embedded)).kind(), Problem::Kind::WillRetry);
    QCOMPARE(bench.again().kind(), Problem::Kind::WillRetry);
    QCOMPARE(bench.countGets(), 0);
    store->setHeldBack(false);
    QCOMPARE(bench.again(), Problem());
    QCOMPARE(bench.sink.last, 20u);
    QCOMPARE(bench.book.treesAsked.size(), 1);
    QTEST(bench.countGets(), "gets");
}

void LogReaderTest::logLargerThanATreeComesOnce()
{
    // 20 MiB, of which a tree brings the newest 8, which are needed last. On the way to the oldest
    // pages more is opened than may be held.
    Bench bench;
    bench.book.trees = StoreBook::Trees::Yes;
    const QList<QByteArray> pages = addSkipping(bench.log, 30, 700'000);
    QCOMPARE(bench.read(), Problem());
    QCOMPARE(bench.sink.last, 30u);
    QCOMPARE(bench.book.treesAsked.size(), 1);
    for (const QByteArray &page : pages)
        QCOMPARE(bench.book.given.value(page), 1);
    // The tree had all that fits.
    QCOMPARE(bench.countGets(), 1 + 30 - 11);
}

void LogReaderTest::contentsComeWithTheTree()
{
    Bench bench;
    bench.book.trees = StoreBook::Trees::Yes;
    for (int i = 0; i < 20; ++i)
        bench.log.addMapped("content " + QByteArray::number(i));
    QCOMPARE(bench.read(), Problem());
    QCOMPARE(bench.sink.last, 20u);
    QCOMPARE(bench.countGets(), 1);
}

void LogReaderTest::newerHeadWaitsForTheTree()
{
    Bench bench;
    bench.book.trees = StoreBook::Trees::Yes;
    bench.book.inRounds = bench.book.hasLateTrees = true;
    addSkipping(bench.log, 50);
    bench.readLater();
    bench.waitForTree();
    // The newer one is fetched alone, and what it names has come by then.
    bench.log.add({"new"});
    QCOMPARE(bench.read(), Problem());
    QCOMPARE(bench.sink.last, 51u);
    QCOMPARE(bench.book.treesAsked.size(), 1);
    QCOMPARE(bench.countGets(), 2);
}

void LogReaderTest::treeGoesOnAskingAfterANewerHead()
{
    Bench bench;
    bench.book.trees = StoreBook::Trees::Yes;
    addSkipping(bench.log, 20);
    Helper *const store = bench.helpers.helpers(Helper::Role::Store, nullptr).first();
    store->setHeldBack(true);
    bench.readLater();
    // The question is made, and no answer was heard.
    QSignalSpy stopped(&bench.reader, &LogReader::stopped);
    QCoreApplication::processEvents();
    QVERIFY(stopped.isEmpty());
    bench.log.add({"new"});
    QCOMPARE(bench.read().kind(), Problem::Kind::WillRetry);
    QCOMPARE(bench.countGets(), 0);
    store->setHeldBack(false);
    QCOMPARE(bench.again(), Problem());
    QCOMPARE(bench.sink.last, 21u);
    QCOMPARE(bench.book.treesAsked.size(), 1);
    QCOMPARE(bench.countGets(), 1);
}

void LogReaderTest::readerWithoutRoomKeepsNothing()
{
    Bench bench;
    bench.book.trees = StoreBook::Trees::Yes;
    bench.book.inRounds = true;
    addSkipping(bench.log, 20);
    QList<int> extras;
    connect(&bench.reader, &LogReader::headRead, this,
            [&] { extras.append(bench.fetcher.extras().count()); });
    bench.readLater();
    bench.waitForTree();
    bench.sink.room = 0;
    QTRY_COMPARE(extras, QList<int>{19});
    QTRY_COMPARE(bench.fetcher.extras().count(), 0);
    bench.sink.room = 100;
    QCOMPARE(bench.again(), Problem());
    QCOMPARE(bench.sink.last, 20u);
}

// Its oldest page begins with the second entry, and says that the first is where something else is.
void LogReaderTest::logThatDoesNotTellWhereItBegins()
{
    Bench bench;
    const QByteArray elsewhere = blockAddress("elsewhere");
    const QByteArray payload(700'000, '.');
    QList<QByteArray> pages{bench.log.add({payload}, [&](Page &page) {
        page.first = 2;
        page.tail = elsewhere;
    })};
    while (pages.size() < 30) {
        pages.append(bench.log.add({payload}, [&](Page &page) {
            for (const QByteArray &older : std::as_const(pages))
                page.ranges.append(bench.log.range(older));
            // Never worth fetching: a page that is larger than the one that has the entry.
            if (pages.size() > 5)
                page.ranges.append({5, 1, elsewhere, 1024 * 1024});
        }));
    }
    const Problem problem = bench.read();
    QCOMPARE(problem.kind(), Problem::Kind::Tampered);
    QVERIFY2(problem.detail().contains(QLatin1String("entry 1 is")), qPrintable(problem.detail()));
    QCOMPARE(bench.sink.last, 0u);
    for (const int gets : std::as_const(bench.gets))
        QVERIFY(gets <= 2);
}

QTEST_GUILESS_MAIN(LogReaderTest)
#include "tst_logreader.moc"
