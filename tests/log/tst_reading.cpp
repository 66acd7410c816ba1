// SPDX-License-Identifier: MIT
#include "log/address.h"

#include "support/samples.h"
#include "support/simulation.h"

#include <QSet>
#include <QTest>

#include <functional>
#include <map>
#include <set>
#include <tuple>

using namespace RemoteLog;

using Lie = std::function<void(Page &)>;
Q_DECLARE_METATYPE(Lie)
using Claim = std::tuple<quint64, quint64, QByteArray>; // first, count, address

namespace {

// The promise of the wire format: dependent fetches after the head.
int promisedDepth(quint64 pages)
{
    return pages <= 100 ? 3 : pages <= 1000 ? 5 : 6;
}

// Made once: many readers read it.
const SimulatedLog &honestLog(quint64 pages)
{
    static std::map<quint64, SimulatedLog> logs;
    const auto made = logs.find(pages);
    return made == logs.end() ? logs.emplace(pages, SimulatedLog(pages)).first->second
                              : made->second;
}

QByteArray nowhere(quint64 number)
{
    return blockAddress("nowhere" + QByteArray::number(number));
}

} // namespace

// A reader that knows nothing of the writer's skip list finds its way by RangeMap alone.
class TestReading : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEverythingAtSmallDepth_data();
    void readsEverythingAtSmallDepth();
    void mayKeepPagesItself_data();
    void mayKeepPagesItself();
    void readsNothingElse_data();
    void readsNothingElse();
    void readsAChainWithoutRanges();
    void takesACompactedBlock();
    void liesEnd_data();
    void liesEnd();
    void overlapsDoNotMultiply();
    void beginsAgainWhereRoomRanOut();
};

void TestReading::readsEverythingAtSmallDepth_data()
{
    QTest::addColumn<quint64>("pages");
    QTest::addColumn<quint64>("missing"); // entries, one a page
    QTest::addColumn<int>("window");
    QTest::addColumn<Arrival>("arrival");
    const auto rows = [](quint64 pages, const QList<quint64> &missing) {
        for (const quint64 last : missing) {
            for (const int window : {16, 64, 256}) {
                QTest::addRow("last %llu of %llu, %d in rounds", last, pages, window)
                    << pages << last << window << Arrival::InRounds;
                QTest::addRow("last %llu of %llu, %d in order", last, pages, window)
                    << pages << last << window << Arrival::InOrder;
                QTest::addRow("last %llu of %llu, %d shuffled", last, pages, window)
                    << pages << last << window << Arrival::Shuffled;
            }
        }
    };
    rows(1, {1});
    rows(2, {1, 2});
    rows(17, {1, 16, 17});
    rows(100, {5, 50, 100});
    rows(257, {257});
    rows(993, {2, 993});
    rows(1000, {3, 100, 500, 1000});
    rows(4097, {4097});
    rows(10000, {30, 3000, 10000});
}

void TestReading::readsEverythingAtSmallDepth()
{
    QFETCH(quint64, pages);
    QFETCH(quint64, missing);
    QFETCH(int, window);
    QFETCH(Arrival, arrival);
    const SimulatedLog &log = honestLog(pages);
    SimulatedReader reader(log, window, arrival);
    const quint64 first = pages - missing + 1;
    QVERIFY(reader.read(first));
    QCOMPARE(quint64(reader.fetched.size()), missing - 1);
    QCOMPARE(reader.map.size(), 0);

    // Where blocks overtake each other a page may be learned from a later one than the best.
    const int allowed = promisedDepth(pages) + (arrival == Arrival::Shuffled ? 4 : 0);
    if (window >= 64)
        QVERIFY2(reader.maxDepth <= allowed, qPrintable(QString::number(reader.maxDepth)));

    // What planning looks at: the window, what is near, and a few more.
    const quint64 steps = quint64(reader.plans) * quint64(256 + window + 32) + missing * 32;
    QVERIFY2(reader.map.steps() <= steps, qPrintable(QString::number(reader.map.steps())));
}

