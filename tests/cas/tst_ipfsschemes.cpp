// SPDX-License-Identifier: MIT
#include "cas/ipfsgateway.h"
#include "cas/ipfsnode.h"
#include "helpers/helperregistry.h"

#include <QTest>

using namespace RemoteLog;
using namespace Qt::StringLiterals;

// Which URL becomes which store.
class TestIpfsSchemes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void makesStores_data();
    void makesStores();
};

void TestIpfsSchemes::makesStores_data()
{
    QTest::addColumn<bool>("isNode");
    QTest::addColumn<bool>("isGateway");
    QTest::newRow("kubo+http://127.0.0.1:5001") << true << false;
    QTest::newRow("kubo+https://node.example.org/path?network=required") << true << false;
    QTest::newRow("gateway+http://localhost:8080/") << false << true;
    QTest::newRow("gateway+https://ipfs.example.org") << false << true;
    QTest::newRow("gateway+https://alice@ipfs.example.org") << false << false;
    QTest::newRow("kubo+http:///path") << false << false;
    QTest::newRow("kubo+http://127.0.0.1:5001?key=value") << false << false;
    QTest::newRow("routing+https://ipfs.example.org") << false << false;
    QTest::newRow("kubo+ftp://127.0.0.1") << false << false;
}

void TestIpfsSchemes::makesStores()
{
    QFETCH(bool, isNode);
    QFETCH(bool, isGateway);
    HttpClient http;
    const auto store = HelperRegistry().makeStore(QUrl(QLatin1String(QTest::currentDataTag())),
                                                  HelperServices{http, {}});
    QCOMPARE(qobject_cast<IpfsNode *>(store.get()) != nullptr, isNode);
    QCOMPARE(qobject_cast<IpfsGateway *>(store.get()) != nullptr, isGateway);
    QCOMPARE(bool(store), isNode || isGateway);
}

QTEST_GUILESS_MAIN(TestIpfsSchemes)
#include "tst_ipfsschemes.moc"
