// SPDX-License-Identifier: MIT
#include "security/hash.h"

#include "support/readback.h"
#include "support/samples.h"

#include <QTest>

using namespace RemoteLog;

class TestPageCutter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manySmallEntriesCostLittle();
    void closesPages_data();
    void closesPages();
    void breaksWhereIdsChangeTheirKind_data();
    void breaksWhereIdsChangeTheirKind();
    void neverMakesABlockTooLarge_data();
    void neverMakesABlockTooLarge();
    void namesHelpers();
    void startsAnywhere();

private:
    const LogKeys m_keys = sampleKeys();
};

void TestPageCutter::manySmallEntriesCostLittle()
{
    PageCutter cutter(m_keys, {}, PageLayout::Hybrid, {}, {}, {});
    ReadBack store(m_keys);
    qint64 payloadBytes = 0;
    for (quint64 sequence = 1; sequence <= 10000; ++sequence) {
        const QByteArray payload = QByteArray::number(sequence).leftJustified(200, '.');
        payloadBytes += payload.size();
        store.add(cutter.add({sequence, {}, payload, false}));
    }
    store.add(cutter.finish());
    QCOMPARE(store.read().size(), 10000);
    QCOMPARE(store.fault(), QString());
    QVERIFY2(store.blockCount() <= 20, qPrintable(QString::number(store.blockCount())));
    const double perByte = double(store.storedBytes()) / double(payloadBytes);
    QVERIFY2(perByte <= 1.05, qPrintable(QString::number(perByte)));
}

void TestPageCutter::closesPages_data()
{
    QTest::addColumn<PageLayout>("layout");
    QTest::addColumn<CutLimits>("limits");
    QTest::addColumn<int>("size"); // of each of 40000 (or fewer) entries
    QTest::addColumn<int>("count");
    QTest::addColumn<QList<int>>("pages"); // entries in each
    constexpr auto hybrid = PageLayout::Hybrid;
    constexpr auto mapping = PageLayout::CasMapping;
    QTest::newRow("none for nothing") << hybrid << CutLimits() << 0 << 0 << QList<int>();
    QTest::newRow("one for one") << hybrid << CutLimits() << 10 << 1 << QList<int>{1};
    QTest::newRow("at 16384 pairs")
        << hybrid << CutLimits() << 0 << 40000 << QList<int>{16384, 16384, 7232};
    QTest::newRow("at the size") << hybrid << CutLimits{1000, 600} << 96 << 14
                                 << QList<int>{6, 6, 2}; // 100 bytes a pair
    QTest::newRow("one over the size")
        << hybrid << CutLimits{1000, 601} << 96 << 14 << QList<int>{7, 7};
    QTest::newRow("one entry as large as a page")
        << hybrid << CutLimits{1000, 600} << 1000 << 3 << QList<int>{1, 1, 1};
    QTest::newRow("links count") << mapping << CutLimits{0, 1190} << 94 << 25
                                 << QList<int>{10, 10, 5}; // 78 + 41 bytes a pair
    QTest::newRow("at the size of the contents")
        << mapping << CutLimits{0, 100000, 1000} << 250 << 9 << QList<int>{4, 4, 1};
    QTest::newRow("limit 0") << hybrid << CutLimits{1000, 0} << 10 << 3 << QList<int>{1, 1, 1};
}

void TestPageCutter::closesPages()
{
    QFETCH(PageLayout, layout);
    QFETCH(CutLimits, limits);
    QFETCH(int, size);
    QFETCH(int, count);
    PageCutter cutter(m_keys, {}, layout, limits, {}, {});
    ReadBack store(m_keys);
    for (int i = 1; i <= count; ++i)
        store.add(cutter.add({quint64(i), {}, QByteArray(size, 'p'), false}));
    store.add(cutter.finish());
    QList<int> pages;
    for (qsizetype number = 0; number < store.pages().size(); ++number)
        pages.append(int(store.page(number).pairs.size()));
    QCOMPARE(store.fault(), QString());
    QTEST(pages, "pages");
}

void TestPageCutter::breaksWhereIdsChangeTheirKind_data()
{
    QTest::addColumn<QByteArray>("entries"); // c: computed, h: given but the digest, g: given,
                                             // w: withdrawn
    QTest::addColumn<QByteArray>("pages"); // the same, with breaks
    const auto row = [](const char *pages) {
        QTest::newRow(pages) << QByteArray(pages).replace("|", "") << QByteArray(pages);
    };
    row("ccc");
    row("ggg");
    row("ccc|ggg|c");
    row("chc");
    row("hhh|g");
    row("www");
    row("wcw");
    row("wgw");
    row("cwww|g");
    row("gw|cw|g");
}

