// SPDX-License-Identifier: MIT
#include "interface/multibase.h"

#include <QTest>

using namespace RemoteLog;
using namespace Qt::StringLiterals;

// One key in its three spellings; the key is that of test 1 in RFC 8032, section 7.1.
const auto publicKey =
    QByteArray::fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const auto base36Name = u"k51qzi5uqu5dljtg5upm7x7ugan9lql3ewyknv4r4mhhkwzn8n7cnbd1unfwgq"_s;
const auto base32Name = u"bafzaajaiaejcbv22taayfmikw7kux7wtzfsaooqo4fzphwvgems26aq2nd3qoui2"_s;
const auto peerId = u"12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5pV"_s;

class TestMultibase : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip_data();
    void roundTrip();
    void refuses_data();
    void refuses();
    void readsEverySpellingOfAName_data();
    void readsEverySpellingOfAName();
    void refusesOtherNames_data();
    void refusesOtherNames();
    void writesNamesInBase36();
};

// RFC 4648, section 10, and the test cases of the multibase specification.
void TestMultibase::roundTrip_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("base32");
    QTest::addColumn<QString>("base36");
    QTest::addColumn<QString>("base58");

    QTest::newRow("empty") << QByteArray("") << u"b"_s << u"k"_s << u"z"_s;
    QTest::newRow("f") << QByteArray("f") << u"bmy"_s << u"k2u"_s << u"z2m"_s;
    QTest::newRow("yes") << QByteArray("yes mani !") << u"bpfsxgidnmfxgsibb"_s
                         << u"k2lcpzo5yikidynfl"_s << u"z7paNL19xttacUY"_s;
    QTest::newRow("a zero") << QByteArray("\0yes mani !", 11) << u"bab4wk4zanvqw42jaee"_s
                            << u"k02lcpzo5yikidynfl"_s << u"z17paNL19xttacUY"_s;
    QTest::newRow("two zeros") << QByteArray("\0\0yes mani !", 12) << u"baaahszltebwwc3tjeaqq"_s
                               << u"k002lcpzo5yikidynfl"_s << u"z117paNL19xttacUY"_s;
    QTest::newRow("only zeros") << QByteArray(3, '\0') << u"baaaaa"_s << u"k000"_s << u"z111"_s;
}

void TestMultibase::roundTrip()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, base32);
    QFETCH(QString, base36);
    QFETCH(QString, base58);

    QCOMPARE(Multibase::encodeBase32(bytes), base32);
    QCOMPARE(Multibase::toBase32(bytes), base32.mid(1));
    QCOMPARE(Multibase::encodeBase36(bytes), base36);
    QCOMPARE(Multibase::decode(base32), bytes);
    QCOMPARE(Multibase::decode(base32.toUpper()), bytes);
    QCOMPARE(Multibase::decode(base36), bytes);
    QCOMPARE(Multibase::decode(base36.toUpper()), bytes);
    QCOMPARE(Multibase::decode(base58), bytes);
}

void TestMultibase::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << QString();
    QTest::newRow("no prefix") << u"mzxw6ytb"_s;
    QTest::newRow("unknown prefix") << u"f00"_s;
    QTest::newRow("digit outside base32") << u"bmzxw1ytb"_s;
    QTest::newRow("padding") << u"bmy======"_s;
    QTest::newRow("bits left over that are set") << u"bmz"_s;
    QTest::newRow("a digit without a byte") << u"bmya"_s;
    QTest::newRow("lone zero digit") << u"ba"_s;
    QTest::newRow("mixed case in base32") << u"bmZxw6"_s;
    QTest::newRow("prefix of the other case in base32") << u"BMy"_s;
    QTest::newRow("mixed case in base36") << u"k2Lcpzo5"_s;
    QTest::newRow("prefix of the other case in base36") << u"K2lcpzo5"_s;
    QTest::newRow("look-alike in base58") << u"z7paNL19xttacU0"_s;
    QTest::newRow("upper-case prefix of base58") << u"Z7paNL19xttacUY"_s;
    QTest::newRow("space") << u"bmy "_s;
    QTest::newRow("null character") << QString(u"bmy"_s + QChar(u'\0'));
    QTest::newRow("outside ASCII") << u"bm\u00fc"_s;
    QTest::newRow("full-width digits") << u"k\uff12\uff35"_s;
    QTest::newRow("129 characters") << QString(u"k"_s + QString(128, u'0'));
    QTest::newRow("a million characters") << QString(u"z"_s + QString(1000000, u'z'));
}

void TestMultibase::refuses()
{
    QFETCH(QString, text);
    QVERIFY(!Multibase::decode(text));
    QVERIFY(!Multibase::publicKeyFromName(text));
}

void TestMultibase::readsEverySpellingOfAName_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("base36") << base36Name;
    QTest::newRow("base36, upper case") << base36Name.toUpper();
    QTest::newRow("base32") << base32Name;
    QTest::newRow("base32, upper case") << base32Name.toUpper();
    QTest::newRow("base58btc") << u"z5AanNVJCxnVL32fP9WPsJtH8X7gmLVMuY1sXcrC5vZ9tdEMMsXin25"_s;
    QTest::newRow("peer id") << peerId;
}

void TestMultibase::readsEverySpellingOfAName()
{
    QFETCH(QString, name);
    QCOMPARE(Multibase::publicKeyFromName(name), publicKey);
}

void TestMultibase::refusesOtherNames_data()
{
    const QByteArray cid = QByteArray::fromHex("0172002408011220") + publicKey;
    const auto changed = [cid](qsizetype at, char byte) {
        QByteArray copy = cid;
        copy[at] = byte;
        return Multibase::encodeBase36(copy);
    };

    QTest::addColumn<QString>("name");
    QTest::newRow("CID version 0") << changed(0, 0);
    QTest::newRow("another codec") << changed(1, 0x71);
    QTest::newRow("another hash") << changed(2, 0x12);
    QTest::newRow("another length of the hash") << changed(3, 0x23);
    QTest::newRow("another type of key") << changed(5, 0);
    QTest::newRow("another length of the key") << changed(7, 0x1f);
    QTest::newRow("a byte less") << Multibase::encodeBase36(cid.chopped(1));
    QTest::newRow("a byte more") << Multibase::encodeBase36(cid + 'x');
    QTest::newRow("a zero before") << Multibase::encodeBase36('\0' + cid);
    QTest::newRow("the key alone") << Multibase::encodeBase36(publicKey);
    QTest::newRow("peer id as multibase") << QString(u'z' + peerId);
    QTest::newRow("peer id of an RSA key") << u"QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"_s;
    QTest::newRow("peer id cut") << peerId.chopped(1);
    QTest::newRow("long peer id") << QString(1000000, u'1');
    QTest::newRow("a domain") << u"example.org"_s;
    QTest::newRow("a path") << QString(u"/ipns/"_s + base36Name);
}

void TestMultibase::refusesOtherNames()
{
    QFETCH(QString, name);
    QVERIFY(!Multibase::publicKeyFromName(name));
}

void TestMultibase::writesNamesInBase36()
{
    QCOMPARE(Multibase::nameFromPublicKey(publicKey), base36Name);
    for (const char byte : {'\x00', '\xff'}) {
        const QByteArray key(32, byte);
        const QString name = Multibase::nameFromPublicKey(key);
        QCOMPARE(name.size(), 62);
        QVERIFY(name.startsWith("k51"_L1));
        QCOMPARE(Multibase::publicKeyFromName(name), key);
    }
}

QTEST_APPLESS_MAIN(TestMultibase)

#include "tst_multibase.moc"
