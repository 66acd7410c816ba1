// SPDX-License-Identifier: MIT
#include "testprofile.h"

#include "log/block.h"
#include "log/pagecutter.h"

#include <QTest>

#include <SQLiteCpp/Database.h>

#include <sqlite3.h>

using namespace RemoteLog;

class OwnPagesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_profile.reset(); }
    void intentIsOneTransaction();
    void failedIntentChangesNothing_data();
    void failedIntentChangesNothing();
    void pagesComeBack();
    void withdrawnEntriesAreNotCounted();
    void restoredPagesNeedNoOutbox();
    void realPagesComeBack();
    void blocksArePaged();
    void addressesComeFromTheEnd();
    void blocksByAddress();
    void placements();
    void logsDoNotMix();
    void staysAfterACrash();

private:
    void append(int count)
    {
        QList<NewEntry> entries;
        for (int i = 0; i < count; ++i)
            entries.append({bytesOf(m_log.nextSequence + quint64(i), 10), {}});
        QVERIFY(!m_profile->outbox().append(m_log, m_log.nextSequence, entries));
        m_log.nextSequence += quint64(count);
    }
    std::unique_ptr<TestProfile> m_profile;
    OwnLog m_log;
};

void OwnPagesTest::init()
{
    m_profile = std::make_unique<TestProfile>();
    QVERIFY(!m_profile->open());
    m_log = m_profile->createLog();
}

void OwnPagesTest::intentIsOneTransaction()
{
    append(10);
    int commits = 0;
    sqlite3_commit_hook(
        m_profile->db().handle().getHandle(), [](void *c) { return ++*static_cast<int *>(c), 0; },
        &commits);
    QList<CutPage> pages{cutPage(m_log, 4, 2), cutPage(m_log, 8)};
    m_log.recordNumber = 1;
    QVERIFY(!m_profile->pages().addPages(m_log, pages));
    QCOMPARE(commits, 1);
    QVERIFY(!m_profile->open());
    const OwnLog log = m_profile->ownLog();
    QCOMPARE(log.position.nextPage, quint64(2));
    QCOMPARE(log.position.nextSequence, quint64(9));
    QCOMPARE(log.position.tail, pages.constLast().range.address);
    QCOMPARE(log.position.history, pages.constLast().historyAfter);
    QCOMPARE(log.recordNumber, quint64(1));
    QCOMPARE(log.nextSequence, quint64(11));
    const QList<PendingEntry> entries = m_profile->pending(m_log);
    QCOMPARE(entries.size(), 2);
    QCOMPARE(entries.constFirst().sequence, quint64(9));
}

void OwnPagesTest::failedIntentChangesNothing_data()
{
    QTest::addColumn<int>("what");
    QTest::newRow("a page that is there already") << 0;
    QTest::newRow("a page without blocks") << 1;
    QTest::newRow("a page whose last block is another") << 2;
    QTest::newRow("a page without entries") << 3;
    QTest::newRow("sequences beyond the end") << 4;
    QTest::newRow("a block without bytes") << 5;
    QTest::newRow("a record number that goes back") << 6;
}

void OwnPagesTest::failedIntentChangesNothing()
{
    QFETCH(int, what);
    append(10);
    const CutPage first = cutPage(m_log, 4);
    m_log.recordNumber = 5;
    QVERIFY(!m_profile->pages().addPages(m_log, {first}));
    const OwnLog before = m_log;
    CutPage good = cutPage(m_log, 6);
    CutPage bad = cutPage(m_log, 8);
    m_log.recordNumber = what == 6 ? 4 : 6;
    if (what == 0)
        bad = first;
    else if (what == 1)
        bad.blocks.clear();
    else if (what == 2)
        bad.blocks = {Block(addressOf(99), "x")};
    else if (what == 3)
        bad.range.count = 0;
    else if (what == 4)
        bad.range.count = MaxSequence;
    else if (what == 5)
        bad.blocks = {Block(bad.range.address, QByteArray())};
    QCOMPARE(m_profile->pages().addPages(m_log, {good, bad}).kind(),
             Problem::Kind::InvalidArgument);
    m_log = before;
    QCOMPARE(m_profile->ownLog().position.nextPage, quint64(1));
    QCOMPARE(m_profile->ownLog().recordNumber, quint64(5));
    QCOMPARE(m_profile->pending(m_log).size(), 6);
    QCOMPARE(m_profile->outbox().pendingTotals(m_log).value().count, 6);
    QCOMPARE(m_profile->pages().blockCount(m_log, MaxSequence).value(), 1);
    QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, 6)})); // and the next may succeed
}

