// SPDX-License-Identifier: MIT
#include "log/namerecord.h"
#include "log/namerecorddata.h"
#include "log/page.h"
#include "oracletest.h"
#include "support/vectors.h"

#include <protozero/pbf_writer.hpp>

using namespace RemoteLog;
using Testing::IpnsOracle;

namespace {

QByteArray field(quint32 number, const QByteArray &bytes)
{
    std::string message;
    protozero::pbf_writer(message).add_bytes(number, bytes.toStdString());
    return QByteArray::fromStdString(message);
}

const QByteArray fineValidity = "2123-08-14T12:17:03.694052Z";

QByteArray recordSaying(const NameRecordData &data)
{
    return recordOver(encodeNameRecordData(data));
}

// The key of RFC 8032, TEST 1.
const QByteArray otherKey =
    QByteArray::fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

} // namespace

// What we refuse and what npm ipns refuses.
class TestIpnsRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { START_ORACLE(m_oracle); }
    void judgesVectorsAlike_data();
    void judgesVectorsAlike();
    void refusesOtherNames();
    void refusesWhatWasCutOff();
    void refusesWhatWasChanged();
    void expires();
    void judges_data();
    void judges();

private:
    bool theyTake(const QByteArray &bytes)
    {
        return m_oracle.validate(m_name, bytes).content.has_value();
    }
    static bool weTake(const QByteArray &bytes)
    {
        return parseNameRecord(bytes, sampleKeys().publicKey).ok();
    }

    IpnsOracle m_oracle;
    const QString m_name = sampleName();
    const QByteArray m_record = sampleRecord();
};

void TestIpnsRefusals::judgesVectorsAlike_data()
{
    QTest::addColumn<bool>("isValid");
    QTest::newRow("v1") << false;
    QTest::newRow("v1-v2") << true;
    QTest::newRow("v1-v2-broken-v1-value") << false;
    QTest::newRow("v1-v2-broken-signature-v2") << false;
    QTest::newRow("v1-v2-broken-signature-v1") << true;
    QTest::newRow("v2") << true;
}

void TestIpnsRefusals::judgesVectorsAlike()
{
    QFETCH(bool, isValid);
    const QString vector = QString::fromLatin1(QTest::currentDataTag());
    const QByteArray bytes = vectorBytes(QStringLiteral("ipns.txt"), vector);
    const QString name = vectorText(QStringLiteral("ipns.txt"), vector + QStringLiteral(".name"));
    QCOMPARE(m_oracle.validate(name, bytes).content.has_value(), isValid);
    QCOMPARE(parseNameRecord(bytes, *Multibase::publicKeyFromName(name)).ok(), isValid);
}

void TestIpnsRefusals::refusesOtherNames()
{
    QVERIFY(theyTake(m_record) && weTake(m_record));
    QVERIFY(!m_oracle.validate(Multibase::nameFromPublicKey(otherKey), m_record).content);
    QVERIFY(!parseNameRecord(m_record, otherKey).ok());
}

void TestIpnsRefusals::refusesWhatWasCutOff()
{
    for (qsizetype size = 0; size < m_record.size(); ++size) {
        QVERIFY2(!theyTake(m_record.first(size)), qPrintable(QString::number(size)));
        QVERIFY2(!weTake(m_record.first(size)), qPrintable(QString::number(size)));
    }
}

// What is signed, the signature, and their lengths. Not the two tags, whose type of wire npm ipns
// does not look at.
void TestIpnsRefusals::refusesWhatWasChanged()
{
    constexpr qsizetype dataTag = 2 + 64; // behind the signature
    for (qsizetype i = 1; i < m_record.size(); ++i) {
        for (const int bit : {0x01, 0x10, 0x80}) {
            if (i == dataTag)
                continue;
            QByteArray changed = m_record;
            changed[i] = char(changed.at(i) ^ bit);
            QVERIFY2(!theyTake(changed), qPrintable(QString::number(i)));
            QVERIFY2(!weTake(changed), qPrintable(QString::number(i)));
        }
    }
}

// Theirs is no longer to be passed on; ours is still read, and said to have expired.
void TestIpnsRefusals::expires()
{
    NameRecordDraft draft{sampleAddress(1), 1, {1'700'000'000, 0}, 1'600'000'000'000, {}};
    const QByteArray bytes = signNameRecord(draft, sampleKeys());
    const QString refusal = m_oracle.validate(m_name, bytes).refusal;
    QVERIFY2(refusal.startsWith(QLatin1String("RecordExpiredError")), qPrintable(refusal));
    const Result<NameRecord> record = parseNameRecord(bytes, sampleKeys().publicKey);
    QVERIFY(record.ok());
    QVERIFY(isExpired(record.value(), QDateTime::currentDateTimeUtc()));
}

void TestIpnsRefusals::judges_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("theirs"); // whether it is valid for npm ipns
    QTest::addColumn<bool>("ours");
    const auto row = [](const char *name, const QByteArray &bytes, bool theirs, bool ours) {
        QTest::newRow(name) << bytes << theirs << ours;
    };
    const NameRecordData fine{"/ipfs/x", fineValidity, 0, 7, 300'000'000'000, std::nullopt};
    const QByteArray record = recordSaying(fine);
    const auto saying = [&](auto change) {
        NameRecordData data = fine;
        change(data);
        return recordSaying(data);
    };
    row("fine", record, true, true);
    row("with a field of the future", record + field(99, "new"), true, true);
    row("with its key", record + field(7, QByteArray::fromHex("08011220") + sampleKeys().publicKey),
        true, true);
    row("with another key", record + field(7, QByteArray::fromHex("08011220") + otherKey), false,
        false);
    const qsizetype head = field(99, QByteArray(9000, 'x')).size() - 9000;
    const qsizetype room = MaxNameRecordSize - record.size() - head;
    row("as large as can be", record + field(99, QByteArray(room, 'x')), true, true);
    row("too large", record + field(99, QByteArray(room + 1, 'x')), false, false);
    row("another type of validity", saying([](auto &data) { data.validityType = 1; }), false,
        false);
    row("no time", saying([](auto &data) { data.validity = "for ever"; }), false, false);
    // The map with one entry more.
    const auto with = [&](const char *entry) {
        return recordOver(QByteArray::fromHex("a6") + encodeNameRecordData(fine).sliced(1)
                          + QByteArray::fromHex(entry));
    };
    row("with a key of others", with("625f784100"), true, true); // "_x": bytes
    row("no map", recordOver(QByteArray::fromHex("80")), false, false);
    row("no data", recordOver(QByteArray()), false, false);

    // Here npm ipns takes less: why there is no such thing in our records.
    row("with a link in a key of others", with("625f78d82a4100"), false, true);

    // Here npm ipns takes more than the specifications of the record and of DAG-CBOR.
    row("a map of unknown length",
        recordOver(QByteArray::fromHex("bf") + encodeNameRecordData(fine).sliced(1)
                   + QByteArray::fromHex("ff")),
        true, false);
    row("with a key twice", with("6354544c00"), true, false); // "TTL": 0
    row("a number of 64 bits", saying([](auto &data) { data.sequence = MaxSequence + 1; }), true,
        false);
    row("with another value for V1, without a signature", field(1, "/ipfs/y") + record, true,
        false);
}

void TestIpnsRefusals::judges()
{
    QFETCH(QByteArray, bytes);
    QTEST(theyTake(bytes), "theirs");
    QTEST(weTake(bytes), "ours");
}

QTEST_GUILESS_MAIN(TestIpnsRefusals)
#include "tst_ipnsrefusals.moc"
