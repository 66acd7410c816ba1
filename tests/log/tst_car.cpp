// SPDX-License-Identifier: MIT
#include "interface/multibase.h"
#include "log/address.h"
#include "log/block.h"
#include "log/car.h"
#include "security/hash.h"

#include "support/damage.h"

#include <QTest>

#include <algorithm>

using namespace RemoteLog;

namespace {

const QByteArray rawText = "hello block one";

QByteArray rawCid()
{
    return *Multibase::decode(u"bafkreidhhr7wdfypgufe52s25rqhligfqtnrrcz5xr25wwvlkynvs5b7ma");
}

Block ourBlock(const QByteArray &bytes)
{
    return Block(blockAddress(bytes), bytes);
}

const QList<Block> &ourBlocks()
{
    static const QList<Block> blocks = {ourBlock("one"), ourBlock("the second"),
                                        ourBlock(QByteArray(300, 'b'))};
    return blocks;
}

QByteArray ourCar()
{
    return carOf({ourBlocks().first().address()}, ourBlocks());
}

// Where a header or section of ourCar() ends.
QList<qsizetype> borders()
{
    QList<qsizetype> borders;
    for (qsizetype count = 0; count <= ourBlocks().size(); ++count)
        borders.append(carOf({ourBlocks().first().address()}, ourBlocks().first(count)).size());
    return borders;
}

QByteArray fromParts(std::initializer_list<QByteArray> parts)
{
    QByteArray car;
    for (const QByteArray &part : parts)
        car += char(part.size()) + part; // one byte is enough for each of them
    return car;
}

const QByteArray emptyHeader = carOf({}, {}).sliced(1);

QList<QByteArray> bytesOf(const QList<Block> &blocks)
{
    QList<QByteArray> bytes;
    for (const Block &block : blocks)
        bytes.append(block.bytes());
    return bytes;
}

} // namespace

class TestCar : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesWhatOthersWrite();
    void handsOutEachBlockWithItsLastByte_data();
    void handsOutEachBlockWithItsLastByte();
    void leavesOutBlocksOfOtherKinds_data();
    void leavesOutBlocksOfOtherKinds();
    void readsHeaders_data();
    void readsHeaders();
    void refusesHeaders_data();
    void refusesHeaders();
    void refusesSections_data();
    void refusesSections();
    void refusesWhatIsTooLargeAtOnce_data();
    void refusesWhatIsTooLargeAtOnce();
    void readsTheLargestBlock();
    void knowsWhereItWasCut();
    void standsEveryDamage();
    void takesNothingAfterAFault();
};

// A CAR of one raw block that another implementation made.
void TestCar::writesWhatOthersWrite()
{
    const QByteArray digest = sha256(rawText).toHex();
    const QByteArray foreign = QByteArray::fromHex("3aa265726f6f747381d82a58250001551220" + digest
                                                   + "6776657273696f6e01"
                                                     "3301551220"
                                                   + digest + "68656c6c6f20626c6f636b206f6e65");
    QCOMPARE(carOf({rawCid()}, {Block(rawCid(), rawText)}).toHex(), foreign.toHex());

    CarReader reader;
    QVERIFY2(reader.read(foreign).isEmpty(), "a raw block is none of ours");
    QVERIFY(reader.isComplete());
    QCOMPARE(reader.bytesTaken(), foreign.size());
}

void TestCar::handsOutEachBlockWithItsLastByte_data()
{
    QTest::addColumn<int>("piece");
    for (const int piece : {1, 2, 7, 64, 100000})
        QTest::addRow("%d bytes at a time", piece) << piece;
}

void TestCar::handsOutEachBlockWithItsLastByte()
{
    QFETCH(int, piece);
    const QByteArray car = ourCar();
    const QList<qsizetype> ends = borders();
    CarReader reader;
    QList<Block> blocks;
    for (qsizetype at = 0; at < car.size(); at += piece) {
        blocks += reader.read(
            QByteArrayView(car).sliced(at).first(std::min<qsizetype>(piece, car.size() - at)));
        const qint64 taken = reader.bytesTaken();
        QCOMPARE(taken, std::min<qint64>(at + piece, car.size()));
        QCOMPARE(blocks.size(),
                 std::max<qsizetype>(0, std::count_if(ends.begin(), ends.end(), [taken](auto end) {
                                            return end <= taken;
                                        }) - 1));
    }
    QVERIFY2(reader.isComplete(), qPrintable(reader.problem().detail()));
    QCOMPARE(bytesOf(blocks), bytesOf(ourBlocks()));
    for (const Block &block : blocks)
        QCOMPARE(block.address(), blockAddress(block.bytes()));
}

void TestCar::leavesOutBlocksOfOtherKinds_data()
{
    QTest::addColumn<QByteArray>("cid");
    const auto row = [](const char *name, const QByteArray &cid) { QTest::newRow(name) << cid; };
    const QByteArray digest = sha256("other");
    row("raw", QByteArray::fromHex("01551220") + digest);
    row("of no hash that is known", QByteArray::fromHex("0171b22020") + digest);
    row("of another digest", QByteArray::fromHex("017112") + '\x10' + digest.first(16));
    row("SHA-512", QByteArray::fromHex("01711340") + digest + digest);
    row("of identity", QByteArray::fromHex("01550003616263"));
    row("of empty identity", QByteArray::fromHex("01550000"));
    row("CIDv0", QByteArray::fromHex("1220") + digest);
}