void TestPageCutter::breaksWhereIdsChangeTheirKind()
{
    QFETCH(QByteArray, entries);
    QFETCH(QByteArray, pages);
    PageCutter cutter(m_keys, {}, PageLayout::Hybrid, {}, {}, {});
    ReadBack store(m_keys);
    quint64 sequence = 0;
    for (const char kind : std::as_const(entries)) {
        PendingEntry entry{++sequence, {}, QByteArray::number(sequence), kind == 'w'};
        if (kind == 'h')
            entry.id = sha256(entry.payload);
        else if (kind == 'g')
            entry.id = "id";
        else if (kind == 'w')
            entry.payload.clear();
        store.add(cutter.add(entry));
    }
    store.add(cutter.finish());

    QByteArray written;
    for (qsizetype number = 0; number < store.pages().size(); ++number) {
        const Page page = store.page(number);
        if (number > 0)
            written += '|';
        written += entries.sliced(qsizetype(page.first) - 1, page.pairs.size());
        for (const Pair &pair : page.pairs)
            QVERIFY2(page.idScheme == IdScheme::Explicit || pair.id.isEmpty(), "a computed id");
    }
    QCOMPARE(written, pages);
    QCOMPARE(store.read().size(), entries.size());
    QCOMPARE(store.fault(), QString());
}

void TestPageCutter::neverMakesABlockTooLarge_data()
{
    QTest::addColumn<PageLayout>("layout");
    QTest::addColumn<int>("size");
    for (const int size : {0, 1, 70, 5000, 500'000, 700'000, 1'015'000, 1'015'680, 1'040'000}) {
        QTest::addRow("hybrid %d", size) << PageLayout::Hybrid << size;
        QTest::addRow("fully replicated %d", size) << PageLayout::FullyReplicated << size;
    }
    QTest::addRow("CAS mapping") << PageLayout::CasMapping << 70;
}

// With limits that only the block stops, the longest ids and helpers, and a page number with most
// ranges.
void TestPageCutter::neverMakesABlockTooLarge()
{
    QFETCH(PageLayout, layout);
    QFETCH(int, size);
    constexpr int huge = 1 << 30;
    const PageRange range{1, MaxSequence / 4, sampleAddress(1), MaxSequence};
    const WriterPosition position{quint64(1) << 60, MaxSequence / 2, QByteArray(32, 'h'),
                                  sampleAddress(2)};
    PageCutter cutter(m_keys, position, layout, {huge, huge, huge},
                      QList<QByteArray>(8, QByteArray(1024, 'h')), [&](quint64) { return range; });
    QList<CutPage> pages;
    const quint64 count = size < 1000 ? 17000 : 3;
    for (quint64 i = 0; i < count; ++i) {
        const QByteArray id(64, 'i');
        pages += cutter.add({position.nextSequence + i, id, QByteArray(size, 'p'), i % 2 == 1});
    }
    pages += cutter.finish();
    QVERIFY(!pages.isEmpty());
    for (const CutPage &page : std::as_const(pages)) {
        for (const Block &block : page.blocks)
            QVERIFY(block.bytes().size() <= 1024 * 1024);
    }
}

void TestPageCutter::namesHelpers()
{
    QList<QByteArray> helpers = {QByteArray(1025, 'h'), QByteArray()};
    QList<QByteArray> named;
    for (int i = 0; i < 10; ++i)
        helpers.append("gateway+https://" + QByteArray::number(i) + ".example.org");
    PageCutter cutter(m_keys, {}, PageLayout::Hybrid, {}, helpers, {});
    ReadBack store(m_keys);
    cutter.add({1, {}, "payload", false});
    store.add(cutter.finish());
    QCOMPARE(store.page(0).helpers, helpers.sliced(2, 8));
    QCOMPARE(store.fault(), QString());
}

void TestPageCutter::startsAnywhere()
{
    PageCutter cutter(m_keys, {}, PageLayout::Hybrid, {}, {}, {});
    QCOMPARE(cutter.position().nextPage, 0u);
    QCOMPARE(cutter.position().nextSequence, 1u);
    QCOMPARE(cutter.position().history, QByteArray(32, '\0'));

    cutter.add({1, {}, "first", false});
    QCOMPARE(cutter.position().nextSequence, 1u); // its page is open still
    const QList<CutPage> pages = cutter.finish();
    QCOMPARE(pages.size(), 1);
    QCOMPARE(cutter.position().nextPage, 1u);
    QCOMPARE(cutter.position().nextSequence, 2u);
    QCOMPARE(cutter.position().history, pages.at(0).historyAfter);
    QCOMPARE(cutter.position().tail, pages.at(0).range.address);

    // Ranges of pages that this cutter did not cut are asked for; one that nobody knows is left
    // out.
    QList<quint64> asked;
    const WriterPosition third{2, 3, QByteArray(32, 'h'), sampleAddress(1)};
    PageCutter later(m_keys, third, PageLayout::Hybrid, {}, {}, [&asked](quint64 number) {
        asked.append(number);
        return number == 0 ? PageRange() : PageRange{2, 1, sampleAddress(1), 100};
    });
    later.add({3, {}, "third", false});
    QCOMPARE(later.finish().size(), 1);
    QCOMPARE(asked, QList<quint64>({0, 1}));
}

QTEST_APPLESS_MAIN(TestPageCutter)
#include "tst_pagecutter.moc"
