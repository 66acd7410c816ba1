// SPDX-License-Identifier: MIT
#include "log/address.h"
#include "log/namerecord.h"
#include "log/page.h"
#include "oracletest.h"

using namespace RemoteLog;
using Testing::IpnsOracle;

namespace {

NameRecordDraft ourDraft(quint64 number, const Validity &validity,
                         const QList<QByteArray> &embedded = {})
{
    return {sampleAddress(1), number, validity, 1'700'000'000'000, embedded};
}

int signOf(int number)
{
    return (number > 0) - (number < 0);
}

constexpr Validity Later{4'000'000'000, 5'000'000};

} // namespace

// Our records and those of npm ipns: each takes the other's, and reads the same in them.
class TestIpnsOracle : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { START_ORACLE(m_oracle); }
    void takesOurs_data();
    void takesOurs();
    void choosesAsWeDo_data();
    void choosesAsWeDo();
    void choosesNothingAmongEquals_data();
    void choosesNothingAmongEquals();
    void weTakeTheirs_data();
    void weTakeTheirs();
    void weTakeAnyFraction_data();
    void weTakeAnyFraction();
    void weTakeTheirValues_data();
    void weTakeTheirValues();

private:
    void isReadAlike(const QByteArray &bytes, const IpnsOracle::Draft &draft);

    IpnsOracle m_oracle;
    const QString m_name = sampleName();
};

