// SPDX-License-Identifier: MIT
#include "log/block.h"

#include "support/damage.h"
#include "support/samples.h"

#include <QTest>

using namespace RemoteLog;

namespace {

// The parts of a small block, to be put together wrongly.
const QByteArray bodyKey = "64" + QByteArray("body").toHex();
const QByteArray linksKey = "65" + QByteArray("links").toHex();
const QByteArray body = "43010203";
const QByteArray good = "a2" + bodyKey + body + linksKey + "80";

QByteArray linkHex(const QByteArray &address)
{
    return "d82a582500" + address.toHex();
}

} // namespace

class TestBlock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isDagCbor();
    void readsWhatItWrites_data();
    void readsWhatItWrites();
    void refusesEveryOtherSpelling_data();
    void refusesEveryOtherSpelling();
    void refusesMoreThanAMebibyte();
    void noticesDamage();
};

void TestBlock::isDagCbor()
{
    QCOMPARE(encodeBlock({QByteArray::fromHex("010203"), {}}).toHex(), good);
    const QByteArray address = sampleAddress(1);
    QCOMPARE(encodeBlock({QByteArray::fromHex("010203"), {address}}).toHex(),
             "a2" + bodyKey + body + linksKey + "81" + linkHex(address));
}

void TestBlock::readsWhatItWrites_data()
{
    QTest::addColumn<int>("bodySize");
    QTest::addColumn<int>("links");
    for (const int size : {0, 1, 23, 24, 255, 256, 65535, 65536, 1000000})
        QTest::addRow("body of %d", size) << size << 1;
    for (const int links : {0, 1, 23, 24, 255, 256, 10000})
        QTest::addRow("%d links", links) << 100 << links;
}

void TestBlock::readsWhatItWrites()
{
    QFETCH(int, bodySize);
    QFETCH(int, links);
    BlockContent content;
    content.body = QByteArray(bodySize, 'b');
    for (int i = 0; i < links; ++i)
        content.links.append(sampleAddress(i));
    const Result<BlockContent> read = decodeBlock(encodeBlock(content));
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    QCOMPARE(read.value().body, content.body);
    QCOMPARE(read.value().links, content.links);
}

void TestBlock::refusesEveryOtherSpelling_data()
{
    QTest::addColumn<QByteArray>("hex");
    const auto row = [](const char *name, const QByteArray &hex) { QTest::newRow(name) << hex; };
    const QByteArray link = linkHex(sampleAddress(1));
    const QByteArray map = "a2" + bodyKey + body + linksKey;

    row("nothing", "");
    row("a byte behind", good + "00");
    row("a second item behind", good + good);
    row("an indefinite map", "bf" + bodyKey + body + linksKey + "80ff");
    row("a long head of the map", "b802" + bodyKey + body + linksKey + "80");
    row("a long head of the key", "a2"
                                  "7804"
                                      + bodyKey.sliced(2) + body + linksKey + "80");
    row("a long head of the body", "a2" + bodyKey + "5803010203" + linksKey + "80");
    row("a long head of the links", map + "9800");
    row("an indefinite body", "a2" + bodyKey + "5f43010203ff" + linksKey + "80");
    row("an indefinite key", "a2"
                             "7f" + bodyKey
                                 + "ff" + body + linksKey + "80");
    row("indefinite links", map + "9f" + link + "ff");
    row("another order", "a2" + linksKey + "80" + bodyKey + body);
    row("no links", "a1" + bodyKey + body);
    row("no body", "a1" + linksKey + "80");
    row("body twice", "a3" + bodyKey + body + bodyKey + body + linksKey + "80");
    row("a third key", "a3" + bodyKey + body + linksKey + "80"
                           + "6161"
                             "00");
    row("another key", "a2"
                       "64" + QByteArray("bodi").toHex()
                           + body + linksKey + "80");
    row("a key of bytes", "a2"
                          "44" + bodyKey.sliced(2)
                              + body + linksKey + "80");
    row("a body of text", "a2" + bodyKey + "63010203" + linksKey + "80");
    row("a body of another type", "a2" + bodyKey + "01" + linksKey + "80");
    row("links null", map + "f6");
    row("links a map", map + "a0");
    row("a link without a tag", map + "81" + link.sliced(4));
    row("a link with another tag", map + "81d82b" + link.sliced(4));
    row("a link with a long tag", map + "81d9002a" + link.sliced(4));
    row("a link with two tags", map + "81d82a" + link);
    row("a link without a zero byte", map + "81d82a5824" + sampleAddress(1).toHex());
    row("a link with another byte in front", map + "81d82a582501" + sampleAddress(1).toHex());
    row("a link to something else",
        map + "81d82a58250001551220" + sampleAddress(1).sliced(4).toHex());
    row("an empty link", map + "81d82a4100");
    row("fewer links than said", map + "82" + link);
    row("more links than said", map + "81" + link + link);
    row("more links than there can be", map + "9bffffffffffffffff" + link);
    row("a body longer than there can be", "a2" + bodyKey + "5bffffffffffffffff");
    row("a body longer than memory", "a2" + bodyKey + "5b00000fffffffffff00");
    row("a list", "82" + body + "80");
    row("a tag in front", "d82a" + good);
    row("deep nesting", QByteArray(20000, '8').replace("88", "81"));
}

void TestBlock::refusesEveryOtherSpelling()
{
    QFETCH(QByteArray, hex);
    const Result<BlockContent> read = decodeBlock(QByteArray::fromHex(hex));
    QCOMPARE(read.problem().kind(), Problem::Kind::Tampered);
}

void TestBlock::refusesMoreThanAMebibyte()
{
    const qsizetype overhead = encodeBlock({QByteArray(100000, 'b'), {}}).size() - 100000;
    const QByteArray largest(MaxBlockSize - overhead, 'b');
    QCOMPARE(encodeBlock({largest, {}}).size(), MaxBlockSize);
    QVERIFY(decodeBlock(encodeBlock({largest, {}})).ok());
    QVERIFY(!decodeBlock(encodeBlock({largest + 'b', {}})).ok());
}

// Two blocks never read alike: who passes the strict decoder is what it was encoded from.
void TestBlock::noticesDamage()
{
    const QByteArray block = encodeBlock({QByteArray(30, 'b'), {sampleAddress(1)}});
    forEachDamage(block, [](const QByteArray &damaged) {
        const Result<BlockContent> read = decodeBlock(damaged);
        if (read.ok()) {
            QCOMPARE(encodeBlock(read.value()), damaged);
            QVERIFY(read.value().body != QByteArray(30, 'b')
                    || read.value().links != QList<QByteArray>{sampleAddress(1)});
        }
    });
    QVERIFY(decodeBlock(block).ok());
}

QTEST_APPLESS_MAIN(TestBlock)
#include "tst_block.moc"
