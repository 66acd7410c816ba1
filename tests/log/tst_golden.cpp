// SPDX-License-Identifier: MIT
#include "log/address.h"
#include "log/block.h"
#include "log/body.h"
#include "log/history.h"
#include "log/largeentry.h"
#include "log/link.h"
#include "log/namerecord.h"
#include "security/hash.h"

#include "support/samples.h"
#include "support/vectors.h"

#include <QTest>

using namespace RemoteLog;

namespace {

QByteArray golden(const char *name)
{
    return vectorBytes(QStringLiteral("golden.txt"), QString::fromLatin1(name));
}

QString goldenText(const char *name)
{
    return vectorText(QStringLiteral("golden.txt"), QString::fromLatin1(name));
}

} // namespace

// Reads a log of two pages that data/makevectors.py wrote. If one of these fails, the wire format
// has changed.
class TestGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keysAreTheirs();
    void recordNamesTheHead();
    void recordIsWrittenAlike();
    void linkIsWrittenAlike();
    void blocksOpen_data();
    void blocksOpen();
    void blocksAreWrittenAlike_data();
    void blocksAreWrittenAlike();
    void firstPageSaysWhatItShould();
    void secondPageSaysWhatItShould();
    void indexSaysWhatItShould();

private:
    NameRecord record() const;

    const LogKeys m_keys = sampleKeys();
};

NameRecord TestGolden::record() const
{
    const auto read = parseNameRecord(golden("record"), golden("publicKey"));
    if (!read.ok())
        qFatal("the golden record is refused: %s", qPrintable(read.problem().detail()));
    return read.value();
}

void TestGolden::keysAreTheirs()
{
    QCOMPARE(m_keys.publicKey, golden("publicKey"));
    const auto *const readKey = reinterpret_cast<const char *>(m_keys.readKey.data());
    QCOMPARE(QByteArray(readKey, qsizetype(Key::size())), golden("readKey"));
}

