// SPDX-License-Identifier: MIT
#include "interface/multibase.h"
#include "log/address.h"
#include "security/hash.h"

#include <QTest>

using namespace RemoteLog;

class TestAddress : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheCidOfTheBytes_data();
    void isTheCidOfTheBytes();
    void isReadInEveryBase();
    void onlyBlocksHaveAddresses_data();
    void onlyBlocksHaveAddresses();
};

// The digests are those of raw blocks that other implementations made: only the codec differs.
void TestAddress::isTheCidOfTheBytes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("rawCid");
    const auto row = [](const char *bytes, const char *cid) {
        QTest::newRow(*bytes ? bytes : "empty") << QByteArray(bytes) << QString::fromLatin1(cid);
    };
    row("", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
    row("hello", "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
    row("hello block one", "bafkreidhhr7wdfypgufe52s25rqhligfqtnrrcz5xr25wwvlkynvs5b7ma");
}

void TestAddress::isTheCidOfTheBytes()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, rawCid);
    const QByteArray address = blockAddress(bytes);
    QVERIFY(isBlockAddress(address));
    const std::optional<QByteArray> raw = Multibase::decode(rawCid);
    QVERIFY(raw);
    QCOMPARE(raw->toHex(), "01551220" + address.sliced(4).toHex());

    const QString text = addressToText(address);
    QVERIFY(text.startsWith(QLatin1String("bafyrei")));
    QCOMPARE(text.size(), 59);
    QCOMPARE(addressFromText(text), address);
    QVERIFY2(!addressFromText(rawCid), "a raw block is none of ours");
}

void TestAddress::isReadInEveryBase()
{
    const QByteArray address = blockAddress("block");
    QCOMPARE(addressFromText(Multibase::encodeBase32(address).toUpper()), address);
    QCOMPARE(addressFromText(Multibase::encodeBase36(address)), address);
    QVERIFY(!addressFromText(QLatin1Char('f') + QString::fromLatin1(address.toHex())));
    QVERIFY(!addressFromText(QStringView()));
}

void TestAddress::onlyBlocksHaveAddresses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const QByteArray digest = sha256("block");
    const auto row = [](const char *name, const QByteArray &bytes) {
        QTest::newRow(name) << bytes;
    };
    row("empty", QByteArray());
    row("digest alone", digest);
    row("prefix alone", QByteArray::fromHex("01711220"));
    row("raw codec", QByteArray::fromHex("01551220") + digest);
    row("another hash", QByteArray::fromHex("0171b220") + digest);
    row("another length", QByteArray::fromHex("01711210") + digest);
    row("CIDv0", QByteArray::fromHex("1220") + digest);
    row("too short", QByteArray::fromHex("01711220") + digest.chopped(1));
    row("too long", QByteArray::fromHex("01711220") + digest + '\0');
}

void TestAddress::onlyBlocksHaveAddresses()
{
    QFETCH(QByteArray, bytes);
    QVERIFY(!isBlockAddress(bytes));
    QVERIFY(!addressFromText(Multibase::encodeBase32(bytes)));
}

QTEST_APPLESS_MAIN(TestAddress)
#include "tst_address.moc"
