// SPDX-License-Identifier: MIT
#include "engine/reading/logreader.h"
#include "support/sealedlog.h"

#include "log/history.h"

#include <QSignalSpy>
#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

// A store that has what a test gives it, and counts.
class ListedStore : public ContentStore
{
public:
    explicit ListedStore(const QHash<QByteArray, QByteArray> &blocks, QHash<QByteArray, int> &gets)
        : m_blocks(blocks)
        , m_gets(gets)
    {
    }
    bool needsNetwork() const override { return false; }
    void abort() override {}
    QFuture<Problem> put(const Upload &) override
    {
        return QtFuture::makeReadyFuture(Problem(Problem::Kind::Rejected, QString()));
    }
    QFuture<Result<QList<Block>>> get(const Fetch &fetch) override
    {
        ++m_gets[fetch.address()];
        QList<Block> found;
        if (m_blocks.contains(fetch.address()))
            found.append(Block(fetch.address(), m_blocks.value(fetch.address())));
        return QtFuture::makeReadyFuture(Result<QList<Block>>(found));
    }
    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) override
    {
        return QtFuture::makeReadyFuture(Result<QList<bool>>(QList<bool>(addresses.size(), true)));
    }

private:
    const QHash<QByteArray, QByteArray> &m_blocks;
    QHash<QByteArray, int> &m_gets;
};

// Keeps the payloads that come, and counts the transactions.
class CountingSink : public PageSink
{
public:
    Problem acceptPages(const QList<VerifiedPage> &pages) override
    {
        ++transactions;
        for (const VerifiedPage &page : pages) {
            for (quint64 sequence = page.first; sequence <= page.last; ++sequence) {
                if (sequence != ++last)
                    return Problem(Problem::Kind::LocalDataCorrupt, QStringLiteral("out of order"));
            }
        }
        return refusal;
    }
    Problem acceptContent(quint64, const QByteArray &address, const QByteArray &block) override
    {
        contents.insert(address, block);
        return {};
    }
    Result<QByteArray> content(const QByteArray &address) override
    {
        return contents.value(address);
    }
    void dropContents() override { contents.clear(); }
    bool hasRoom() const override { return true; }

    int transactions = 0;
    quint64 last = 0;
    Problem refusal;
    QHash<QByteArray, QByteArray> contents;
};

// One reader of a sealed log, with everything that it needs.
class Bench
{
public:
    Bench()
        : registry(std::make_shared<HelperRegistry>())
        , helpers(registry, {}, nullptr)
        , fetcher(helpers, {}, nullptr)
        , reader(log.keys.publicKey, log.keys.readKey, 1'000'000, fetcher, sink, nullptr)
    {
        registry->add(QStringLiteral("listed"),
                      [this](const QUrl &) { return new ListedStore(blocks, gets); });
        Settings settings;
        settings.setHelpers({QUrl(QStringLiteral("listed://store"))});
        helpers.configure(settings);
        reader.setCursor(0, initialHistory(), 0);
        QObject::connect(&reader, &LogReader::stopped, &reader, [this](const Problem &problem) {
            ended = problem;
            ++ends;
        });
    }

    // Reads up to the page (default: the last one) and waits for the end.
    Problem read(const QByteArray &page = {}, const QList<QByteArray> &embedded = {})
    {
        record = parseNameRecord(log.record(page, embedded), log.keys.publicKey).value();
        return again();
    }
    // The same record again.
    Problem again()
    {
        const int before = ends;
        reader.read(record);
        if (!QTest::qWaitFor([&] { return ends > before; }, 60'000))
            qFatal("the reader does not stop");
        return ended;
    }
    int countGets() const
    {
        int count = 0;
        for (const int each : gets)
            count += each;
        return count;
    }

    SealedLog log;
    QHash<QByteArray, QByteArray> &blocks = log.blocks;
    QHash<QByteArray, int> gets; // by address
    CountingSink sink;
    std::shared_ptr<HelperRegistry> registry;
    HelperSet helpers;
    BlockFetcher fetcher;
    LogReader reader;
    NameRecord record;
    Problem ended;
    int ends = 0;
};

// Pages of one entry; each names the 200 before it.
QList<QByteArray> addPages(SealedLog &log, int count)
{
    QList<QByteArray> pages;
    for (int i = 0; i < count; ++i) {
        pages.append(log.add({"entry " + QByteArray::number(i)}, [&](Page &page) {
            for (qsizetype j = std::max<qsizetype>(0, pages.size() - 200); j < pages.size(); ++j)
                page.ranges.append(log.range(pages.at(j)));
        }));
    }
    return pages;
}

} // namespace

// The reading of one log into a sink.
class LogReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manyAnswersShareATransaction();
    void bareTailChain();
    void stuckLogAsksForOnePage();
    void backlogIsReadWithoutTheHead();
    void otherRangeIsTriedWhenOneFails();
    void refusalOfTheSinkEndsReading();
    void embeddedPagesAreNotFetched();
    void strayEmbeddedBlocksAreIgnored();
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

QTEST_GUILESS_MAIN(LogReaderTest)
#include "tst_logreader.moc"