void TestGolden::recordNamesTheHead()
{
    const NameRecord head = record();
    QCOMPARE(head.address, golden("address1"));
    QCOMPARE(head.value, "/ipfs/" + addressToText(golden("address1")).toLatin1());
    QCOMPARE(head.number, 2u);
    QCOMPARE(head.ttl, 60'000'000'000u);
    QCOMPARE(head.signedAt, 1'767'225'600'123);
    QCOMPARE(head.validity.toText(), QByteArray("2027-01-01T00:00:00.123000000Z"));
    QCOMPARE(head.embedded, QList<QByteArray>({golden("block1"), golden("block0")}));
    QCOMPARE(blockAddress(head.embedded.at(0)), golden("address1"));
    QCOMPARE(blockAddress(head.embedded.at(1)), golden("address0"));
}

void TestGolden::recordIsWrittenAlike()
{
    NameRecordDraft draft;
    draft.address = golden("address1");
    draft.number = 2;
    draft.validity = {1'798'761'600, 123'000'000};
    draft.signedAt = 1'767'225'600'123;
    draft.embedded = {golden("block1"), golden("block0")};
    QCOMPARE(signNameRecord(draft, m_keys).toHex(), golden("record").toHex());
}

void TestGolden::linkIsWrittenAlike()
{
    const LogLink link =
        makeLink(m_keys, {QUrl(QStringLiteral("gateway+https://ipfs.example.org/"))});
    QCOMPARE(QString::fromLatin1(link.toUrl().toEncoded()), goldenText("link"));
    QCOMPARE(link.logName(), goldenText("name"));
}

void TestGolden::blocksOpen_data()
{
    QTest::addColumn<QByteArray>("block");
    QTest::addColumn<BodyKind>("kind");
    QTest::addColumn<QByteArray>("plaintext");
    QTest::newRow("page 0") << golden("block0") << BodyKind::Page << golden("page0");
    QTest::newRow("page 1") << golden("block1") << BodyKind::Page << golden("page1");
    QTest::newRow("content") << golden("content5") << BodyKind::Content
                             << QByteArray("fifth entry, kept in a block of its own");
}

void TestGolden::blocksOpen()
{
    QFETCH(QByteArray, block);
    QFETCH(BodyKind, kind);
    const auto content = decodeBlock(block);
    QVERIFY2(content.ok(), qPrintable(content.problem().detail()));
    const auto opened = openBody(kind, content.value().body, golden("publicKey"), m_keys.readKey);
    QVERIFY2(opened.ok(), qPrintable(opened.problem().detail()));
    QTEST(opened.value(), "plaintext");
}

void TestGolden::blocksAreWrittenAlike_data()
{
    blocksOpen_data();
}

void TestGolden::blocksAreWrittenAlike()
{
    QFETCH(QByteArray, block);
    QFETCH(BodyKind, kind);
    QFETCH(QByteArray, plaintext);
    QCOMPARE(encodeBlock(decodeBlock(block).value()).toHex(), block.toHex());
    if (kind == BodyKind::Page)
        QCOMPARE(encodePage(decodePage(plaintext).value()).toHex(), plaintext.toHex());
}

void TestGolden::firstPageSaysWhatItShould()
{
    const auto read = decodePage(golden("page0"));
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    const Page page = read.value();
    QCOMPARE(page.first, 1u);
    QCOMPARE(page.last(), 3u);
    QVERIFY(page.tail.isEmpty());
    QVERIFY(page.ranges.isEmpty());
    QCOMPARE(page.idScheme, IdScheme::Sha256);
    QCOMPARE(page.pair(1).data, QByteArray("first entry"));
    QCOMPARE(page.pair(2).data, QByteArray());
    QCOMPARE(page.withdrawn, QList<quint64>{3});
    QCOMPARE(entryId(page, page.pair(2), payloadDigest(page.pair(2))), sha256(""));
    QCOMPARE(page.history, initialHistory());
    QCOMPARE(historyAfter(page, 3).toHex(), golden("h3").toHex());
    QVERIFY(decodeBlock(golden("block0")).value().links.isEmpty());
}

void TestGolden::secondPageSaysWhatItShould()
{
    const auto read = decodePage(golden("page1"));
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    const Page page = read.value();
    const QByteArray content = blockAddress(golden("content5"));
    QCOMPARE(page.first, 4u);
    QCOMPARE(page.last(), 5u);
    QCOMPARE(page.tail, golden("address0"));
    QCOMPARE(page.ranges,
             QList<PageRange>({{1, 3, golden("address0"), quint64(golden("block0").size())}}));
    QCOMPARE(page.idScheme, IdScheme::Explicit);
    QCOMPARE(page.pair(4).data, QByteArray("fourth"));
    QCOMPARE(page.pair(4).id, QByteArray("id-4"));
    QCOMPARE(page.pair(5).address, content);
    QCOMPARE(page.pair(5).id, QByteArray("id-5"));
    QCOMPARE(page.pair(5).size, 39u);
    QCOMPARE(page.helpers, QList<QByteArray>{"gateway+https://ipfs.example.org/"});
    QCOMPARE(page.history.toHex(), golden("h3").toHex());
    QCOMPARE(historyAfter(page, 5).toHex(), golden("h5").toHex());
    QCOMPARE(decodeBlock(golden("block1")).value().links,
             QList<QByteArray>({golden("address0"), content}));
}

void TestGolden::indexSaysWhatItShould()
{
    const auto read = decodeContentIndex(golden("index"));
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    QCOMPARE(read.value().size, 2u * ContentPieceSize + 1);
    QCOMPARE(read.value().sha256, sha256("large"));
    QCOMPARE(read.value().addresses,
             QList<QByteArray>({blockAddress(QByteArray(1, 0)), blockAddress(QByteArray(1, 1)),
                                blockAddress(QByteArray(1, 2))}));
    QCOMPARE(encodeContentIndex(read.value()).toHex(), golden("index").toHex());
}

QTEST_APPLESS_MAIN(TestGolden)
#include "tst_golden.moc"
