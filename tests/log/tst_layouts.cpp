// SPDX-License-Identifier: MIT
#include "security/hash.h"

#include "support/readback.h"
#include "support/samples.h"

#include <QTest>

using namespace RemoteLog;

namespace {

// Sizes around every limit, ids of both kinds, withdrawn entries.
QList<PendingEntry> entriesOfAllKinds()
{
    constexpr int KiB = 1024;
    constexpr int MiB = 1024 * KiB;
    QList<PendingEntry> entries;
    const auto add = [&entries](int size, const QByteArray &id) {
        const quint64 sequence = quint64(entries.size()) + 1;
        entries.append({sequence, id, QByteArray(size, char(sequence)), false});
    };
    const auto withdraw = [&entries] {
        entries.append({quint64(entries.size()) + 1, {}, {}, true});
    };
    withdraw();
    for (const int size : {0, 1, 200, 64 * KiB, 64 * KiB + 1})
        add(size, {});
    withdraw();
    withdraw();
    for (const int size : {MiB - 256, 0, MiB - 256 + 1, 5 * MiB, 200 * KiB, 100 * KiB})
        add(size, "id " + QByteArray::number(size));
    withdraw();
    add(10, QByteArray(64, 'i'));
    add(20, {});
    add(MiB - 40 * KiB, {});
    add(MiB - 20 * KiB, {});
    withdraw();
    return entries;
}

} // namespace

class TestLayouts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsRead_data();
    void whatIsWrittenIsRead();
    void everyLayoutPutsEntriesWhereItShould_data();
    void everyLayoutPutsEntriesWhereItShould();
};

void TestLayouts::whatIsWrittenIsRead_data()
{
    QTest::addColumn<PageLayout>("layout");
    QTest::addColumn<bool>("resumes"); // with a new cutter for every entry
    for (const bool resumes : {false, true}) {
        const char *const how = resumes ? "in many runs" : "in one run";
        QTest::addRow("hybrid %s", how) << PageLayout::Hybrid << resumes;
        QTest::addRow("fully replicated %s", how) << PageLayout::FullyReplicated << resumes;
        QTest::addRow("CAS mapping %s", how) << PageLayout::CasMapping << resumes;
        QTest::addRow("linked list %s", how) << PageLayout::LinkedList << resumes;
    }
}

void TestLayouts::whatIsWrittenIsRead()
{
    QFETCH(PageLayout, layout);
    QFETCH(bool, resumes);
    const QList<PendingEntry> entries = entriesOfAllKinds();
    ReadBack store(sampleKeys());
    const auto rangeOf = [&store](quint64 number) {
        return store.pages().at(qsizetype(number)).range;
    };
    WriterPosition position;
    auto cutter = std::make_unique<PageCutter>(sampleKeys(), position, layout, CutLimits(),
                                               QList<QUrl>(), rangeOf);
    for (const PendingEntry &entry : entries) {
        store.add(cutter->add(entry).value());
        if (resumes) {
            store.add(cutter->finish());
            position = cutter->position();
            QCOMPARE(position.nextSequence, entry.sequence + 1);
            cutter = std::make_unique<PageCutter>(sampleKeys(), position, layout, CutLimits(),
                                                  QList<QUrl>(), rangeOf);
        }
    }
    store.add(cutter->finish());
    QVERIFY(cutter->finish().isEmpty());

    const QList<PendingEntry> read = store.read();
    QCOMPARE(store.fault(), QString());
    QCOMPARE(read.size(), entries.size());
    for (qsizetype i = 0; i < entries.size(); ++i) {
        const PendingEntry &entry = entries.at(i);
        QCOMPARE(read.at(i).sequence, entry.sequence);
        QCOMPARE(read.at(i).isWithdrawn, entry.isWithdrawn);
        QVERIFY(read.at(i).payload == entry.payload);
        if (!entry.isWithdrawn)
            QCOMPARE(read.at(i).id, entry.id.isEmpty() ? sha256(entry.payload) : entry.id);
    }
    if (resumes || layout == PageLayout::LinkedList)
        QCOMPARE(store.pages().size(), entries.size());
}

void TestLayouts::everyLayoutPutsEntriesWhereItShould_data()
{
    QTest::addColumn<PageLayout>("layout");
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("mapped");
    const auto row = [](const char *name, PageLayout layout, int size, bool mapped) {
        QTest::addRow("%s, %d bytes", name, size) << layout << size << mapped;
    };
    row("hybrid", PageLayout::Hybrid, 0, false);
    row("hybrid", PageLayout::Hybrid, 65536, false);
    row("hybrid", PageLayout::Hybrid, 65537, true);
    row("fully replicated", PageLayout::FullyReplicated, 65537, false);
    row("fully replicated", PageLayout::FullyReplicated, 1'000'000, false);
    row("fully replicated", PageLayout::FullyReplicated, 1'048'576, true);
    row("CAS mapping", PageLayout::CasMapping, 0, true);
    row("CAS mapping", PageLayout::CasMapping, 1'000'000, true);
    row("linked list", PageLayout::LinkedList, 0, true);
    row("linked list", PageLayout::LinkedList, 1'000'000, true);
}

void TestLayouts::everyLayoutPutsEntriesWhereItShould()
{
    QFETCH(PageLayout, layout);
    QFETCH(int, size);
    PageCutter cutter(sampleKeys(), {}, layout, {}, {}, {});
    ReadBack store(sampleKeys());
    store.add(cutter.add({1, "id", QByteArray(size, 'p'), false}).value());
    store.add(cutter.finish());
    QCOMPARE(store.pages().size(), 1);
    QTEST(store.page(0).pair(1).isMapped(), "mapped");
    QCOMPARE(store.fault(), QString());
}

QTEST_APPLESS_MAIN(TestLayouts)
#include "tst_layouts.moc"
