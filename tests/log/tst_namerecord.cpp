// SPDX-License-Identifier: MIT
#include "interface/multibase.h"
#include "log/address.h"
#include "log/namerecord.h"
#include "log/namerecorddata.h"

#include "support/samples.h"
#include "support/vectors.h"

#include <QTest>

#include <protozero/pbf_writer.hpp>

#include <cstring>

using namespace RemoteLog;

namespace {

const QByteArray validData = encodeNameRecordData(
    {"/ipfs/x", "2123-08-14T12:17:03.694052Z", 0, 7, 300'000'000'000, std::nullopt});

QByteArray field(quint32 number, const QByteArray &bytes)
{
    std::string message;
    protozero::pbf_writer(message).add_bytes(number, bytes.toStdString());
    return QByteArray::fromStdString(message);
}

QByteArray field(quint32 number, quint64 value)
{
    std::string message;
    protozero::pbf_writer(message).add_uint64(number, value);
    return QByteArray::fromStdString(message);
}

} // namespace

class TestNameRecord : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judgesOtherPeoplesRecords_data();
    void judgesOtherPeoplesRecords();
    void hasNoNameForOtherKeys();
    void makesTheSameRecordAsOthers();
    void readsWhatItSigns();
    void wantsAValidityItKnows_data();
    void wantsAValidityItKnows();
    void judgesV1Fields_data();
    void judgesV1Fields();
    void wantsTheRightKey();
    void wantsBothFields();
    void hasALimit();
    void readsValuesThatAreNoPages_data();
    void readsValuesThatAreNoPages();
    void embedsWhatFits_data();
    void embedsWhatFits();
    void theLargestRecordFits();
};

void TestNameRecord::judgesOtherPeoplesRecords_data()
{
    QTest::addColumn<QByteArray>("value"); // empty: invalid
    QTest::addColumn<QByteArray>("validity");
    QTest::addColumn<quint64>("number");
    QTest::addColumn<quint64>("ttl");

    const auto row = [&](const char *name, const char *value, quint64 number, quint64 ttl,
                         const char *validity = "2123-08-14T12:17:03.694052000Z") {
        QTest::newRow(name) << QByteArray(value) << QByteArray(validity) << number << ttl;
    };
    constexpr quint64 halfAnHour = 1'800'000'000'000;
    row("v1", "", 0, 0);
    row("v1-v2", "/ipfs/bafkqaddwgevxmmraojswg33smq", 0, halfAnHour);
    row("v1-v2-broken-v1-value", "", 0, 0);
    row("v1-v2-broken-signature-v2", "", 0, 0);
    row("v1-v2-broken-signature-v1",
        "/ipfs/bafkqahtwgevxmmrao5uxi2bamjzg623fnyqhg2lhnzqxi5lsmuqhmmi", 0, halfAnHour);
    row("v2", "/ipfs/bafkqadtwgiww63tmpeqhezldn5zgi", 0, halfAnHour);
    const char *const rfc = "/ipfs/bafkreidhhr7wdfypgufe52s25rqhligfqtnrrcz5xr25wwvlkynvs5b7ma";
    row("rfc8032-v2", rfc, 7, 300'000'000'000);
    row("rfc8032-v1-v2", rfc, 7, 300'000'000'000);
    constexpr quint64 century = 3'155'760'000'000'000'000;
    row("gateway-cache-1",
        "/ipfs/bafybeib3ffl2teiqdncv3mkz4r23b5ctrwkzrrhctdbne6iboayxuxk5ui/root2", 0, halfAnHour,
        "2126-01-31T15:56:12.714899293Z");
    row("gateway-cache-2", "/ipfs/bafybeib3ffl2teiqdncv3mkz4r23b5ctrwkzrrhctdbne6iboayxuxk5ui", 0,
        century, "2123-04-12T15:32:22.646144000Z");
    row("path-gateway-1", "/ipfs/bafyreibs4utpgbn7uqegmd2goqz4bkyflre2ek2iwv743fhvylwi4zeeim", 0,
        century, "2123-04-13T08:09:51.891396000Z");
    row("path-gateway-2", "/ipfs/baguqeeram5ujjqrwheyaty3w5gdsmoz6vittchvhk723jjqxk7hakxkd47xq", 0,
        century, "2123-04-13T08:09:21.159744000Z");
    row("subdomain-ed25519", "/ipfs/bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am", 0,
        century, "2123-04-12T13:44:59.801728000Z");
}

void TestNameRecord::judgesOtherPeoplesRecords()
{
    QFETCH(QByteArray, value);
    const QString name = QString::fromLatin1(QTest::currentDataTag());
    const QByteArray bytes = vectorBytes(QStringLiteral("ipns.txt"), name);
    const auto key = Multibase::publicKeyFromName(
        vectorText(QStringLiteral("ipns.txt"), name + QStringLiteral(".name")));
    QVERIFY(key);
    const Result<NameRecord> record = parseNameRecord(bytes, *key);
    QCOMPARE(record.ok(), !value.isEmpty());
    if (!record.ok()) {
        QCOMPARE(record.problem().kind(), Problem::Kind::Tampered);
        return;
    }
    QCOMPARE(record.value().bytes, bytes);
    QCOMPARE(record.value().value, value);
    // One names a block of our kind, which nobody here has seen.
    QCOMPARE(!record.value().address.isEmpty(), value.startsWith("/ipfs/bafyrei"));
    QTEST(record.value().validity.toText(), "validity");
    QTEST(record.value().number, "number");
    QTEST(record.value().ttl, "ttl");
    QVERIFY(!record.value().signedAt);
    QVERIFY(record.value().embedded.isEmpty());
    QVERIFY(!isExpired(record.value(), QDateTime::fromSecsSinceEpoch(1767225600)));
    QVERIFY(isExpired(record.value(), QDateTime::fromSecsSinceEpoch(5'000'000'000)));
}

// Logs have Ed25519 keys: the record of an RSA key is one that nobody can ask for.
void TestNameRecord::hasNoNameForOtherKeys()
{
    const QString name = QStringLiteral("subdomain-rsa");
    const QString file = QStringLiteral("ipns.txt");
    QVERIFY(!Multibase::publicKeyFromName(vectorText(file, name + QStringLiteral(".name"))));
    const auto record = parseNameRecord(vectorBytes(file, name), sampleKeys().publicKey);
    QCOMPARE(record.problem().kind(), Problem::Kind::Tampered);
}

// From the seed of RFC 8032, TEST 1: what npm ipns made of the same.
void TestNameRecord::makesTheSameRecordAsOthers()
{
    LogKeys keys;
    keys.publicKey =
        QByteArray::fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    // libsodium's secret key is the seed and the public key.
    const QByteArray secret =
        QByteArray::fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        + keys.publicKey;
    QCOMPARE(secret.size(), qsizetype(SigningKey::size()));
    std::memcpy(keys.signingKey.data(), secret.constData(), SigningKey::size());
    const QByteArray data = encodeNameRecordData(
        {"/ipfs/bafkreidhhr7wdfypgufe52s25rqhligfqtnrrcz5xr25wwvlkynvs5b7ma",
         "2123-08-14T12:17:03.694052000Z", 0, 7, 300'000'000'000, std::nullopt});
    QCOMPARE(recordOver(data, keys).toHex(),
             vectorBytes(QStringLiteral("ipns.txt"), QStringLiteral("rfc8032-v2")).toHex());
}

void TestNameRecord::wantsAValidityItKnows_data()
{
    QTest::addColumn<QByteArray>("validity");
    QTest::addColumn<quint64>("type");
    QTest::addColumn<bool>("valid");
    const QByteArray validity = "2123-08-14T12:17:03Z";
    QTest::newRow("a time until when") << validity << quint64(0) << true;
    QTest::newRow("another type") << validity << quint64(1) << false;
    QTest::newRow("the largest type") << validity << quint64(MaxSequence) << false;
    QTest::newRow("no time") << QByteArray("for ever") << quint64(0) << false;
    QTest::newRow("nothing") << QByteArray() << quint64(0) << false;
}

void TestNameRecord::wantsAValidityItKnows()
{
    QFETCH(QByteArray, validity);
    QFETCH(quint64, type);
    const QByteArray data = encodeNameRecordData({"/ipfs/x", validity, type, 7, 0, std::nullopt});
    const auto record = parseNameRecord(recordOver(data), sampleKeys().publicKey);
    QTEST(record.ok(), "valid");
    QVERIFY(record.ok() || record.problem().kind() == Problem::Kind::Tampered);
}

void TestNameRecord::readsWhatItSigns()
{
    const QByteArray bytes = sampleRecord();
    QCOMPARE(sampleRecord(), bytes);
    const Result<NameRecord> read = parseNameRecord(bytes, sampleKeys().publicKey);
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    const NameRecord record = read.value();
    QCOMPARE(record.bytes, bytes);
    QCOMPARE(record.address, sampleAddress(1));
    QCOMPARE(record.value, "/ipfs/" + addressToText(sampleAddress(1)).toLatin1());
    QCOMPARE(record.number, 300u);
    QVERIFY((record.validity == Validity{4'000'000'000, 5}));
    QCOMPARE(record.ttl, 60'000'000'000u);
    QCOMPARE(record.signedAt, 1'700'000'000'000);
    QCOMPARE(record.embedded, QList<QByteArray>({"a block", QByteArray(200, 'b')}));
}

void TestNameRecord::judgesV1Fields_data()
{
    QTest::addColumn<QByteArray>("v1");
    QTest::addColumn<bool>("valid");
    const QByteArray value = field(1, QByteArray("/ipfs/x"));
    const QByteArray type = field(3, 0);
    const QByteArray validity = field(4, QByteArray("2123-08-14T12:17:03.694052Z"));
    const QByteArray number = field(5, 7);
    const QByteArray ttl = field(6, 300'000'000'000);
    const auto row = [](const char *name, const QByteArray &v1, bool valid) {
        QTest::newRow(name) << v1 << valid;
    };
    row("none", {}, true);
    row("all", value + field(2, QByteArray("sig")) + type + validity + number + ttl, true);
    row("without a signature", value + type + validity + number + ttl, true);
    row("without the type, which is 0", value + validity + number + ttl, true);
    row("all but the value", type + validity + number + ttl, true);
    row("a signature alone", field(2, QByteArray("sig")), false);
    row("another value", field(1, QByteArray("/ipfs/y")) + validity + number + ttl, false);
    row("another type", value + field(3, 1) + validity + number + ttl, false);
    row("another spelling of the validity",
        value + field(4, QByteArray("2123-08-14T12:17:03.694052000Z")) + number + ttl, false);
    row("another number", value + validity + field(5, 8) + ttl, false);
    row("another ttl", value + validity + number + field(6, 1), false);
    row("no number", value + validity + ttl, false);
    row("the last of two values counts",
        field(1, QByteArray("y")) + value + validity + number + ttl, true);
}

void TestNameRecord::judgesV1Fields()
{
    QFETCH(QByteArray, v1);
    QTEST(parseNameRecord(v1 + recordOver(validData), sampleKeys().publicKey).ok(), "valid");
}

void TestNameRecord::wantsTheRightKey()
{
    const QByteArray key = sampleKeys().publicKey;
    const QByteArray record = recordOver(validData);
    QByteArray other = key;
    other[0] = char(other.at(0) ^ 1);
    QVERIFY(!parseNameRecord(record, other).ok());
    QVERIFY(!parseNameRecord(record, QByteArrayView()).ok());
    const QByteArray prefix = QByteArray::fromHex("08011220");
    QVERIFY(parseNameRecord(record + field(7, prefix + key), key).ok());
    QVERIFY(parseNameRecord(record + field(7, QByteArray()), key).ok());
    QVERIFY(!parseNameRecord(record + field(7, prefix + other), key).ok());
    QVERIFY(!parseNameRecord(record + field(7, key), key).ok());
}

void TestNameRecord::wantsBothFields()
{
    const QByteArray key = sampleKeys().publicKey;
    const QByteArray record = recordOver(validData);
    QVERIFY(parseNameRecord(record, key).ok());
    QVERIFY(!parseNameRecord(QByteArrayView(), key).ok());
    QVERIFY(!parseNameRecord(record.first(66), key).ok()); // the signature
    QVERIFY(!parseNameRecord(record.sliced(66), key).ok()); // the data
    QVERIFY(!parseNameRecord(record + field(8, QByteArray()), key).ok());
    QVERIFY(!parseNameRecord(record + field(9, QByteArray()), key).ok());
    QVERIFY(!parseNameRecord(recordOver(QByteArray()), key).ok());
    QVERIFY(parseNameRecord(record + field(99, QByteArray("new")), key).ok());
}

void TestNameRecord::hasALimit()
{
    const QByteArray key = sampleKeys().publicKey;
    const QByteArray record = recordOver(validData);
    const qsizetype head = field(99, QByteArray(5000, 'x')).size() - 5000;
    const auto padded = [&](qsizetype extra) {
        const qsizetype room = MaxNameRecordSize - record.size() - head;
        return record + field(99, QByteArray(room + extra, 'x'));
    };
    QCOMPARE(padded(0).size(), MaxNameRecordSize);
    QVERIFY(parseNameRecord(padded(0), key).ok());
    QVERIFY(!parseNameRecord(padded(1), key).ok());
}

void TestNameRecord::readsValuesThatAreNoPages_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("isPage");
    const QByteArray address = sampleAddress(1);
    const auto row = [](const char *name, const QByteArray &value, bool isPage) {
        QTest::newRow(name) << value << isPage;
    };
    row("base32", "/ipfs/" + addressToText(address).toLatin1(), true);
    row("base36", "/ipfs/" + Multibase::encodeBase36(address).toLatin1(), true);
    row("empty", "", false);
    row("a binary address", address, false);
    row("no path", addressToText(address).toLatin1(), false);
    row("a name", "/ipns/" + addressToText(address).toLatin1(), false);
    row("a path below", "/ipfs/" + addressToText(address).toLatin1() + "/x", false);
    row("no multibase", "/ipfs/" + address, false);
    row("nothing behind", "/ipfs/", false);
    row("bytes that are no text", "/ipfs/\xff\xfe", false);
}

void TestNameRecord::readsValuesThatAreNoPages()
{
    QFETCH(QByteArray, value);
    QFETCH(bool, isPage);
    const QByteArray data =
        encodeNameRecordData({value, "2123-08-14T12:17:03Z", 0, 1, 0, std::nullopt});
    const auto record = parseNameRecord(recordOver(data), sampleKeys().publicKey);
    QVERIFY2(record.ok(), qPrintable(record.problem().detail()));
    QCOMPARE(record.value().value, value);
    QCOMPARE(record.value().address, isPage ? sampleAddress(1) : QByteArray());
}

void TestNameRecord::embedsWhatFits_data()
{
    QTest::addColumn<QList<int>>("sizes");
    QTest::addColumn<int>("limit");
    QTest::addColumn<int>("count");
    const auto row = [](const char *name, const QList<int> &sizes, int limit, int count) {
        QTest::newRow(name) << sizes << limit << count;
    };
    row("none", {}, 2048, 0);
    row("all", {500, 500, 500}, 2048, 3);
    row("just", {125, 125}, 252, 2);
    row("not quite", {125, 125}, 251, 1);
    row("lengths of two bytes count", {128, 128}, 259, 1);
    row("nothing behind one that is too large", {100, 3000, 100}, 2048, 1);
    row("not even the first", {3000, 100}, 2048, 0);
    row("limit 0", {1}, 0, 0);
    row("limit below 0", {1}, -1, 0);
    row("limit above what a record holds", {8190, 1}, 1'000'000, 1);
    row("an empty block is none", {10, 0, 10}, 2048, 1);
}

void TestNameRecord::embedsWhatFits()
{
    QFETCH(QList<int>, sizes);
    QFETCH(int, limit);
    QList<QByteArray> blocks;
    for (const int size : std::as_const(sizes))
        blocks.append(QByteArray(size, 'b'));
    const QList<QByteArray> fitting = embeddableBlocks(blocks, limit);
    QTEST(int(fitting.size()), "count");
    QCOMPARE(fitting, blocks.first(fitting.size()));
}

void TestNameRecord::theLargestRecordFits()
{
    NameRecordDraft draft;
    draft.address = sampleAddress(1);
    draft.number = MaxSequence;
    draft.validity = {253402300799, 999999999};
    draft.signedAt = std::numeric_limits<qint64>::max();
    draft.embedded.fill(QByteArray(1, 'b'), MaxEmbedLimit / 2);
    QCOMPARE(embeddableBlocks(draft.embedded, MaxEmbedLimit).size(), draft.embedded.size());
    const QByteArray record = signNameRecord(draft, sampleKeys());
    QVERIFY(record.size() <= MaxNameRecordSize);
    QVERIFY(parseNameRecord(record, sampleKeys().publicKey).ok());
}

QTEST_APPLESS_MAIN(TestNameRecord)
#include "tst_namerecord.moc"
