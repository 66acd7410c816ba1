// SPDX-License-Identifier: MIT
#include "security/keys.h"
#include "security/sealing.h"

#include <QSet>
#include <QTest>

#include <algorithm>

using namespace RemoteLog;

namespace {

const QByteArray associated = "what it belongs to";

Key keyOf(quint8 first)
{
    Key key;
    for (std::size_t i = 0; i < Key::size(); ++i)
        key.data()[i] = quint8(first + i);
    return key;
}

QByteArray sealed(const QByteArray &plaintext)
{
    QByteArray out;
    sealTo(out, plaintext, associated, keyOf(0x80));
    return out;
}

} // namespace

class TestSealing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void opensWhatWasSealed_data();
    void opensWhatWasSealed();
    void appends();
    void opensTheVectorOfTheDraft();
    void noNonceComesTwice();
    void noticesEveryBit();
    void noticesEveryCut();
    void isBoundToKeyAndAssociatedData();
};

void TestSealing::initTestCase()
{
    QVERIFY(initializeCryptography());
}

void TestSealing::opensWhatWasSealed_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {0, 1, 63, 64, 65, 200, 65536, 1024 * 1024})
        QTest::addRow("%d bytes", size) << size;
}

void TestSealing::opensWhatWasSealed()
{
    QFETCH(int, size);
    const QByteArray plaintext(size, 'p');
    const QByteArray bytes = sealed(plaintext);
    QCOMPARE(bytes.size(), size + SealOverhead);
    const std::optional<QByteArray> opened = unseal(bytes, associated, keyOf(0x80));
    QVERIFY(opened);
    QCOMPARE(*opened, plaintext);
}

void TestSealing::appends()
{
    QByteArray out = "before";
    sealTo(out, "plaintext", associated, keyOf(0x80));
    QVERIFY(out.startsWith("before"));
    QCOMPARE(unseal(out.sliced(6), associated, keyOf(0x80)), QByteArray("plaintext"));
}

// draft-irtf-cfrg-xchacha-03, A.3.1.
void TestSealing::opensTheVectorOfTheDraft()
{
    const auto hex = [](const char *text) { return QByteArray::fromHex(text); };
    const QByteArray plaintext = "Ladies and Gentlemen of the class of '99: If I could offer you "
                                 "only one tip for the future, sunscreen would be it.";
    const QByteArray nonce = hex("404142434445464748494a4b4c4d4e4f5051525354555657");
    const QByteArray ciphertext = hex(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4"
        "eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76"
        "b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
    QCOMPARE(unseal(nonce + ciphertext, hex("50515253c0c1c2c3c4c5c6c7"), keyOf(0x80)), plaintext);
}

void TestSealing::noNonceComesTwice()
{
    QSet<QByteArray> nonces;
    for (int i = 0; i < 1000; ++i)
        nonces.insert(sealed("same").first(24));
    QCOMPARE(nonces.size(), 1000);
}

void TestSealing::noticesEveryBit()
{
    const QByteArray bytes = sealed("plaintext");
    for (qsizetype bit = 0; bit < bytes.size() * 8; ++bit) {
        QByteArray damaged = bytes;
        damaged[bit / 8] = char(damaged.at(bit / 8) ^ (1 << bit % 8));
        QVERIFY(!unseal(damaged, associated, keyOf(0x80)));
    }
}

void TestSealing::noticesEveryCut()
{
    const QByteArray bytes = sealed("plaintext");
    for (qsizetype size = 0; size < bytes.size(); ++size) {
        QVERIFY(!unseal(bytes.first(size), associated, keyOf(0x80)));
        QVERIFY(!unseal(bytes.last(size), associated, keyOf(0x80)));
    }
    QVERIFY(!unseal(bytes + '\0', associated, keyOf(0x80)));
    QVERIFY(!unseal(QByteArrayView(), associated, keyOf(0x80)));
}

void TestSealing::isBoundToKeyAndAssociatedData()
{
    const QByteArray bytes = sealed("plaintext");
    QVERIFY(!unseal(bytes, associated, keyOf(0x81)));
    QVERIFY(!unseal(bytes, "something else", keyOf(0x80)));
    QVERIFY(!unseal(bytes, QByteArrayView(), keyOf(0x80)));
}

QTEST_APPLESS_MAIN(TestSealing)
#include "tst_sealing.moc"