void TestReading::mayKeepPagesItself_data()
{
    QTest::addColumn<quint64>("pages");
    QTest::addColumn<int>("window");
    QTest::addColumn<Arrival>("arrival");
    for (const quint64 pages : {100, 1000, 10000}) {
        for (const int window : {64, 256}) {
            QTest::addRow("%llu, %d in rounds", pages, window)
                << pages << window << Arrival::InRounds;
            QTest::addRow("%llu, %d in order", pages, window)
                << pages << window << Arrival::InOrder;
        }
    }
}

void TestReading::mayKeepPagesItself()
{
    QFETCH(quint64, pages);
    QFETCH(int, window);
    QFETCH(Arrival, arrival);
    SimulatedReader reader(honestLog(pages), window, arrival, InHand::AtTheReader);
    QVERIFY(reader.read(1));
    QCOMPARE(quint64(reader.fetched.size()), pages - 1);
    QVERIFY2(reader.maxDepth <= promisedDepth(pages), qPrintable(QString::number(reader.maxDepth)));
    const quint64 steps = quint64(reader.plans) * quint64(256 + window + reader.mostEarly + 32);
    QVERIFY2(reader.map.steps() <= steps + pages * 32,
             qPrintable(QString::number(reader.map.steps())));
}

void TestReading::readsNothingElse_data()
{
    QTest::addColumn<quint64>("first");
    for (const quint64 first : {1, 2, 700, 701, 705, 3000, 6999, 7000})
        QTest::addRow("from %llu", first) << first;
}

void TestReading::readsNothingElse()
{
    QFETCH(quint64, first);
    SimulatedLog log(1000, 7);
    SimulatedReader reader(log, 64, Arrival::InOrder);
    QVERIFY(reader.read(first));
    QSet<QByteArray> addresses;
    for (const PlannedFetch &fetch : std::as_const(reader.fetched)) {
        QVERIFY(fetch.range.last() >= first);
        addresses.insert(fetch.range.address);
    }
    QCOMPARE(addresses.size(), reader.fetched.size()); // none twice
}

void TestReading::readsAChainWithoutRanges()
{
    SimulatedLog log(200);
    for (quint64 number = 0; number < 200; ++number)
        log.page(number).ranges.clear();
    SimulatedReader reader(log, 64, Arrival::InOrder);
    QVERIFY(reader.read(1));
    QCOMPARE(reader.fetched.size(), 199);
    QCOMPARE(reader.maxDepth, 199);
}

void TestReading::takesACompactedBlock()
{
    // The pages 100..499, which cost 400 x 5096 one by one.
    for (const quint64 size : {1'000'000, 0}) {
        SimulatedLog log(1000);
        const PageRange compacted = log.addCompacted(100, 499, size);
        SimulatedReader reader(log, 64, Arrival::InOrder);
        QVERIFY(reader.read(1));
        const auto isCompacted = [&](const PlannedFetch &fetch) {
            return fetch.range.address == compacted.address;
        };
        QCOMPARE(std::count_if(reader.fetched.cbegin(), reader.fetched.cend(), isCompacted), 1);
        QVERIFY(reader.fetched.size() < 700);
    }
}

