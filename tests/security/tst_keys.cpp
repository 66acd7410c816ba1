// SPDX-License-Identifier: MIT
#include "security/keys.h"

#include <QSet>
#include <QTest>

using namespace RemoteLog;

Q_DECLARE_METATYPE(RemoteLog::Problem::Kind)

namespace {

MasterSecret countingMaster()
{
    QByteArray bytes;
    for (char i = 0; i < MasterSecret::Size; ++i)
        bytes += i;
    return MasterSecret::fromBytes(bytes).value();
}

template <class Secret>
QByteArray hexOf(const Secret &secret)
{
    return QByteArray(reinterpret_cast<const char *>(secret.data()), qsizetype(secret.size()))
        .toHex();
}

} // namespace

class TestKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void derivesAsTheFormatSays_data();
    void derivesAsTheFormatSays();
    void everyLabelHasItsOwnKeys();
    void aMasterSecretHas32Bytes_data();
    void aMasterSecretHas32Bytes();
    void twoMasterSecretsDiffer();
    void acceptsLabelsThatCanBeWritten_data();
    void acceptsLabelsThatCanBeWritten();
    void signsLikeEverybody_data();
    void signsLikeEverybody();
    void refusesWhatWasNotSigned();
    void refusesKeysThatEverythingIsSignedWith();
};

void TestKeys::initTestCase()
{
    QVERIFY(initializeCryptography());
    QVERIFY(initializeCryptography()); // again does no harm
}

// Computed without libsodium: tests/log/data/makevectors.py.
void TestKeys::derivesAsTheFormatSays_data()
{
    QTest::addColumn<QByteArray>("derived");
    QTest::addColumn<QByteArray>("expected");

    const MasterSecret master = countingMaster();
    const LogKeys keys = master.logKeys(QStringLiteral("Bücher 📚"));
    QTest::newRow("read key") << hexOf(keys.readKey)
                              << QByteArray("10aff006220b4cc151ff9482b8efb71c"
                                            "d072e07ff8fdf3e2641508394b8e011d");
    QTest::newRow("public key") << keys.publicKey.toHex()
                                << QByteArray("0d022d0a811b5a49c24b64a63d39b421"
                                              "355e2189246785d3d8b9bdb41c0ab9d0");
    QTest::newRow("database key") << hexOf(master.databaseKey())
                                  << QByteArray("53244896fba59a87649fbbd1c9131ccf"
                                                "854a1bdcef595c2693f8f0cf39933a37");
    QTest::newRow("check value") << master.checkValue().toHex()
                                 << QByteArray("f51bd03f9bca8a79a1c619bb1471bd1d");
}

void TestKeys::derivesAsTheFormatSays()
{
    QFETCH(QByteArray, derived);
    QTEST(derived, "expected");
}

void TestKeys::everyLabelHasItsOwnKeys()
{
    const MasterSecret master = countingMaster();
    QSet<QByteArray> seen;
    // The same letter composed and decomposed: labels are taken as given.
    const QStringList labels = {QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("A"),
                                QStringLiteral("\u00e9"), QStringLiteral("e\u0301")};
    for (const QString &label : labels) {
        const LogKeys keys = master.logKeys(label);
        seen.insert(keys.publicKey);
        seen.insert(hexOf(keys.readKey));
        QCOMPARE(master.logKeys(label).publicKey, keys.publicKey);
    }
    QCOMPARE(seen.size(), 2 * labels.size());
}

void TestKeys::aMasterSecretHas32Bytes_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("accepted");
    for (const int size : {0, 1, 31, 32, 33, 64})
        QTest::addRow("%d", size) << size << (size == 32);
}

void TestKeys::aMasterSecretHas32Bytes()
{
    QFETCH(int, size);
    QFETCH(bool, accepted);
    const QByteArray bytes(size, 'k');
    const Result<MasterSecret> master = MasterSecret::fromBytes(bytes);
    QCOMPARE(master.ok(), accepted);
    if (accepted)
        QCOMPARE(master.value().toBytes(), bytes);
    else
        QCOMPARE(master.problem().kind(), Problem::Kind::KeyMissing);
}

