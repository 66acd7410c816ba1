// SPDX-License-Identifier: MIT
#include "transport/credentials.h"

#include <QCborMap>
#include <QCborValue>
#include <QtTest>

using namespace RemoteLog;

namespace {

const QUrl Node(QStringLiteral("kubo+http://127.0.0.1:5001"));
const QUrl Gateway(QStringLiteral("gateway+https://gateway.example/"));

QByteArray itemOf(const QCborMap &map)
{
    return map.toCborValue().toCbor();
}

QUrl numbered(int number)
{
    return QUrl(QStringLiteral("gateway+https://gateway%1.example").arg(number));
}

} // namespace

// The item of a secret store, and what is too much or too little for it.
class TestCredentials : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void areAMapInCbor();
    void areReadBack();
    void absenceIsNone();
    void refusesOtherItems_data();
    void refusesOtherItems();
    void refusesWrongCalls_data();
    void refusesWrongCalls();
    void areBounded();
};

void TestCredentials::areAMapInCbor()
{
    Credentials credentials;
    QVERIFY(!credentials.set(Node, "basic:user:password"));
    QByteArray expected = "\xa1\x78\x1a"; // a map of one; text of 26 bytes
    expected += "kubo+http://127.0.0.1:5001";
    expected += "\x53"; // 19 bytes
    expected += "basic:user:password";
    QCOMPARE(credentials.toBytes().toHex(), expected.toHex());
}

void TestCredentials::areReadBack()
{
    Credentials credentials;
    QVERIFY(!credentials.set(Node, "bearer:first"));
    QVERIFY(!credentials.set(Gateway, "second"));
    QVERIFY(!credentials.set(Node, "third"));
    const Result<Credentials> read = Credentials::fromBytes(credentials.toBytes());
    QVERIFY(read.ok());
    const QHash<QUrl, QByteArray> headers{{Node, "Bearer third"}, {Gateway, "Bearer second"}};
    QCOMPARE(read.value().headers(), headers);
    credentials.unset(Node);
    credentials.unset(Node);
    QCOMPARE(credentials.headers().keys(), QList<QUrl>{Gateway});
    credentials.unset(Gateway);
    QVERIFY(credentials.toBytes().isNull());
}

void TestCredentials::absenceIsNone()
{
    const Result<Credentials> none = Credentials::fromBytes(QByteArray());
    QVERIFY(none.ok());
    QVERIFY(none.value().headers().isEmpty());
}

void TestCredentials::refusesOtherItems_data()
{
    QTest::addColumn<QByteArray>("item");
    Credentials credentials;
    QVERIFY(!credentials.set(Node, "SECRET"));
    const QByteArray good = credentials.toBytes();
    const QString node = Node.toString();
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("no CBOR") << QByteArray("SECRET");
    QTest::newRow("something behind it") << good + '\0';
    QTest::newRow("a list") << QByteArray("\x81\x01");
    QTest::newRow("a number as a URL") << itemOf({{1, QByteArray("SECRET")}});
    QTest::newRow("a token in text") << itemOf({{node, QStringLiteral("SECRET")}});
    QTest::newRow("a token that is none") << itemOf({{node, QByteArray("SECRET\n")}});
    QTest::newRow("a URL of no helper")
        << itemOf({{QStringLiteral("https://example.org"), QByteArray("SECRET")}});
    QTest::newRow("plain http to another computer")
        << itemOf({{QStringLiteral("kubo+http://node.example:5001"), QByteArray("SECRET")}});
    QTest::newRow("a URL spelled otherwise")
        << itemOf({{QStringLiteral("KUBO+http://127.0.0.1:5001"), QByteArray("SECRET")}});
    QTest::newRow("a URL twice") << '\xa2' + good.mid(1) + good.mid(1);
    QTest::newRow("too large") << itemOf({{node, QByteArray(Credentials::MaxItem, 'S')}});
    for (qsizetype size = 1; size < good.size(); ++size)
        QTest::addRow("cut after %d bytes", int(size)) << good.left(size);
}