void TestReading::liesEnd_data()
{
    QTest::addColumn<quint64>("pages");
    QTest::addColumn<Lie>("lie");
    QTest::addColumn<quint64>("missing"); // the newest that does not arrive
    const auto row = [](const char *name, quint64 pages, const Lie &lie, quint64 missing) {
        QTest::addRow("%s, %llu pages", name, pages) << pages << lie << missing;
    };
    for (const quint64 pages : {100, 1000}) {
        row(
            "none", pages, [](Page &) {}, 0);
        row(
            "blocks that are nowhere", pages,
            [](Page &page) {
                for (PageRange &range : page.ranges)
                    range.address = nowhere(range.first);
            },
            0);
        row(
            "more than a page holds, beside the truth", pages,
            [](Page &page) {
                if (page.first > 2)
                    page.ranges.append({1, page.first - 1, nowhere(page.first), 1});
            },
            0);
        row(
            "other entries than a page holds", pages,
            [](Page &page) {
                for (PageRange &range : page.ranges)
                    range.first = range.first > 1 ? range.first - 1 : 1;
            },
            pages == 100 ? 64 : 976); // of two claims of one page the first counts until it fails
    }
}

// A third of the pages lies, not the head: no more is fetched than there are claims, what honest
// ones tell arrives, and then it is over.
void TestReading::liesEnd()
{
    QFETCH(quint64, pages);
    QFETCH(Lie, lie);
    QFETCH(quint64, missing);
    SimulatedLog log(pages);
    std::set<Claim> claims;
    for (quint64 number = 0; number < pages; ++number) {
        Page &page = log.page(number);
        if (number % 3 == 1 && number + 1 < pages)
            lie(page);
        for (const PageRange &range : page.ranges)
            claims.emplace(range.first, range.count, range.address);
        if (!page.tail.isEmpty())
            claims.emplace(page.first - 1, 1, page.tail);
    }
    SimulatedReader reader(log, 64, Arrival::InOrder);
    QCOMPARE(reader.read(1), missing == 0);
    QCOMPARE(reader.newestMissing(), missing);
    for (const PlannedFetch &fetch : std::as_const(reader.fetched))
        QVERIFY(claims.count({fetch.range.first, fetch.range.count, fetch.range.address}));
    QVERIFY(reader.fetched.size() <= qsizetype(claims.size()));
    QCOMPARE(reader.map.size(), 0);
}

// Every page names all earlier entries as one range each: only what is needed is read, and planning
// stays bounded.
void TestReading::overlapsDoNotMultiply()
{
    constexpr quint64 pages = 300;
    SimulatedLog log(pages, 2);
    for (quint64 number = 1; number < pages; ++number) {
        QList<PageRange> &ranges = log.page(number).ranges;
        ranges.clear();
        for (quint64 i = 0; i < number; ++i)
            ranges.append({i * 2 + 2, 1, SimulatedLog::addressOf(i), 1});
        ranges.append({1, number * 2, blockAddress("nowhere" + QByteArray::number(number)), 1});
    }
    SimulatedReader reader(log, 64, Arrival::InRounds);
    QVERIFY(reader.read(1));
    // All pages but the head, and the one lie that the head tells.
    QCOMPARE(reader.fetched.size(), qsizetype(pages));
    QVERIFY2(reader.map.steps() < 3000, qPrintable(QString::number(reader.map.steps())));
}

void TestReading::beginsAgainWhereRoomRanOut()
{
    // A head that names more than the map keeps.
    constexpr quint64 pages = 70'000;
    SimulatedLog log(pages);
    Page &head = log.page(pages - 1);
    head.ranges.clear();
    head.tail.clear();
    for (quint64 number = 0; number < pages - 1; ++number)
        head.ranges.append(log.rangeOf(number));
    for (quint64 number = 0; number < pages - 1; ++number) {
        log.page(number).ranges.clear();
        log.page(number).tail.clear();
    }
    SimulatedReader reader(log, 256, Arrival::InRounds);
    QVERIFY(!reader.read(1));
    QCOMPARE(reader.fetched.size(), RangeMap::MaxUnread);
    SimulatedReader again(log, 256, Arrival::InRounds);
    QVERIFY(again.read(RangeMap::MaxUnread + 1));
    QCOMPARE(again.fetched.size(), qsizetype(pages - 1 - RangeMap::MaxUnread));
}

QTEST_APPLESS_MAIN(TestReading)
#include "tst_reading.moc"
