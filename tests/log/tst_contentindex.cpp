// SPDX-License-Identifier: MIT
#include "log/address.h"
#include "log/body.h"
#include "log/largeentry.h"
#include "security/hash.h"

#include "support/samples.h"

#include <QTest>

#include <functional>

using namespace RemoteLog;

using Change = std::function<void(ContentIndex &)>;
Q_DECLARE_METATYPE(Change)

class TestContentIndex : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cutsAndJoins_data();
    void cutsAndJoins();
    void readsWhatItWrites();
    void refusesWhatDoesNotFit_data();
    void refusesWhatDoesNotFit();
    void skipsWhatItDoesNotKnow();

private:
    QByteArray open(BodyKind kind, const Block &block) const;

    const LogKeys m_keys = sampleKeys();
};

QByteArray TestContentIndex::open(BodyKind kind, const Block &block) const
{
    const auto content = decodeBlock(block.bytes());
    if (!content.ok() || block.address() != blockAddress(block.bytes()))
        return "a bad block";
    const auto opened = openBody(kind, content.value().body, m_keys.publicKey, m_keys.readKey);
    return opened.ok() ? opened.value() : "a broken seal";
}

void TestContentIndex::cutsAndJoins_data()
{
    QTest::addColumn<qsizetype>("size");
    QTest::addColumn<int>("pieces");
    const qsizetype piece = ContentPieceSize;
    QTest::newRow("nothing") << qsizetype(0) << 1;
    QTest::newRow("64 KiB") << qsizetype(64 * 1024) << 1;
    QTest::newRow("one piece") << piece << 1;
    QTest::newRow("one piece and a byte") << piece + 1 << 2;
    QTest::newRow("two pieces") << 2 * piece << 2;
    QTest::newRow("5 MiB") << qsizetype(5 * 1024 * 1024) << 6;
}

void TestContentIndex::cutsAndJoins()
{
    QFETCH(qsizetype, size);
    QFETCH(int, pieces);
    QByteArray payload(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i)
        payload[i] = char(i * 31 + i / 1000);

    const QList<Block> blocks = sealContent(payload, m_keys);
    QCOMPARE(blocks.size(), pieces == 1 ? 1 : pieces + 1);
    QByteArray joined;
    for (int i = 0; i < pieces; ++i) {
        const QByteArray piece = open(BodyKind::Content, blocks.at(i));
        QCOMPARE(piece.size(), std::min<qsizetype>(ContentPieceSize, size - joined.size()));
        QVERIFY(blocks.at(i).bytes().size() <= MaxBlockSize);
        joined += piece;
    }
    QVERIFY(joined == payload);
    if (pieces == 1)
        return;

    const auto index = decodeContentIndex(open(BodyKind::Index, blocks.constLast()));
    QVERIFY2(index.ok(), qPrintable(index.problem().detail()));
    QCOMPARE(index.value().size, quint64(size));
    QCOMPARE(index.value().sha256, sha256(payload));
    QCOMPARE(decodeBlock(blocks.constLast().bytes()).value().links, index.value().addresses);
    for (int i = 0; i < pieces; ++i)
        QCOMPARE(index.value().addresses.at(i), blocks.at(i).address());
}

void TestContentIndex::readsWhatItWrites()
{
    const ContentIndex index = sampleIndex();
    const auto read = decodeContentIndex(encodeContentIndex(index));
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    QCOMPARE(read.value().size, index.size);
    QCOMPARE(read.value().sha256, index.sha256);
    QCOMPARE(read.value().addresses, index.addresses);
}

void TestContentIndex::refusesWhatDoesNotFit_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, const Change &change) { QTest::newRow(name) << change; };
    row("no size", [](ContentIndex &index) { index.size = 0; });
    row("a size of one piece", [](ContentIndex &index) {
        index.size = ContentPieceSize;
        index.addresses.resize(1);
    });
    row("a size for two pieces", [](ContentIndex &index) { index.size -= 1; });
    row("a size for four pieces", [](ContentIndex &index) { index.size += ContentPieceSize; });
    row("a size over 2^63 - 1", [](ContentIndex &index) { index.size = MaxSequence + 1; });
    row("the largest number", [](ContentIndex &index) { index.size = ~quint64(0); });
    row("no digest", [](ContentIndex &index) { index.sha256.clear(); });
    row("a short digest", [](ContentIndex &index) { index.sha256.chop(1); });
    row("a long digest", [](ContentIndex &index) { index.sha256 += '\0'; });
    row("no addresses", [](ContentIndex &index) { index.addresses.clear(); });
    row("an empty address", [](ContentIndex &index) { index.addresses[1].clear(); });
    row("an address of something else", [](ContentIndex &index) { index.addresses[1][1] = 0x55; });
}

void TestContentIndex::refusesWhatDoesNotFit()
{
    QFETCH(Change, change);
    ContentIndex index = sampleIndex();
    change(index);
    QCOMPARE(decodeContentIndex(encodeContentIndex(index)).problem().kind(),
             Problem::Kind::Tampered);
}

void TestContentIndex::skipsWhatItDoesNotKnow()
{
    const QByteArray index = encodeContentIndex(sampleIndex());
    const QByteArray unknown = QByteArray::fromHex("f83f01" // field 1023, a number
                                                   "a20300" // field 52, empty bytes
                                                   "410102030405060708"); // field 8, eight bytes
    QVERIFY(decodeContentIndex(unknown + index).ok());
    QVERIFY(decodeContentIndex(index + unknown).ok());
    QVERIFY(!decodeContentIndex(index + unknown.chopped(1)).ok());
}

QTEST_APPLESS_MAIN(TestContentIndex)
#include "tst_contentindex.moc"