void TestIpnsOracle::takesOurs_data()
{
    QTest::addColumn<quint64>("number");
    QTest::addColumn<qint64>("seconds");
    QTest::addColumn<quint32>("nanoseconds");
    QTest::addColumn<QList<QByteArray>>("embedded");
    const auto row = [](const char *name, quint64 number, const Validity &validity,
                        const QList<QByteArray> &embedded) {
        QTest::newRow(name) << number << validity.seconds << validity.nanoseconds << embedded;
    };
    row("bare", 1, Later, {});
    row("with blocks", 2, Later, {"a block", QByteArray(200, 'b')});
    row("with one large block", 2, Later, {QByteArray(MaxEmbedLimit - 2, 'b')});
    row("with many small blocks", 2, Later, QList<QByteArray>(MaxEmbedLimit / 2, "b"));
    row("the first number that a double has not", (quint64(1) << 53) + 1, Later, {});
    row("the highest number", MaxSequence, Later, {});
    row("at the end of a second", 3, {4'000'000'000, 999'999'999}, {});
    row("for ever", 3, {253'402'300'799, 999'999'999}, {}); // the last that can be written
}

void TestIpnsOracle::takesOurs()
{
    QFETCH(quint64, number);
    QFETCH(qint64, seconds);
    QFETCH(quint32, nanoseconds);
    QFETCH(QList<QByteArray>, embedded);
    const Validity validity{seconds, nanoseconds};
    const QByteArray bytes = signNameRecord(ourDraft(number, validity, embedded), sampleKeys());
    const IpnsOracle::Verdict verdict = m_oracle.validate(m_name, bytes);
    QCOMPARE(verdict.refusal, QString());
    QCOMPARE(verdict.content->value, "/ipfs/" + addressToText(sampleAddress(1)).toLatin1());
    QCOMPARE(verdict.content->sequence, number);
    QCOMPARE(verdict.content->validity, validity.toText());
    QCOMPARE(verdict.content->ttl, 60'000'000'000u);
}

void TestIpnsOracle::choosesAsWeDo_data()
{
    QTest::addColumn<QByteArray>("better");
    QTest::addColumn<QByteArray>("worse");
    const auto ours = [](quint64 number, const Validity &validity,
                         const QList<QByteArray> &embedded = {}) {
        return signNameRecord(ourDraft(number, validity, embedded), sampleKeys());
    };
    const QList<QByteArray> block{"a block"};
    const auto row = [](const char *name, const QByteArray &better, const QByteArray &worse) {
        QTest::newRow(name) << better << worse;
    };
    constexpr Validity sooner{3'999'999'999, 5'000'000};
    row("a higher number", ours(2, Later), ours(1, Later));
    row("a higher number for less time", ours(2, sooner), ours(1, Later));
    row("a higher number without blocks", ours(2, Later), ours(1, Later, block));
    row("the highest number", ours(MaxSequence, Later), ours(MaxSequence - 1, Later));
    row("refreshed", ours(2, Later), ours(2, sooner));
    row("refreshed without blocks", ours(2, Later), ours(2, sooner, block));
    row("refreshed by a millisecond", ours(2, Later), ours(2, {4'000'000'000, 4'000'000}));
}

void TestIpnsOracle::choosesAsWeDo()
{
    QFETCH(QByteArray, better);
    QFETCH(QByteArray, worse);
    const Result<NameRecord> a = parseNameRecord(better, sampleKeys().publicKey);
    const Result<NameRecord> b = parseNameRecord(worse, sampleKeys().publicKey);
    QVERIFY(a.ok() && b.ok());
    QCOMPARE(signOf(compareNameRecords(a.value(), b.value())), 1);
    QCOMPARE(signOf(compareNameRecords(b.value(), a.value())), -1);
    QCOMPARE(m_oracle.select(m_name, better, worse), 0);
    QCOMPARE(m_oracle.select(m_name, worse, better), 1);
}

// What npm ipns cannot tell apart it keeps, and we do not: a server of that kind may go on serving
// the record that it had.
void TestIpnsOracle::choosesNothingAmongEquals_data()
{
    QTest::addColumn<QByteArray>("better");
    QTest::addColumn<QByteArray>("worse");
    const auto row = [](const char *name, const NameRecordDraft &better,
                        const NameRecordDraft &worse) {
        QTest::newRow(name) << signNameRecord(better, sampleKeys())
                            << signNameRecord(worse, sampleKeys());
    };
    row("refreshed within a millisecond", ourDraft(2, {4'000'000'000, 5'000'001}),
        ourDraft(2, Later));
    NameRecordDraft other = ourDraft(2, Later);
    other.address = sampleAddress(2);
    const auto bytesOf = [](const NameRecordDraft &draft) {
        return signNameRecord(draft, sampleKeys());
    };
    const NameRecordDraft one = ourDraft(2, Later);
    const bool isLarger = bytesOf(one) > bytesOf(other);
    row("two histories", isLarger ? one : other, isLarger ? other : one);
}

void TestIpnsOracle::choosesNothingAmongEquals()
{
    QFETCH(QByteArray, better);
    QFETCH(QByteArray, worse);
    const Result<NameRecord> a = parseNameRecord(better, sampleKeys().publicKey);
    const Result<NameRecord> b = parseNameRecord(worse, sampleKeys().publicKey);
    QVERIFY(a.ok() && b.ok());
    QCOMPARE(signOf(compareNameRecords(a.value(), b.value())), 1);
    QCOMPARE(m_oracle.select(m_name, better, worse), 0);
    QCOMPARE(m_oracle.select(m_name, worse, better), 0);
}

// The bytes say what the draft says, for them and for us.
void TestIpnsOracle::isReadAlike(const QByteArray &bytes, const IpnsOracle::Draft &draft)
{
    const IpnsOracle::Verdict verdict = m_oracle.validate(m_name, bytes);
    QCOMPARE(verdict.refusal, QString());
    QCOMPARE(verdict.content->sequence, draft.sequence);
    const Result<NameRecord> record = parseNameRecord(bytes, sampleKeys().publicKey);
    QVERIFY2(record.ok(), qPrintable(record.problem().detail()));
    QCOMPARE(record.value().value, draft.value);
    QCOMPARE(record.value().number, draft.sequence);
    QVERIFY(record.value().validity == Validity::fromText(draft.validity));
    QCOMPARE(record.value().ttl, draft.ttl);
    QVERIFY(!record.value().signedAt);
    QVERIFY(record.value().embedded.isEmpty());
}

void TestIpnsOracle::weTakeTheirs_data()
{
    QTest::addColumn<quint64>("number");
    QTest::addColumn<quint64>("ttl");
    QTest::addColumn<bool>("withV1");
    for (const bool withV1 : {false, true}) {
        const auto row = [&](const char *name, quint64 number, quint64 ttl) {
            QTest::addRow("%s, %s", name, withV1 ? "V1 and V2" : "V2 only")
                << number << ttl << withV1;
        };
        row("usual", 7, 300'000'000'000);
        row("zeros", 0, 0);
        row("the highest numbers", MaxSequence, MaxSequence);
    }
}

void TestIpnsOracle::weTakeTheirs()
{
    QFETCH(quint64, number);
    QFETCH(quint64, ttl);
    QFETCH(bool, withV1);
    IpnsOracle::Draft draft = sampleDraft(withV1);
    draft.sequence = number;
    draft.ttl = ttl;
    isReadAlike(m_oracle.create(draft), draft);
}

void TestIpnsOracle::weTakeAnyFraction_data()
{
    QTest::addColumn<QByteArray>("validity");
    QTest::addColumn<bool>("withV1");
    for (const bool withV1 : {false, true}) {
        for (int digits = 0; digits <= 9; ++digits) {
            const QByteArray fraction =
                digits > 0 ? "." + QByteArray("694052013").first(digits) : "";
            QTest::addRow("%d digits, %s", digits, withV1 ? "V1 and V2" : "V2 only")
                << "2123-08-14T12:17:03" + fraction + "Z" << withV1;
        }
    }
}

void TestIpnsOracle::weTakeAnyFraction()
{
    QFETCH(QByteArray, validity);
    QFETCH(bool, withV1);
    IpnsOracle::Draft draft = sampleDraft(withV1);
    draft.validity = validity;
    isReadAlike(m_oracle.sign(draft), draft);
}

void TestIpnsOracle::weTakeTheirValues_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("path"); // as npm ipns reads it; empty if it does not
    QTest::addColumn<bool>("isPage"); // for us
    const QByteArray address = sampleAddress(1);
    const QByteArray text = addressToText(address).toLatin1();
    const auto row = [](const char *name, const QByteArray &value, const QByteArray &path,
                        bool isPage) { QTest::newRow(name) << value << path << isPage; };
    row("a block of our kind", "/ipfs/" + text, "/ipfs/" + text, true);
    row("another kind of block", "/ipfs/bafkqaaa", "/ipfs/bafkqaaa", false);
    row("a path below", "/ipfs/" + text + "/a/b", "/ipfs/" + text + "/a/b", false);
    row("a name", "/ipns/" + sampleName().toLatin1(), "/ipns/" + sampleName().toLatin1(), false);
    row("any path", "/x", "/x", false);
    row("a binary address", address, "/ipfs/" + text, false);
    row("an address without a path", text, "/ipfs/" + text, false);
    row("a text", "hello", "", false);
    row("nothing", "", "", false);
}

// Whoever holds the key may point it anywhere: such a record is valid, and no head of a log.
void TestIpnsOracle::weTakeTheirValues()
{
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, path);
    IpnsOracle::Draft draft = sampleDraft(false);
    draft.value = value;
    const QByteArray bytes = m_oracle.sign(draft);
    const IpnsOracle::Verdict verdict = m_oracle.validate(m_name, bytes);
    QCOMPARE(verdict.content.value_or(IpnsOracle::Content()).value, path);
    QVERIFY(verdict.content || verdict.refusal.startsWith(QLatin1String("InvalidValueError")));
    const Result<NameRecord> record = parseNameRecord(bytes, sampleKeys().publicKey);
    QVERIFY(record.ok());
    QCOMPARE(record.value().value, value);
    QTEST(!record.value().address.isEmpty(), "isPage");
}

QTEST_GUILESS_MAIN(TestIpnsOracle)
#include "tst_ipnsoracle.moc"
