// SPDX-License-Identifier: MIT
#include "asking.h"
#include "certificates.h"
#include "proxied.h"
#include "scriptedserver.h"
#include "socksserver.h"

using namespace RemoteLog;
using namespace RemoteLogTest;

// https through proxies: who is at the other end is checked all the same.
class TestHttpProxyTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void passesThroughASocksProxy();
    void passesThroughAnHttpProxy();
    void trustsNoProxyToFindTheServer_data();
    void trustsNoProxyToFindTheServer();
    void asksForAPersonAfterAWrongPassword();

private:
    const QString m_name = QStringLiteral("helper.test"); // never in DNS (RFC 6761)
};

void TestHttpProxyTls::initTestCase()
{
    if (!QSslSocket::supportsSsl())
        QSKIP("Qt has no TLS here");
}

void TestHttpProxyTls::passesThroughASocksProxy()
{
    SocksServer socks;
    socks.setPassword("user", "password");
    ScriptedServer server;
    server.setTls(serverTls());
    HttpClient client(through(proxyAt(QNetworkProxy::Socks5Proxy, socks, QStringLiteral("user"),
                                      QStringLiteral("password")),
                              authority()));
    const HttpAnswer answer = Asking(&client).get(server.url(QStringLiteral("/"), m_name));
    QCOMPARE(answer.problem, Problem());
    QCOMPARE(server.requests().size(), 1);
    QCOMPARE(socks.targets().size(), 1);
    QVERIFY(socks.targets()[0].isName);
    QCOMPARE(socks.targets()[0].host, m_name);
    QCOMPARE(socks.targets()[0].port, server.serverPort());
}

void TestHttpProxyTls::passesThroughAnHttpProxy()
{
    ScriptedServer proxy(proxyWithLogin());
    ScriptedServer server;
    server.setTls(serverTls());
    HttpClient client(through(proxyAt(QNetworkProxy::HttpProxy, proxy, QStringLiteral("user"),
                                      QStringLiteral("password")),
                              authority()));
    const HttpAnswer answer = Asking(&client).get(server.url(QStringLiteral("/a"), m_name));
    QCOMPARE(answer.problem, Problem());
    QVERIFY(!proxy.requests().isEmpty());
    for (const ReceivedRequest &request : proxy.requests()) {
        QCOMPARE(request.method, QByteArray("CONNECT"));
        QCOMPARE(request.target, "helper.test:" + QByteArray::number(server.serverPort()));
    }
    QCOMPARE(server.requests().size(), 1);
    QCOMPARE(server.requests()[0].target, QByteArray("/a"));
    QVERIFY(server.requests()[0].header("Proxy-Authorization").isNull());
}

void TestHttpProxyTls::trustsNoProxyToFindTheServer_data()
{
    QTest::addColumn<bool>("isSocks");
    QTest::addRow("SOCKS5") << true;
    QTest::addRow("HTTP") << false;
}

// It leads to a server of another name.
void TestHttpProxyTls::trustsNoProxyToFindTheServer()
{
    QFETCH(const bool, isSocks);
    SocksServer socks;
    ScriptedServer http(proxyWithLogin());
    ScriptedServer server;
    server.setTls(serverTls());
    HttpClient client(through(isSocks ? proxyAt(QNetworkProxy::Socks5Proxy, socks)
                                      : proxyAt(QNetworkProxy::HttpProxy, http,
                                                QStringLiteral("user"), QStringLiteral("password")),
                              authority()));
    const HttpAnswer answer = Asking(&client).get(server.url(QStringLiteral("/"), HiddenHost));
    QCOMPARE(answer.problem.kind(), Problem::Kind::ActionRequired);
    QVERIFY2(answer.problem.detail().contains(QStringLiteral("certificate")),
             qPrintable(answer.problem.detail()));
    QCOMPARE(server.connections(), 1);
    QCOMPARE(server.requests().size(), 0);
}

void TestHttpProxyTls::asksForAPersonAfterAWrongPassword()
{
    ScriptedServer proxy(proxyWithLogin());
    ScriptedServer server;
    server.setTls(serverTls());
    HttpClient client(through(
        proxyAt(QNetworkProxy::HttpProxy, proxy, QStringLiteral("user"), QStringLiteral("wrong")),
        authority()));
    const HttpAnswer answer = Asking(&client).get(server.url(QStringLiteral("/"), m_name));
    QCOMPARE(answer.problem.kind(), Problem::Kind::ActionRequired);
    QVERIFY(!answer.problem.detail().contains(QStringLiteral("wrong")));
    QCOMPARE(server.connections(), 0);
}

QTEST_GUILESS_MAIN(TestHttpProxyTls)

#include "tst_httpproxytls.moc"
