// SPDX-License-Identifier: MIT
#include "log/namerecord.h"
#include "log/namerecorddata.h"

#include "support/samples.h"

#include <QTest>

using namespace RemoteLog;

namespace {

QByteArray text(const char *key)
{
    const QByteArray bytes(key);
    return QByteArray::number(0x60 + bytes.size(), 16) + bytes.toHex();
}

const QByteArray ttl = text("TTL") + "00";
const QByteArray value = text("Value") + "4161";
const QByteArray sequence = text("Sequence") + "07";
const QByteArray validity = text("Validity") + "4162";
const QByteArray validityType = text("ValidityType") + "00";
const QByteArray required = value + sequence + validity + validityType;

// A map with a list in a list in a list...
QByteArray nested(int depth)
{
    return "a5" + required + text("_x") + QByteArray("81").repeated(depth) + "00";
}

NameRecord recordWith(quint64 number, Validity until, const QByteArray &path)
{
    NameRecord record;
    record.number = number;
    record.validity = until;
    record.value = path;
    record.bytes = path;
    return record;
}

} // namespace

// The signed map inside a record, its extension, and how records compare.
class TestNameRecordData : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isADagCborMap();
    void readsForeignMaps_data();
    void readsForeignMaps();
    void refusesMaps_data();
    void refusesMaps();
    void readsItsExtension();
    void judgesExtensions_data();
    void judgesExtensions();
    void findsTheBetterRecord_data();
    void findsTheBetterRecord();
    void noticesTwoHistories();
    void expiresToTheNanosecond();
};

void TestNameRecordData::isADagCborMap()
{
    NameRecordData data{"a", "b", 0, 7, 0, std::nullopt};
    QCOMPARE(encodeNameRecordData(data).toHex(),
             "a5" + ttl + value + sequence + validity + validityType);
    data.remoteLog = "x";
    QCOMPARE(encodeNameRecordData(data).toHex(),
             "a6" + ttl + value + sequence + validity + text("_remotelog") + "4178" + validityType);
}

void TestNameRecordData::readsForeignMaps_data()
{
    QTest::addColumn<QByteArray>("hex");
    const auto row = [](const char *name, const QByteArray &hex) { QTest::newRow(name) << hex; };
    row("ours", "a5" + ttl + required);
    row("no TTL", "a4" + required);
    row("another order", "a5" + validityType + required.chopped(validityType.size()) + ttl);
    row("a long head of the map", "b805" + ttl + required);
    row("a long head of a number", "a5" + text("TTL") + "1b0000000000000000" + required);
    row("an unknown number", "a5" + text("_x") + "3903e7" + required);
    row("an unknown list", "a5" + text("_x") + "83010203" + required);
    row("an unknown map", "a5" + text("_x") + "a1616101" + required);
    row("an unknown map with our keys", "a5" + text("_x") + "a1" + value + required);
    row("an unknown tag", "a5" + text("_x") + "d82a4100" + required);
    row("an unknown float", "a5" + text("_x") + "fb3ff0000000000000" + required);
    row("nesting as deep as is read", nested(32));
    row("null", "a5" + text("_x") + "f6" + required);
    row("an empty key", "a5"
                        "60"
                        "01" + required);
    row("keys of the same letters", "a6" + text("_x") + "01" + text("_X") + "01" + required);
}

void TestNameRecordData::readsForeignMaps()
{
    QFETCH(QByteArray, hex);
    const Result<NameRecordData> data = decodeNameRecordData(QByteArray::fromHex(hex));
    QVERIFY2(data.ok(), qPrintable(data.problem().detail()));
    QCOMPARE(data.value().value, QByteArray("a"));
    QCOMPARE(data.value().validity, QByteArray("b"));
    QCOMPARE(data.value().sequence, 7u);
    QCOMPARE(data.value().ttl, 0u);
    QVERIFY(!data.value().remoteLog);
}

void TestNameRecordData::refusesMaps_data()
{
    QTest::addColumn<QByteArray>("hex");
    const auto row = [](const char *name, const QByteArray &hex) { QTest::newRow(name) << hex; };
    row("nothing", "");
    row("a list", "84" + required);
    row("an indefinite map", "bf" + required + "ff");
    row("a byte behind", "a4" + required + "00");
    row("fewer keys than said", "a5" + required);
    row("more keys than said", "a3" + required);
    row("more keys than there can be", "bb8000000000000000" + required);
    row("no value", "a3" + required.sliced(value.size()));
    row("no validity type", "a3" + required.chopped(validityType.size()));
    row("a key twice", "a5" + value + required);
    row("an unknown key twice", "a6" + text("_x") + "01" + text("_x") + "01" + required);
    row("a key of bytes", "a5"
                          "4178"
                          "01" + required);
    row("a number for a key", "a5"
                              "01"
                              "01" + required);
    row("an indefinite key", "a5"
                             "7f6178ff"
                             "01" + required);
    row("a key that is not UTF-8", "a5"
                                   "61ff"
                                   "01" + required);
    row("a value of text", "a4" + text("Value") + "6161" + required.sliced(value.size()));
    row("an indefinite value", "a4" + text("Value") + "5f4161ff" + required.sliced(value.size()));
    row("a negative TTL", "a5" + text("TTL") + "20" + required);
    row("a TTL over 2^63 - 1", "a5" + text("TTL") + "1b8000000000000000" + required);
    row("a TTL of bytes", "a5" + text("TTL") + "4100" + required);
    row("a sequence over 2^63 - 1",
        "a4" + text("Sequence") + "1bffffffffffffffff" + value + validity + validityType);
    row("_remotelog of text", "a5" + text("_remotelog") + "6161" + required);
    row("half an unknown value", "a5" + required + text("_x") + "83");
    row("a break inside", "a5" + text("_x") + "ff" + required);
    row("deeper nesting", nested(33));
    row("deep nesting", nested(1000));
}

