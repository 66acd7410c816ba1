// SPDX-License-Identifier: MIT
#include "log/history.h"
#include "log/link.h"
#include "log/namerecord.h"
#include "log/namerecorddata.h"
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
    void recordData();
    void extensions();
    void resignedRecords();
    void plainPages();
    void ownRecords();
    void foreignRecords();
    void links();
};

namespace {

NameRecordData sampleData()
{
    const QByteArray extension = encodeRecordExtension({1000, {"a block", QByteArray(130, 'b')}});
    return {"/ipfs/x", "2123-08-14T12:17:03.694052Z", 0, 7, 300'000'000'000, extension};
}

} // namespace

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
    int accepted = 0;
    forEachDamage(encodePlainPage(page), [&accepted](const QByteArray &damaged) {
        const Result<PlainPage> read = decodePlainPage(damaged);
        if (!read.ok()) {
            QCOMPARE(read.problem().kind(), Problem::Kind::Tampered);
            return;
        }
        ++accepted;
        const Result<PlainPage> again = decodePlainPage(encodePlainPage(read.value()));
        QVERIFY(again.ok());
        QCOMPARE(again.value().pairs, read.value().pairs);
        QCOMPARE(again.value().tail, read.value().tail);
        newPairs(read.value(), {"local", "id"});
    });
    QVERIFY(accepted > 0);
}

// All of our record is signed: whatever is changed, it is refused.
void TestDamage::ownRecords()
{
    const QByteArray key = sampleKeys().publicKey;
    forEachDamage(sampleRecord(), [&key](const QByteArray &damaged) {
        QCOMPARE(parseNameRecord(damaged, key).problem().kind(), Problem::Kind::Tampered);
    });
}

// The signature keeps damage out; whoever has the key can sign it.
void TestDamage::recordData()
{
    int accepted = 0;
    forEachDamage(encodeNameRecordData(sampleData()), [&accepted](const QByteArray &damaged) {
        const Result<NameRecordData> read = decodeNameRecordData(damaged);
        if (!read.ok()) {
            QCOMPARE(read.problem().kind(), Problem::Kind::Tampered);
            return;
        }
        ++accepted;
        const NameRecordData data = read.value();
        QVERIFY(data.sequence <= MaxSequence && data.ttl <= MaxSequence);
        const Result<NameRecordData> again = decodeNameRecordData(encodeNameRecordData(data));
        QVERIFY(again.ok());
        QCOMPARE(again.value().value, data.value);
        QCOMPARE(again.value().remoteLog, data.remoteLog);
    });
    QVERIFY(accepted > 0);
}

void TestDamage::extensions()
{
    int accepted = 0;
    forEachDamage(*sampleData().remoteLog, [&accepted](const QByteArray &damaged) {
        const auto read = decodeRecordExtension(damaged);
        if (!read.ok()) {
            QCOMPARE(read.problem().kind(), Problem::Kind::Tampered);
            return;
        }
        ++accepted;
        if (read.value())
            QCOMPARE(encodeRecordExtension(*read.value()), damaged);
    });
    QVERIFY(accepted > 0);
}

void TestDamage::resignedRecords()
{
    const LogKeys keys = sampleKeys();
    int accepted = 0;
    forEachDamage(encodeNameRecordData(sampleData()), [&](const QByteArray &damaged) {
        const QByteArray bytes = recordOver(damaged);
        const Result<NameRecord> read = parseNameRecord(bytes, keys.publicKey);
        if (!read.ok()) {
            QCOMPARE(read.problem().kind(), Problem::Kind::Tampered);
            return;
        }
        ++accepted;
        QCOMPARE(read.value().bytes, bytes);
        QVERIFY(read.value().number <= MaxSequence);
        QVERIFY(Validity::fromText(read.value().validity.toText()) == read.value().validity);
    });
    QVERIFY(accepted > 0);
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
    int accepted = 0;
    forEachDamage(bytes, [&accepted](const QByteArray &damaged) {
        const Result<LogLink> read = LogLink::fromUrl(QUrl::fromEncoded(damaged));
        if (!read.ok()) {
            const auto kind = read.problem().kind();
            QVERIFY(kind == Problem::Kind::InvalidArgument || kind == Problem::Kind::Unsupported);
            return;
        }
        ++accepted;
        QCOMPARE(publicKeyOf(read.value()).size(), 32);
        readKeyOf(read.value());
        QVERIFY(LogLink::fromUrl(read.value().toUrl()).value() == read.value());
    });
    QVERIFY2(accepted > 0, "some damage hits a helper or the key");
}

QTEST_APPLESS_MAIN(TestDamage)
#include "tst_damage.moc"