void TestCar::leavesOutBlocksOfOtherKinds()
{
    QFETCH(QByteArray, cid);
    for (const QByteArray &bytes : {QByteArray("does not match"), QByteArray()}) {
        CarReader reader;
        const QList<Block> blocks =
            reader.read(carOf({cid}, {Block(cid, bytes), ourBlocks().first(), Block(cid, bytes)}));
        QVERIFY2(reader.isComplete(), qPrintable(reader.problem().detail()));
        QCOMPARE(bytesOf(blocks), QList<QByteArray>{"one"});
    }
}

void TestCar::readsHeaders_data()
{
    QTest::addColumn<QList<QByteArray>>("roots");
    const QByteArray ours = ourBlocks().first().address();
    QTest::newRow("no root") << QList<QByteArray>{};
    QTest::newRow("one of ours") << QList<QByteArray>{ours};
    QTest::newRow("one that is in it nowhere") << QList<QByteArray>{blockAddress("elsewhere")};
    QTest::newRow("some of all kinds")
        << QList<QByteArray>{rawCid(), ours, QByteArray::fromHex("01550000"),
                             QByteArray::fromHex("1220") + sha256("v0")};
    QTest::newRow("as many as are read") << QList<QByteArray>(99, ours);
}

void TestCar::readsHeaders()
{
    QFETCH(QList<QByteArray>, roots);
    CarReader reader;
    QCOMPARE(bytesOf(reader.read(carOf(roots, ourBlocks()))), bytesOf(ourBlocks()));
    QVERIFY2(reader.isComplete(), qPrintable(reader.problem().detail()));
}

void TestCar::refusesHeaders_data()
{
    QTest::addColumn<QByteArray>("hex");
    const auto row = [](const char *name, const QByteArray &hex) { QTest::newRow(name) << hex; };
    const QByteArray roots = "65" + QByteArray("roots").toHex();
    const QByteArray version = "67" + QByteArray("version").toHex();
    const QByteArray cid = rawCid().toHex();
    const QByteArray link = "d82a582500" + cid;

    row("not CBOR", "ff");
    row("HTML", QByteArray("<html>").toHex());
    row("a byte behind", "a2" + roots + "80" + version + "0100");
    row("version 2", "a1" + version + "02");
    row("version 0", "a2" + roots + "80" + version + "00");
    row("version 2 with roots", "a2" + roots + "80" + version + "02");
    row("a version of text", "a2" + roots + "80" + version + "6131");
    row("a long version", "a2" + roots + "80" + version + "1801");
    row("no version", "a1" + roots + "80");
    row("no roots", "a1" + version + "01");
    row("roots null", "a2" + roots + "f6" + version + "01");
    row("roots not a list", "a2" + roots + link + version + "01");
    row("another order", "a2" + version + "01" + roots + "80");
    row("a third key", "a3" + roots + "80" + version + "01" + "616101");
    row("an indefinite map", "bf" + roots + "80" + version + "01ff");
    row("indefinite roots", "a2" + roots + "9fff" + version + "01");
    row("more roots than there are", "a2" + roots + "81" + version + "01");
    row("more roots than there can be", "a2" + roots + "9bffffffffffffffff" + link);
    row("a root without a tag", "a2" + roots + "81582500" + cid + version + "01");
    row("a root with another tag", "a2" + roots + "81d82b582500" + cid + version + "01");
    row("a root without a zero byte", "a2" + roots + "81d82a5824" + cid + version + "01");
    row("an empty root", "a2" + roots + "81d82a40" + version + "01");
    row("a root of nothing", "a2" + roots + "81d82a4100" + version + "01");
    row("a root with more behind it", "a2" + roots + "81d82a582600" + cid + "00" + version + "01");
    row("a root cut short", "a2" + roots + "81d82a582400" + cid.chopped(2) + version + "01");
    row("a root of CID version 2", "a2" + roots + "81d82a45000255" + "0000" + version + "01");
    row("a block instead", ourBlocks().first().address().toHex() + "6f6e65");
}

void TestCar::refusesHeaders()
{
    QFETCH(QByteArray, hex);
    const QByteArray header = QByteArray::fromHex(hex);
    QVERIFY(header.size() < 128);
    CarReader reader;
    QVERIFY(reader.read(fromParts({header, ourBlocks().first().address() + "one"})).isEmpty());
    QCOMPARE(reader.problem().kind(), Problem::Kind::Tampered);
    QVERIFY(!reader.isComplete());
    QCOMPARE(reader.bytesTaken(), 1 + header.size());
}