void TestKeys::twoMasterSecretsDiffer()
{
    const MasterSecret one = MasterSecret::generate();
    QCOMPARE(one.toBytes().size(), MasterSecret::Size);
    QVERIFY(one.toBytes() != MasterSecret::generate().toBytes());
    QVERIFY(one.checkValue() != countingMaster().checkValue());
    QVERIFY(randomBytes(16) != randomBytes(16));
    QCOMPARE(randomBytes(0), QByteArray());
}

void TestKeys::acceptsLabelsThatCanBeWritten_data()
{
    QTest::addColumn<QString>("label");
    QTest::addColumn<bool>("accepted");

    QTest::newRow("null") << QString() << false;
    QTest::newRow("empty") << QStringLiteral("") << false;
    QTest::newRow("one byte") << QStringLiteral("x") << true;
    QTest::newRow("255 bytes") << QString(255, u'x') << true;
    QTest::newRow("256 bytes") << QString(256, u'x') << false;
    QTest::newRow("127 letters of 2 bytes") << QString(127, u'é') << true;
    QTest::newRow("128 letters of 2 bytes") << QString(128, u'é') << false;
    QTest::newRow("a pair of surrogates") << QStringLiteral("📚") << true;
    QTest::newRow("half a pair") << QString(QChar(0xd83d)) << false;
    QTest::newRow("a pair the wrong way round") << QString(QChar(0xdcda)) + QChar(0xd83d) << false;
    QTest::newRow("a control character") << QString(QChar(0)) << true;
}

void TestKeys::acceptsLabelsThatCanBeWritten()
{
    QFETCH(QString, label);
    QFETCH(bool, accepted);
    QCOMPARE(MasterSecret::validateLabel(label).kind(),
             accepted ? Problem::Kind::None : Problem::Kind::InvalidArgument);
}

void TestKeys::signsLikeEverybody_data()
{
    QTest::addColumn<QByteArray>("secret"); // seed and public key
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QByteArray>("signature");

    // RFC 8032, 7.1, TEST 1 and TEST 2.
    QTest::newRow("TEST 1")
        << QByteArray("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
                      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        << QByteArray()
        << QByteArray("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a3"
                      "3bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    QTest::newRow("TEST 2")
        << QByteArray("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
                      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        << QByteArray("72")
        << QByteArray("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15"
                      "996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

void TestKeys::signsLikeEverybody()
{
    QFETCH(QByteArray, secret);
    QFETCH(QByteArray, message);
    const QByteArray bytes = QByteArray::fromHex(secret);
    const QByteArray plain = QByteArray::fromHex(message);
    SigningKey key;
    std::copy(bytes.cbegin(), bytes.cend(), key.data());
    const QByteArray signature = sign(plain, key);
    QTEST(signature.toHex(), "signature");
    QVERIFY(verifySignature(plain, signature, bytes.sliced(32)));
}

void TestKeys::refusesWhatWasNotSigned()
{
    const LogKeys keys = countingMaster().logKeys(QStringLiteral("log"));
    const QByteArray message = "what was signed";
    const QByteArray signature = sign(message, keys.signingKey);
    QVERIFY(verifySignature(message, signature, keys.publicKey));
    QVERIFY(!verifySignature("what was not", signature, keys.publicKey));
    for (qsizetype bit = 0; bit < signature.size() * 8; ++bit) {
        QByteArray damaged = signature;
        damaged[bit / 8] = char(damaged.at(bit / 8) ^ (1 << bit % 8));
        QVERIFY(!verifySignature(message, damaged, keys.publicKey));
    }
    for (qsizetype size = 0; size < signature.size(); ++size)
        QVERIFY(!verifySignature(message, signature.first(size), keys.publicKey));
    QVERIFY(!verifySignature(message, signature + '\0', keys.publicKey));
    QVERIFY(!verifySignature(message, signature, keys.publicKey.first(31)));
    QVERIFY(!verifySignature(message, signature, keys.publicKey + '\0'));
    QVERIFY(!verifySignature(message, signature, QByteArrayView()));
}

// With a public key of small order one signature fits many messages.
void TestKeys::refusesKeysThatEverythingIsSignedWith()
{
    QByteArray neutral(32, '\0');
    neutral[0] = 1;
    const QByteArray signature = neutral + QByteArray(32, '\0');
    QVERIFY(!verifySignature("anything", signature, neutral));
}

QTEST_APPLESS_MAIN(TestKeys)
#include "tst_keys.moc"
