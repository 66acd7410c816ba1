// SPDX-License-Identifier: MIT
#include "interface/helperurl.h"

#include <QTest>

using namespace RemoteLog;
using namespace Qt::StringLiterals;

// How helpers on HTTP are spelled (wire format, "Link").
class TestHelperUrl : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void leavesOthersAlone_data();
    void leavesOthersAlone();
};

void TestHelperUrl::reads_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<HelperUrl::Role>("role");
    QTest::addColumn<QString>("base");
    QTest::addColumn<bool>("isLoopback");
    QTest::addColumn<bool>("needsNetwork");
    using Role = HelperUrl::Role;
    QTest::newRow("own node") << u"kubo+http://127.0.0.1:5001"_s << Role::Node
                              << u"http://127.0.0.1:5001"_s << true << false;
    QTest::newRow("slash") << u"kubo+http://127.0.0.1:5001/"_s << Role::Node
                           << u"http://127.0.0.1:5001"_s << true << false;
    QTest::newRow("own node, network") << u"kubo+http://localhost:5001?network=required"_s
                                       << Role::Node << u"http://localhost:5001"_s << true << true;
    QTest::newRow("IPv6") << u"kubo+http://[::1]:5001"_s << Role::Node << u"http://[::1]:5001"_s
                          << true << false;
    QTest::newRow("node elsewhere") << u"kubo+https://node.example/behind/proxy/"_s << Role::Node
                                    << u"https://node.example/behind/proxy"_s << false << true;
    QTest::newRow("in the house") << u"kubo+http://192.168.1.5:5001"_s << Role::Node
                                  << u"http://192.168.1.5:5001"_s << false << true;
    QTest::newRow("gateway") << u"gateway+https://trustless-gateway.link"_s << Role::Gateway
                             << u"https://trustless-gateway.link"_s << false << true;
    QTest::newRow("own gateway") << u"gateway+http://127.0.0.1:8080"_s << Role::Gateway
                                 << u"http://127.0.0.1:8080"_s << true << false;
    QTest::newRow("own gateway by name") << u"gateway+http://LocalHost:8080/x"_s << Role::Gateway
                                         << u"http://127.0.0.1:8080/x"_s << true << false;
    QTest::newRow("own routing by name")
        << u"routing+http://localhost:8080?network=required"_s << Role::Routing
        << u"http://127.0.0.1:8080"_s << true << true;
    QTest::newRow("own node by name") << u"kubo+http://localhost:5001"_s << Role::Node
                                      << u"http://localhost:5001"_s << true << false;
    // Its certificate has the name.
    QTest::newRow("own gateway by name and TLS")
        << u"gateway+https://localhost:8080"_s << Role::Gateway << u"https://localhost:8080"_s
        << true << false;
    QTest::newRow("routing") << u"routing+https://delegated-ipfs.dev"_s << Role::Routing
                             << u"https://delegated-ipfs.dev"_s << false << true;
    QTest::newRow("upper case") << u"ROUTING+HTTPS://Delegated-IPFS.dev"_s << Role::Routing
                                << u"https://delegated-ipfs.dev"_s << false << true;
}

void TestHelperUrl::reads()
{
    QFETCH(const QString, url);
    const Result<HelperUrl> read = HelperUrl::fromUrl(QUrl(url));
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    QVERIFY(HelperUrl::isOne(QUrl(url)));
    QTEST(read.value().role, "role");
    QTEST(read.value().base.toString(), "base");
    QTEST(read.value().isLoopback, "isLoopback");
    QTEST(read.value().needsNetwork, "needsNetwork");
}

void TestHelperUrl::refuses_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("because");
    QTest::newRow("no host") << u"kubo+http:"_s << u"no host"_s;
    QTest::newRow("only a port") << u"kubo+http://:5001"_s << u"no host"_s;
    QTest::newRow("a path instead") << u"gateway+https:/ipfs"_s << u"no host"_s;
    QTest::newRow("user") << u"kubo+https://bob@node.example"_s << u"user info"_s;
    QTest::newRow("password") << u"kubo+https://bob:secret@node.example"_s << u"user info"_s;
    QTest::newRow("fragment") << u"gateway+https://node.example#x"_s << u"fragment"_s;
    QTest::newRow("port 0") << u"kubo+http://127.0.0.1:0"_s << u"port 0"_s;
    QTest::newRow("query") << u"kubo+http://127.0.0.1:5001?api=v0"_s << u"network=required"_s;
    QTest::newRow("query with more")
        << u"kubo+http://127.0.0.1:5001?network=required&x"_s << u"network=required"_s;
}

void TestHelperUrl::refuses()
{
    QFETCH(const QString, url);
    QFETCH(const QString, because);
    const Result<HelperUrl> read = HelperUrl::fromUrl(QUrl(url));
    QVERIFY(!read.ok());
    QCOMPARE(read.problem().kind(), Problem::Kind::InvalidArgument);
    QVERIFY2(read.problem().detail().contains(because), qPrintable(read.problem().detail()));
    QVERIFY(!read.problem().detail().contains(u"secret"_s));
    QCOMPARE(read.problem().helper(), QUrl(url).adjusted(QUrl::RemoveUserInfo));
}

void TestHelperUrl::leavesOthersAlone_data()
{
    QTest::addColumn<QString>("url");
    for (const char *url : {"file:///mnt/share", "memory://world", "kubo:5001", "kubo+ftp://host",
                            "http://127.0.0.1:5001", "xkubo+http://host", "gateway+httpsx://host"})
        QTest::newRow(url) << QString::fromLatin1(url);
}

void TestHelperUrl::leavesOthersAlone()
{
    QFETCH(const QString, url);
    QVERIFY(!HelperUrl::isOne(QUrl(url)));
    QVERIFY(!HelperUrl::fromUrl(QUrl(url)).ok());
}

QTEST_GUILESS_MAIN(TestHelperUrl)
#include "tst_helperurl.moc"