void TestCar::refusesSections_data()
{
    QTest::addColumn<QByteArray>("section");
    const auto row = [](const char *name, const QByteArray &section) {
        QTest::newRow(name) << section;
    };
    const auto hex = [](const char *digits) { return QByteArray::fromHex(digits); };
    const QByteArray address = ourBlocks().first().address();
    row("empty", "");
    row("a wrong block", address + "onf");
    row("a block cut short", address + "on");
    row("a block with more behind it", address + "one ");
    row("an address alone", address);
    row("an address cut short", address.chopped(1));
    row("a CIDv0 cut short", hex("1220") + address.sliced(5));
    row("a CID of version 0", hex("00550000"));
    row("a CID of version 2", hex("02550000"));
    row("a version alone", hex("01"));
    row("a codec alone", hex("0155"));
    row("no size of the digest", hex("015512"));
    row("a digest longer than there is", hex("0155001561"));
    row("a digest longer than there can be", hex("015500ffffffffffffffffff01"));
    row("a number that does not end", hex("01ffffffffffffffffffffff"));
    row("a long version", hex("8100550000"));
    row("a long codec", hex("01d5000000"));
    row("a long size", hex("0155008000"));
    row("our address with a long codec", hex("01f1001220") + address.sliced(4) + "one");
}

// What was right before it is handed out all the same.
void TestCar::refusesSections()
{
    QFETCH(QByteArray, section);
    const QByteArray good = ourBlocks().first().address() + "one";
    const QByteArray start = fromParts({emptyHeader, good, section});
    CarReader reader;
    QCOMPARE(bytesOf(reader.read(start + fromParts({good}))), QList<QByteArray>{"one"});
    QCOMPARE(reader.problem().kind(), Problem::Kind::Tampered);
    QVERIFY(!reader.isComplete());
    QCOMPARE(reader.bytesTaken(), start.size());
}

void TestCar::refusesWhatIsTooLargeAtOnce_data()
{
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("length");
    const QByteArray header = carOf({}, {});
    const auto row = [](const char *name, const QByteArray &start, const char *length) {
        QTest::newRow(name) << start << QByteArray::fromHex(length);
    };
    row("a header of 4097 bytes", "", "8120");
    row("a header of 1 MiB", "", "808040");
    row("a header of 2 MiB", "", "808080");
    row("a header of no length", "", "00");
    row("a header of a long length", "", "8100");
    row("a section of 1 MiB and 37 bytes", header, "a58040");
    row("a section of 2 MiB", header, "808080");
    row("a section of 2^64 - 1 bytes", header, "ffffff");
    row("a section of a long length", header, "a600");
    row("a section of a longer length", header, "a68000");
}

void TestCar::refusesWhatIsTooLargeAtOnce()
{
    QFETCH(QByteArray, start);
    QFETCH(QByteArray, length);
    CarReader reader;
    reader.read(start + length.chopped(1));
    QVERIFY(!reader.problem());
    reader.read(length.last(1));
    QCOMPARE(reader.problem().kind(), Problem::Kind::Tampered);
}

void TestCar::readsTheLargestBlock()
{
    const Block largest = ourBlock(QByteArray(MaxBlockSize, 'b'));
    CarReader reader;
    QCOMPARE(bytesOf(reader.read(carOf({}, {largest, largest}))), bytesOf({largest, largest}));
    QVERIFY2(reader.isComplete(), qPrintable(reader.problem().detail()));
}

void TestCar::knowsWhereItWasCut()
{
    const QByteArray car = ourCar();
    const QList<qsizetype> ends = borders();
    for (qsizetype size = 0; size <= car.size(); ++size) {
        CarReader reader;
        const qsizetype blocks = reader.read(car.first(size)).size();
        QVERIFY(!reader.problem());
        QCOMPARE(reader.isComplete(), ends.contains(size));
        const auto whole = std::upper_bound(ends.begin(), ends.end(), size) - ends.begin();
        QCOMPARE(blocks, std::max<qsizetype>(0, whole - 1));
    }
}

// Whatever is changed, nothing comes out that was not put in.
void TestCar::standsEveryDamage()
{
    const QList<QByteArray> good = bytesOf(ourBlocks());
    int tampered = 0;
    forEachDamage(ourCar(), [&](const QByteArray &damaged) {
        CarReader reader;
        QList<Block> blocks = reader.read(damaged);
        QVERIFY(reader.bytesTaken() <= damaged.size());
        for (const Block &block : std::as_const(blocks)) {
            QVERIFY(good.contains(block.bytes()));
            QCOMPARE(block.address(), blockAddress(block.bytes()));
        }
        if (!reader.problem())
            return;
        ++tampered;
        QCOMPARE(reader.problem().kind(), Problem::Kind::Tampered);
        QVERIFY(!reader.isComplete());
    });
    QVERIFY(tampered > 8 * 300); // each bit of the largest block, to begin with
}

void TestCar::takesNothingAfterAFault()
{
    CarReader reader;
    reader.read(QByteArray(1, '\0'));
    const Problem problem = reader.problem();
    QCOMPARE(problem.kind(), Problem::Kind::Tampered);
    QVERIFY(reader.read(ourCar()).isEmpty());
    QCOMPARE(reader.problem(), problem);
    QCOMPARE(reader.bytesTaken(), 1);
}

QTEST_APPLESS_MAIN(TestCar)
#include "tst_car.moc"
