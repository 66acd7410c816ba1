// SPDX-License-Identifier: MIT
#include "security/hash.h"

#include <QTest>

using namespace RemoteLog;

class TestHash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hashesLikeEverybody_data();
    void hashesLikeEverybody();
    void piecesMakeNoDifference();
};

void TestHash::hashesLikeEverybody_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QByteArray>("digest");

    // FIPS 180-2, appendix B, and the empty message.
    QTest::newRow("empty") << QByteArray()
                           << QByteArray("e3b0c44298fc1c149afbf4c8996fb924"
                                         "27ae41e4649b934ca495991b7852b855");
    QTest::newRow("one block") << QByteArray("abc")
                               << QByteArray("ba7816bf8f01cfea414140de5dae2223"
                                             "b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("two blocks")
        << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    QTest::newRow("a million times a")
        << QByteArray(1000000, 'a')
        << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void TestHash::hashesLikeEverybody()
{
    QFETCH(QByteArray, message);
    QTEST(sha256(message).toHex(), "digest");
}

void TestHash::piecesMakeNoDifference()
{
    const QByteArray message(200, 'x');
    for (qsizetype cut = 0; cut <= message.size(); ++cut) {
        Sha256 hash;
        hash.add(message.first(cut));
        hash.add(QByteArrayView());
        hash.add(message.sliced(cut));
        QCOMPARE(hash.result(), sha256(message));
    }
}

QTEST_APPLESS_MAIN(TestHash)
#include "tst_hash.moc"
