// SPDX-License-Identifier: MIT
#include "log/history.h"
#include "log/link.h"
#include "log/namerecord.h"
#include "log/plainpage.h"

#include "support/damage.h"
#include "support/samples.h"
#include "support/vectors.h"

#include <QTest>

using namespace RemoteLog;

// Every message, cut at every place and with every bit flipped: a clean error, or a message that
// keeps all promises. Blocks, bodies and seals have such a test of their own.
class TestDamage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pages_data();
    void pages();
    void indexes();
    void plainPages();
    void ownRecords();
    void foreignRecords();
    void links();
};

void TestDamage::pages_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("full") << encodePage(samplePage());
    QTest::newRow("first") << encodePage(sampleFirstPage());
    QTest::newRow("golden") << vectorBytes(QStringLiteral("golden.txt"), QStringLiteral("page1"));
}

// The seal keeps damage out; a dishonest writer does not need it to be damage.
void TestDamage::pages()
{
    QFETCH(QByteArray, bytes);
    int accepted = 0;
    forEachDamage(bytes, [&accepted](const QByteArray &damaged) {
        const Result<Page> read = decodePage(damaged);
        if (!read.ok()) {
            const auto kind = read.problem().kind();
            QVERIFY(kind == Problem::Kind::Tampered || kind == Problem::Kind::Unsupported);
            return;
        }
        ++accepted;
        const Page page = read.value();
        const Result<Page> again = decodePage(encodePage(page));
        QVERIFY(again.ok() && again.value() == page);
        QCOMPARE(historyAfter(page, page.last()).size(), HistorySize);
        QVERIFY(page.last() <= MaxSequence);
        for (const PageRange &range : page.ranges)
            QVERIFY(range.last() < page.first);
    });
    QVERIFY2(accepted > 0, "some damage hits a payload");
}

void TestDamage::indexes()
{
    forEachDamage(encodeContentIndex(sampleIndex()), [](const QByteArray &damaged) {
        const Result<ContentIndex> read = decodeContentIndex(damaged);
        if (!read.ok()) {
            QCOMPARE(read.problem().kind(), Problem::Kind::Tampered);
            return;
        }
        const quint64 size = read.value().size;
        QVERIFY(size > 2u * ContentPieceSize && size <= 3u * ContentPieceSize);
        QCOMPARE(read.value().addresses.size(), 3);
    });
}

void TestDamage::plainPages()
{
    PlainPage page;
    page.pairs = {{"remote", "local", "data"}, {}, {{}, "id", {}}};
    page.tail = "tail";
    forEachDamage(encodePlainPage(page), [](const QByteArray &damaged) {
        const Result<PlainPage> read = decodePlainPage(damaged);
        if (!read.ok()) {
            QCOMPARE(read.problem().kind(), Problem::Kind::Tampered);
            return;
        }
        const Result<PlainPage> again = decodePlainPage(encodePlainPage(read.value()));
        QVERIFY(again.ok());
        QCOMPARE(again.value().pairs, read.value().pairs);
        QCOMPARE(again.value().tail, read.value().tail);
        newPairs(read.value(), {"local", "id"});
    });
}

// All of our record is signed: whatever is changed, it is refused.
void TestDamage::ownRecords()
{
    const QByteArray key = sampleKeys().publicKey;
    forEachDamage(sampleRecord(), [&key](const QByteArray &damaged) {
        QCOMPARE(parseNameRecord(damaged, key).problem().kind(), Problem::Kind::Tampered);
    });
}

// V1 fields are not signed for us, but then they say nothing of their own.
void TestDamage::foreignRecords()
{
    const QByteArray bytes =
        vectorBytes(QStringLiteral("ipns.txt"), QStringLiteral("rfc8032-v1-v2"));
    const QByteArray key =
        QByteArray::fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const Result<NameRecord> whole = parseNameRecord(bytes, key);
    QVERIFY2(whole.ok(), qPrintable(whole.problem().detail()));
    forEachDamage(bytes, [&](const QByteArray &damaged) {
        const Result<NameRecord> read = parseNameRecord(damaged, key);
        if (!read.ok()) {
            QCOMPARE(read.problem().kind(), Problem::Kind::Tampered);
            return;
        }
        QCOMPARE(read.value().signatureAndData, whole.value().signatureAndData);
        QCOMPARE(read.value().value, whole.value().value);
        QCOMPARE(read.value().number, whole.value().number);
    });
}

void TestDamage::links()
{
    const QUrl helper(QStringLiteral("gateway+https://ipfs.example.org/"));
    const QByteArray bytes = makeLink(sampleKeys(), {helper}).toUrl().toEncoded();
    forEachDamage(bytes, [](const QByteArray &damaged) {
        const Result<LogLink> read = LogLink::fromUrl(QUrl::fromEncoded(damaged));
        if (!read.ok())
            return;
        QCOMPARE(publicKeyOf(read.value()).size(), 32);
        readKeyOf(read.value());
        QVERIFY(LogLink::fromUrl(read.value().toUrl()).value() == read.value());
    });
}

QTEST_APPLESS_MAIN(TestDamage)
#include "tst_damage.moc"
