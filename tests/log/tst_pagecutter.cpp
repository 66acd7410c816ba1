// SPDX-License-Identifier: MIT
#include "security/hash.h"

#include "support/readback.h"
#include "support/samples.h"

#include <QTest>

using namespace RemoteLog;

namespace {

QUrl helperOfSize(int size, int number = 0)
{
    QByteArray url = "gateway+https://" + QByteArray::number(number) + ".example.org/";
    return QUrl::fromEncoded(url.leftJustified(size, 'h'));
}

QList<QUrl> longestHelpers()
{
    QList<QUrl> helpers;
    for (int i = 0; i < MaxHelpers; ++i)
        helpers.append(helperOfSize(MaxHelperSize, i));
    return helpers;
}

} // namespace

class TestPageCutter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manySmallEntriesCostLittle();
    void closesPages_data();
    void closesPages();
    void sendsOnlyIdsThatAreNotComputed_data();
    void sendsOnlyIdsThatAreNotComputed();
    void neverMakesABlockTooLarge_data();
    void neverMakesABlockTooLarge();
    void namesSafeHelpers();
    void refusesWhatCannotBeRight();
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
        store.add(cutter.add({sequence, {}, payload, false}).value());
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
        store.add(cutter.add({quint64(i), {}, QByteArray(size, 'p'), false}).value());
    store.add(cutter.finish());
    QList<int> pages;
    for (qsizetype number = 0; number < store.pages().size(); ++number)
        pages.append(int(store.page(number).pairs.size()));
    QCOMPARE(store.fault(), QString());
    QTEST(pages, "pages");
}

void TestPageCutter::sendsOnlyIdsThatAreNotComputed_data()
{
    QTest::addColumn<QByteArray>("entries"); // c: computed, h: given but the digest, g: given,
                                             // w: withdrawn
    for (const char *const entries :
         {"c", "h", "g", "w", "cgc", "gcg", "hg", "gh", "wgw", "cwg", "www"})
        QTest::newRow(entries) << QByteArray(entries);
    QTest::newRow("in turns") << QByteArray("cg").repeated(5000);
}

void TestPageCutter::sendsOnlyIdsThatAreNotComputed()
{
    QFETCH(QByteArray, entries);
    PageCutter cutter(m_keys, {}, PageLayout::Hybrid, {}, {}, {});
    ReadBack store(m_keys);
    QList<QByteArray> ids;
    for (const char kind : std::as_const(entries)) {
        const quint64 sequence = quint64(ids.size()) + 1;
        PendingEntry entry{sequence, {}, QByteArray::number(sequence), kind == 'w'};
        const QByteArray digest = sha256(entry.payload);
        if (kind == 'h')
            entry.id = digest;
        else if (kind == 'g')
            entry.id = "id";
        else if (kind == 'w')
            entry.payload.clear();
        ids.append(kind == 'c' ? digest : entry.id);
        store.add(cutter.add(entry).value());
    }
    store.add(cutter.finish());

    QCOMPARE(store.pages().size(), 1);
    const Page page = store.page(0);
    const bool isAnyComputed = entries.contains('c') || entries.contains('h');
    QCOMPARE(page.idScheme, isAnyComputed ? IdScheme::Sha256 : IdScheme::Explicit);
    const QList<PendingEntry> read = store.read();
    QCOMPARE(read.size(), entries.size());
    for (qsizetype i = 0; i < read.size(); ++i) {
        QCOMPARE(read.at(i).id, ids.at(i));
        QCOMPARE(page.pair(quint64(i) + 1).id.isEmpty(), entries.at(i) != 'g');
    }
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
    PageCutter cutter(m_keys, position, layout, {huge, huge, huge}, longestHelpers(),
                      [&](quint64) { return range; });
    QList<CutPage> pages;
    const quint64 count = size < 1000 ? 17000 : 3;
    for (quint64 i = 0; i < count; ++i) {
        const QByteArray id(64, 'i');
        pages +=
            cutter.add({position.nextSequence + i, id, QByteArray(size, 'p'), i % 2 == 1}).value();
    }
    pages += cutter.finish();
    QVERIFY(!pages.isEmpty());
    for (const CutPage &page : std::as_const(pages)) {
        for (const Block &block : page.blocks)
            QVERIFY(block.bytes().size() <= 1024 * 1024);
    }
}

// Only what a stranger may be told to ask.
void TestPageCutter::namesSafeHelpers()
{
    QList<QUrl> helpers = {helperOfSize(MaxHelperSize + 1), QUrl(),
                           QUrl(QStringLiteral("file:///home/alice/log")),
                           QUrl(QStringLiteral("kubo+http://127.0.0.1:5001"))};
    QList<QByteArray> expected;
    for (const QUrl &helper : longestHelpers())
        expected.append(helper.toEncoded());
    helpers += longestHelpers();
    helpers.append(helperOfSize(0, 9));
    PageCutter cutter(m_keys, {}, PageLayout::Hybrid, {}, helpers, {});
    ReadBack store(m_keys);
    QVERIFY(cutter.add({1, {}, "payload", false}).ok());
    store.add(cutter.finish());
    QCOMPARE(store.page(0).helpers, expected);
    QCOMPARE(store.fault(), QString());
}

// A page with a hole, or with what readers refuse, would end the log for ever.
void TestPageCutter::refusesWhatCannotBeRight()
{
    const auto kindOf = [](PageCutter &cutter, quint64 sequence, int idSize) {
        return cutter.add({sequence, QByteArray(idSize, 'i'), "payload", false}).problem().kind();
    };
    constexpr auto corrupt = Problem::Kind::LocalDataCorrupt;
    PageCutter cutter(m_keys, {}, PageLayout::Hybrid, {}, {}, {});
    QCOMPARE(kindOf(cutter, 2, 1), corrupt);
    QCOMPARE(kindOf(cutter, 0, 1), corrupt);
    QCOMPARE(kindOf(cutter, 1, MaxIdSize + 1), corrupt);
    QVERIFY(cutter.finish().isEmpty());
    QCOMPARE(kindOf(cutter, 1, MaxIdSize), Problem::Kind::None);
    QCOMPARE(kindOf(cutter, 1, 1), corrupt);
    QCOMPARE(kindOf(cutter, 3, 1), corrupt);
    QCOMPARE(kindOf(cutter, 2, 1), Problem::Kind::None);
    QCOMPARE(cutter.finish().constFirst().range.count, 2u);
    QCOMPARE(kindOf(cutter, 2, 1), corrupt);

    for (const WriterPosition &position : {WriterPosition{2, 3, {}, sampleAddress(1)},
                                           WriterPosition{2, 3, "short", sampleAddress(1)},
                                           WriterPosition{2, 3, QByteArray(32, 'h'), {}}}) {
        PageCutter lost(m_keys, position, PageLayout::Hybrid, {}, {}, {});
        QCOMPARE(kindOf(lost, 3, 1), corrupt);
    }
}

void TestPageCutter::startsAnywhere()
{
    PageCutter cutter(m_keys, {}, PageLayout::Hybrid, {}, {}, {});
    QCOMPARE(cutter.position().nextPage, 0u);
    QCOMPARE(cutter.position().nextSequence, 1u);
    QCOMPARE(cutter.position().history, QByteArray(32, '\0'));

    QVERIFY(cutter.add({1, {}, "first", false}).ok());
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
    QVERIFY(later.add({3, {}, "third", false}).ok());
    QCOMPARE(later.finish().size(), 1);
    QCOMPARE(asked, QList<quint64>({0, 1}));
}

QTEST_APPLESS_MAIN(TestPageCutter)
#include "tst_pagecutter.moc"