void TestCredentials::refusesOtherItems()
{
    QFETCH(const QByteArray, item);
    const Result<Credentials> read = Credentials::fromBytes(item);
    QVERIFY(!read.ok());
    QCOMPARE(read.problem().kind(), Problem::Kind::LocalDataCorrupt);
    QVERIFY(!read.problem().detail().contains(QLatin1String("SECRET")));
}

void TestCredentials::refusesWrongCalls_data()
{
    using Kind = Problem::Kind;
    QTest::addColumn<QUrl>("helper");
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<Problem::Kind>("kind");
    const QByteArray token("SECRET");
    const auto add = [](const char *name, const char *helper, const QByteArray &given, Kind kind) {
        QTest::newRow(name) << QUrl(QLatin1String(helper)) << given << kind;
    };
    add("loopback", "kubo+http://127.0.0.1:5001", token, Kind::None);
    add("loopback by name", "gateway+http://localhost:8080", token, Kind::None);
    add("loopback in IPv6", "kubo+http://[::1]:5001", token, Kind::None);
    add("loopback that needs the network", "kubo+http://127.0.0.1:5001?network=required", token,
        Kind::None);
    add("https", "routing+https://routing.example", token, Kind::None);
    add("a long token", "kubo+https://node.example", QByteArray(4096, 'a'), Kind::None);
    add("a longer token", "kubo+https://node.example", QByteArray(4097, 'a'),
        Kind::InvalidArgument);
    add("no token", "kubo+https://node.example", {}, Kind::InvalidArgument);
    add("a line feed", "kubo+https://node.example", "SECRET\n", Kind::InvalidArgument);
    add("plain http", "kubo+http://node.example:5001", token, Kind::InvalidArgument);
    add("plain http in the local network", "kubo+http://192.168.1.2:5001", token,
        Kind::InvalidArgument);
    add("user info", "kubo+https://user:SECRET@node.example", token, Kind::InvalidArgument);
    add("no host", "kubo+http:", token, Kind::InvalidArgument);
    add("a folder", "file:///shared", token, Kind::Unsupported);
    add("no helper", "https://node.example", token, Kind::Unsupported);
    add("no URL", "", token, Kind::Unsupported);
    QTest::newRow("a long URL") << QUrl(QStringLiteral("kubo+https://node.example/")
                                        + QString(1024, QLatin1Char('a')))
                                << token << Kind::InvalidArgument;
}

void TestCredentials::refusesWrongCalls()
{
    QFETCH(const QUrl, helper);
    QFETCH(const QByteArray, token);
    QFETCH(const Problem::Kind, kind);
    Credentials credentials;
    const Problem problem = credentials.set(helper, token);
    QCOMPARE(problem.kind(), kind);
    QCOMPARE(credentials.toBytes().isNull(), kind != Problem::Kind::None);
    QString told;
    QDebug(&told) << problem;
    QVERIFY2(!told.contains(QLatin1String("SECRET")), qPrintable(told));
}

void TestCredentials::areBounded()
{
    Credentials many;
    for (int i = 0; i < Credentials::MaxHelpers; ++i)
        QVERIFY(!many.set(numbered(i), "token"));
    QCOMPARE(many.set(Node, "token").kind(), Problem::Kind::InvalidArgument);
    QVERIFY(!many.set(numbered(0), "another"));
    QVERIFY(Credentials::fromBytes(many.toBytes()).ok());

    Credentials large;
    int fitting = 0;
    while (!large.set(numbered(fitting), QByteArray(Credentials::MaxToken, 'a')))
        ++fitting;
    QCOMPARE(fitting, 15); // each with some bytes of URL
    QVERIFY(large.toBytes().size() <= Credentials::MaxItem);
    QVERIFY(Credentials::fromBytes(large.toBytes()).ok());
}

QTEST_GUILESS_MAIN(TestCredentials)
#include "tst_credentials.moc"