void OwnPagesTest::pagesComeBack()
{
    append(100);
    QList<CutPage> pages;
    for (quint64 last = 10; last <= 100; last += 10)
        pages.append(cutPage(m_log, last, int(last / 10) % 3));
    QVERIFY(!m_profile->pages().addPages(m_log, pages));
    QVERIFY(!m_profile->open());
    OwnPages stored = m_profile->pages();
    for (const CutPage &page : pages) {
        QCOMPARE(stored.pageRange(m_log, page.number).value(), page.range);
        for (quint64 sequence : {page.range.first, page.range.first + 5, page.range.last()}) {
            const auto found = stored.pageHolding(m_log, sequence).value();
            QVERIFY(found);
            QCOMPARE(found->number, page.number);
            QCOMPARE(found->range, page.range);
            QCOMPARE(found->entries, 10);
            QCOMPARE(found->payloadBytes, qint64(100));
        }
    }
    for (quint64 sequence : {quint64(0), quint64(101), MaxSequence, ~quint64(0)})
        QVERIFY(!stored.pageHolding(m_log, sequence).value());
    QVERIFY(!stored.pageRange(m_log, 10).ok());
    QVERIFY(!stored.pageRange(m_log, ~quint64(0)).ok());
    QCOMPARE(stored.pages(m_log, 0, 100).value().size(), 10);
    QCOMPARE(stored.pages(m_log, 3, 2).value().size(), 2);
    QCOMPARE(stored.pages(m_log, 3, 2).value().constFirst().number, quint64(3));
    QVERIFY(stored.pages(m_log, 3, 0).value().isEmpty());
    QVERIFY(stored.pages(m_log, 10, 5).value().isEmpty());
    QCOMPARE(stored.totalsFrom(m_log, 8).value().count, 20);
    QCOMPARE(stored.totalsFrom(m_log, 8).value().bytes, qint64(200));
    QCOMPARE(stored.totalsFrom(m_log, 10).value().count, 0);
}

void OwnPagesTest::withdrawnEntriesAreNotCounted()
{
    append(5);
    QVERIFY(m_profile->outbox().withdraw(m_log, 2).value());
    QVERIFY(m_profile->outbox().withdraw(m_log, 5).value());
    QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, 4)}));
    QCOMPARE(m_profile->pages().pageHolding(m_log, 2).value()->entries, 3);
    QCOMPARE(m_profile->pages().totalsFrom(m_log, 0).value().count, 3);
    QCOMPARE(m_profile->outbox().pendingTotals(m_log).value().count, 0);
}

void OwnPagesTest::restoredPagesNeedNoOutbox()
{
    // The database was lost, the pages come from a store: nothing of them was ever pending here.
    const CutPage page = cutPage(m_log, 30, 1);
    m_log.nextSequence = 31;
    QVERIFY(!m_profile->pages().addPages(m_log, {page}));
    QCOMPARE(m_profile->ownLog().nextSequence, quint64(31));
    QCOMPARE(m_profile->pages().pageHolding(m_log, 30).value()->entries, 30);
    QCOMPARE(m_profile->outbox().pendingTotals(m_log).value().count, 0);
    append(1);
    QCOMPARE(m_profile->pending(m_log).constFirst().sequence, quint64(31));
}

