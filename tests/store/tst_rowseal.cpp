// SPDX-License-Identifier: MIT
#include "security/keys.h"
#include "security/sealing.h"
#include "store/rowseal.h"

#include <QTest>

using namespace RemoteLog;

class RowSealTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY(initializeCryptography()); }
    void followsTheFormat();
    void batchFollowsTheFormat();
    void sealsAppend();
    void opensOnlyWhatItSealed_data();
    void opensOnlyWhatItSealed();
    void everyTruncationAndFlipIsRefused();
    void noncesDiffer();

private:
    const Key m_key = MasterSecret::generate().databaseKey();
    const QByteArray m_publicKey = QByteArray(32, 'p');
};

// resources/doc/wire-format.md, "Keys", written out by hand.
static QByteArray associatedData(const QByteArray &publicKey)
{
    return "remotelog-db"
           + QByteArray::fromHex("01"
                                 "07")
           + "pending" + publicKey + QByteArray::fromHex("0102030405060708");
}

void RowSealTest::followsTheFormat()
{
    const QByteArray sealed =
        RowSeal(m_key).seal("secret", "pending", m_publicKey, 0x0102030405060708);
    QCOMPARE(sealed.size(), 1 + 24 + 6 + 16);
    QCOMPARE(sealed.front(), '\x01');
    const auto plain = unseal(QByteArrayView(sealed).sliced(1), associatedData(m_publicKey), m_key);
    QVERIFY(plain);
    QCOMPARE(*plain, QByteArray("secret"));
}

void RowSealTest::batchFollowsTheFormat()
{
    const RowSeal seal(m_key);
    RowSeal::Batch batch(seal);
    QSet<QByteArray> nonces;
    for (int i = 0; i < 200; ++i) {
        QByteArray sealed("before");
        batch.sealTo(sealed, "secret", "pending", m_publicKey, 0x0102030405060708);
        QVERIFY(sealed.startsWith("before\x01"));
        const auto plain =
            unseal(QByteArrayView(sealed).sliced(7), associatedData(m_publicKey), m_key);
        QVERIFY(plain);
        QCOMPARE(*plain, QByteArray("secret"));
        nonces.insert(sealed.mid(7, 24));
    }
    QCOMPARE(nonces.size(), 200);
}

void RowSealTest::sealsAppend()
{
    const RowSeal seal(m_key);
    QByteArray out("before");
    seal.sealTo(out, "secret", "pending", m_publicKey, 1);
    QVERIFY(out.startsWith("before"));
    QCOMPARE(seal.open(QByteArrayView(out).sliced(6), "pending", m_publicKey, 1),
             QByteArray("secret"));
}

void RowSealTest::opensOnlyWhatItSealed_data()
{
    QTest::addColumn<QByteArray>("table");
    QTest::addColumn<QByteArray>("publicKey");
    QTest::addColumn<quint64>("sequence");
    QTest::addColumn<bool>("opens");
    QTest::newRow("the same") << QByteArray("pending") << m_publicKey << quint64(5) << true;
    QTest::newRow("another table") << QByteArray("own_logs") << m_publicKey << quint64(5) << false;
    QTest::newRow("a longer table") << QByteArray("pendingp") << m_publicKey << quint64(5) << false;
    QTest::newRow("another log") << QByteArray("pending") << QByteArray(32, 'q') << quint64(5)
                                 << false;
    QTest::newRow("no key of a log")
        << QByteArray("pending") << QByteArray("p") << quint64(5) << false;
    QTest::newRow("another sequence")
        << QByteArray("pending") << m_publicKey << quint64(6) << false;
    QTest::newRow("the greatest sequence")
        << QByteArray("pending") << m_publicKey << ~quint64(0) << false;
}

void RowSealTest::opensOnlyWhatItSealed()
{
    QFETCH(QByteArray, table);
    QFETCH(QByteArray, publicKey);
    QFETCH(quint64, sequence);
    const RowSeal seal(m_key);
    for (const QByteArray &plain : {QByteArray(""), QByteArray("x"), QByteArray(100'000, 'y')}) {
        const QByteArray sealed = seal.seal(plain, "pending", m_publicKey, 5);
        const auto opened = seal.open(sealed, table, publicKey, sequence);
        QTEST(opened.has_value(), "opens");
        if (opened)
            QCOMPARE(*opened, plain);
        QVERIFY(!RowSeal(MasterSecret::generate().databaseKey())
                     .open(sealed, "pending", m_publicKey, 5));
    }
}

void RowSealTest::everyTruncationAndFlipIsRefused()
{
    const RowSeal seal(m_key);
    const QByteArray sealed = seal.seal("some payload", "pending", m_publicKey, 1);
    for (qsizetype size = 0; size < sealed.size(); ++size)
        QVERIFY(!seal.open(sealed.first(size), "pending", m_publicKey, 1));
    for (qsizetype bit = 0; bit < sealed.size() * 8; ++bit) {
        QByteArray flipped = sealed;
        flipped[bit / 8] = static_cast<char>(flipped.at(bit / 8) ^ (1 << (bit % 8)));
        QVERIFY(!seal.open(flipped, "pending", m_publicKey, 1));
    }
}

void RowSealTest::noncesDiffer()
{
    const RowSeal seal(m_key);
    QVERIFY(seal.seal("same", "pending", m_publicKey, 1)
            != seal.seal("same", "pending", m_publicKey, 1));
}

QTEST_GUILESS_MAIN(RowSealTest)
#include "tst_rowseal.moc"