void TestNameRecordData::refusesMaps()
{
    QFETCH(QByteArray, hex);
    QCOMPARE(decodeNameRecordData(QByteArray::fromHex(hex)).problem().kind(),
             Problem::Kind::Tampered);
}

void TestNameRecordData::readsItsExtension()
{
    const QByteArray hex = "01"
                           "00000000000003e8"
                           "0161"
                           "8001"
                           + QByteArray(128, 'b').toHex();
    const QByteArray bytes = encodeRecordExtension({1000, {"a", QByteArray(128, 'b')}});
    QCOMPARE(bytes.toHex(), hex);
    const auto read = decodeRecordExtension(bytes);
    QVERIFY(read.ok() && read.value());
    QCOMPARE(read.value()->signedAt, 1000);
    QCOMPARE(read.value()->embedded, QList<QByteArray>({"a", QByteArray(128, 'b')}));
}

void TestNameRecordData::judgesExtensions_data()
{
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<bool>("ok");
    QTest::addColumn<bool>("known");
    const auto row = [](const char *name, const char *hex, bool ok, bool known) {
        QTest::newRow(name) << QByteArray::fromHex(hex) << ok << known;
    };
    row("no blocks", "010000000000000000", true, true);
    row("a newer version", "02", true, false);
    row("version 0", "00ffffff", true, false);
    row("empty", "", false, false);
    row("half a time", "0100000000000000", false, false);
    row("a time over 2^63 - 1", "018000000000000000", false, false);
    row("an empty block", "01000000000000000000", false, false);
    row("a block beyond the end", "0100000000000000000261", false, false);
    row("a block beyond memory", "010000000000000000ffffffffffffffffff01", false, false);
    row("half a length", "01000000000000000080", false, false);
    row("a length that is too long", "010000000000000000810061", false, false);
}

void TestNameRecordData::judgesExtensions()
{
    QFETCH(QByteArray, hex);
    QFETCH(bool, ok);
    QFETCH(bool, known);
    const auto read = decodeRecordExtension(hex);
    QCOMPARE(read.ok(), ok);
    if (ok)
        QCOMPARE(read.value().has_value(), known);
}

void TestNameRecordData::findsTheBetterRecord_data()
{
    QTest::addColumn<quint64>("number");
    QTest::addColumn<int>("nanoseconds");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("order"); // compared with 5, 5, "m"
    QTest::newRow("the same") << quint64(5) << 5 << QByteArray("m") << 0;
    QTest::newRow("a higher number") << quint64(6) << 1 << QByteArray("a") << 1;
    QTest::newRow("a lower number") << quint64(4) << 9 << QByteArray("z") << -1;
    QTest::newRow("a later validity") << quint64(5) << 6 << QByteArray("a") << 1;
    QTest::newRow("an earlier validity") << quint64(5) << 4 << QByteArray("z") << -1;
    QTest::newRow("larger bytes") << quint64(5) << 5 << QByteArray("\xff") << 1;
    QTest::newRow("smaller bytes") << quint64(5) << 5 << QByteArray("a") << -1;
    QTest::newRow("more bytes") << quint64(5) << 5 << QByteArray("ma") << 1;
}

void TestNameRecordData::findsTheBetterRecord()
{
    QFETCH(quint64, number);
    QFETCH(int, nanoseconds);
    QFETCH(QByteArray, bytes);
    QFETCH(int, order);
    const NameRecord a = recordWith(number, {1000, quint32(nanoseconds)}, bytes);
    const NameRecord b = recordWith(5, {1000, 5}, "m");
    const auto sign = [](int comparison) { return (comparison > 0) - (comparison < 0); };
    QCOMPARE(sign(compareNameRecords(a, b)), order);
    QCOMPARE(sign(compareNameRecords(b, a)), -order);
}

void TestNameRecordData::noticesTwoHistories()
{
    const NameRecord a = recordWith(5, {1, 0}, "/ipfs/a");
    QVERIFY(!areInConflict(a, recordWith(5, {2, 0}, "/ipfs/a")));
    QVERIFY(areInConflict(a, recordWith(5, {1, 0}, "/ipfs/b")));
    QVERIFY(!areInConflict(a, recordWith(6, {1, 0}, "/ipfs/b")));

    // One address in two spellings is one history.
    NameRecord b = a;
    NameRecord c = recordWith(5, {1, 0}, "/ipfs/another spelling");
    b.address = c.address = sampleAddress(1);
    QVERIFY(!areInConflict(b, c));
    c.address = sampleAddress(2);
    QVERIFY(areInConflict(b, c));
}

void TestNameRecordData::expiresToTheNanosecond()
{
    const NameRecord record = recordWith(1, {1000, 500'000'001}, "x");
    QVERIFY(!isExpired(record, QDateTime::fromMSecsSinceEpoch(1'000'500)));
    QVERIFY(isExpired(record, QDateTime::fromMSecsSinceEpoch(1'000'501)));
    QVERIFY(isExpired(recordWith(1, {1000, 0}, "x"), QDateTime::fromMSecsSinceEpoch(1'000'000)));
}

QTEST_APPLESS_MAIN(TestNameRecordData)
#include "tst_namerecorddata.moc"