void OwnPagesTest::realPagesComeBack()
{
    append(50);
    const LogKeys keys = m_profile->master.logKeys(m_log.label);
    PageCutter cutter(
        keys, m_log.position, PageLayout::CasMapping, CutLimits(), {},
        [&](quint64 number) { return m_profile->pages().pageRange(m_log, number).value(); });
    QList<CutPage> cut;
    for (const PendingEntry &entry : m_profile->pending(m_log))
        cut += cutter.add(entry).value();
    cut += cutter.finish();
    QCOMPARE(cut.constFirst().blocks.size(), 51);
    m_log.position = cutter.position();
    QVERIFY(!m_profile->pages().addPages(m_log, cut));
    QVERIFY(!m_profile->open());
    for (const CutPage &page : cut) {
        for (const Block &block : page.blocks)
            QCOMPARE(m_profile->pages().block(m_log, block.address()).value(), block.bytes());
    }
    QCOMPARE(m_profile->ownLog().position.history, cut.constLast().historyAfter);
}

void OwnPagesTest::blocksArePaged()
{
    append(30);
    QList<Block> expected;
    QList<CutPage> pages{cutPage(m_log, 10, 3), cutPage(m_log, 20), cutPage(m_log, 30, 2)};
    for (const CutPage &page : pages)
        expected += page.blocks;
    QVERIFY(!m_profile->pages().addPages(m_log, pages));
    QCOMPARE(m_profile->pages().blockCount(m_log, MaxSequence).value(), 8);
    for (const auto &[maxCount, maxBytes] :
         {qMakePair(1, 1'000'000), qMakePair(3, 1'000'000), qMakePair(100, 1'000'000),
          qMakePair(100, 0), qMakePair(100, 500), qMakePair(0, 0)}) {
        QList<Block> found;
        QList<QPair<quint64, int>> pageBlocks;
        quint64 page = 0;
        int ordinal = 0;
        for (int calls = 0; calls < 20; ++calls) {
            const QList<OwnBlock> blocks =
                m_profile->pages().blocks(m_log, page, ordinal, maxCount, maxBytes).value();
            if (blocks.isEmpty())
                break;
            QVERIFY(blocks.size() <= qMax(1, maxCount));
            for (const OwnBlock &block : blocks) {
                found.append(block.block);
                if (block.isPage)
                    pageBlocks.append({block.page, block.ordinal});
            }
            page = blocks.constLast().page;
            ordinal = blocks.constLast().ordinal + 1;
        }
        QCOMPARE(found.size(), expected.size());
        for (qsizetype i = 0; i < found.size(); ++i) {
            QCOMPARE(found.at(i).address(), expected.at(i).address());
            QCOMPARE(found.at(i).bytes(), expected.at(i).bytes());
        }
        QCOMPARE(pageBlocks, (QList<QPair<quint64, int>>{{0, 3}, {1, 0}, {2, 2}}));
    }
    QCOMPARE(m_profile->pages().blocks(m_log, 0, 0, 100, 500).value().size(), 2); // 300 bytes each
    QVERIFY(m_profile->pages().blocks(m_log, 3, 0, 100, 500).value().isEmpty());
    QVERIFY(m_profile->pages().blocks(m_log, ~quint64(0), 0, 100, 500).value().isEmpty());
}

void OwnPagesTest::addressesComeFromTheEnd()
{
    append(30);
    const QList<CutPage> pages{cutPage(m_log, 10, 3), cutPage(m_log, 20), cutPage(m_log, 30, 2)};
    QList<QByteArray> expected;
    for (const CutPage &page : pages) {
        for (const Block &block : page.blocks)
            expected.append(block.address());
    }
    QVERIFY(!m_profile->pages().addPages(m_log, pages));
    for (const int maxCount : {0, 1, 3, 100}) {
        QList<QByteArray> found;
        quint64 page = 3;
        int ordinal = 0;
        for (int calls = 0; calls < 20; ++calls) {
            const QList<OwnAddress> batch =
                m_profile->pages().addressesBefore(m_log, page, ordinal, maxCount).value();
            if (batch.isEmpty())
                break;
            QVERIFY(batch.size() <= qMax(1, maxCount));
            for (qsizetype i = 0; i < batch.size(); ++i)
                found.insert(i, batch.at(i).address);
            page = batch.constFirst().page;
            ordinal = batch.constFirst().ordinal;
        }
        QCOMPARE(found, expected);
    }
    // Only what comes before.
    QCOMPARE(m_profile->pages().addressesBefore(m_log, 1, 0, 100).value().size(), 4);
    QCOMPARE(m_profile->pages().addressesBefore(m_log, ~quint64(0), 0, 100).value().size(), 8);
    QVERIFY(m_profile->pages().addressesBefore(m_log, 0, 0, 100).value().isEmpty());
}

void OwnPagesTest::blocksByAddress()
{
    append(10);
    const CutPage page = cutPage(m_log, 10, 1, MaxBlockSize);
    QVERIFY(!m_profile->pages().addPages(m_log, {page}));
    for (const Block &block : page.blocks)
        QCOMPARE(m_profile->pages().block(m_log, block.address()).value(), block.bytes());
    for (const QByteArray &address : {addressOf(1), QByteArray(), QByteArray("")}) {
        const Result<QByteArray> nothing = m_profile->pages().block(m_log, address);
        QVERIFY(nothing.ok());
        QVERIFY(nothing.value().isNull());
    }
}

void OwnPagesTest::placements()
{
    const QByteArray a = m_profile->db().helperId(QStringLiteral("file:///a"));
    const QByteArray b = m_profile->db().helperId(QStringLiteral("file:///b"));
    const Placement nothing;
    const Placement withHead{5, addressOf(5)};
    const Placement withoutHead{3, {}};
    QCOMPARE(m_profile->pages().placement(m_log, a).value(), nothing);
    QVERIFY(!m_profile->pages().setPlacement(m_log, a, withHead));
    QVERIFY(!m_profile->pages().setPlacement(m_log, b, withoutHead));
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->pages().placement(m_log, a).value(), withHead);
    QCOMPARE(m_profile->pages().placement(m_log, b).value(), withoutHead);
    QVERIFY(!m_profile->pages().setPlacement(m_log, a, nothing)); // it lost everything
    QCOMPARE(m_profile->pages().placement(m_log, a).value(), nothing);
    QCOMPARE(m_profile->pages().setPlacement(m_log, a, {~quint64(0), {}}).kind(),
             Problem::Kind::InvalidArgument);
}

void OwnPagesTest::logsDoNotMix()
{
    append(10);
    OwnLog other = m_profile->createLog(QStringLiteral("other"));
    QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, 10)}));
    QVERIFY(!m_profile->pages().setPlacement(m_log, QByteArray(16, 'h'), {1, {}}));
    const CutPage page = cutPage(other, 5);
    QVERIFY(!m_profile->pages().addPages(other, {page}));
    QCOMPARE(m_profile->pages().blockCount(other, MaxSequence).value(), 1);
    QCOMPARE(m_profile->pages().pages(other, 0, 10).value().size(), 1);
    QVERIFY(m_profile->pages().block(m_log, page.range.address).value().isNull());
}

void OwnPagesTest::staysAfterACrash()
{
    append(10);
    const CutPage page = cutPage(m_log, 6, 1);
    QVERIFY(!m_profile->pages().addPages(m_log, {page}));
    m_profile->crash();
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
    QCOMPARE(m_profile->pages().pageRange(m_log, 0).value(), page.range);
    QCOMPARE(m_profile->pages().block(m_log, page.range.address).value(),
             page.blocks.constLast().bytes());
    QCOMPARE(m_profile->pending(m_log).size(), 4);
}

QTEST_GUILESS_MAIN(OwnPagesTest)
#include "tst_ownpages.moc"
