// SPDX-License-Identifier: MIT
#include "asking.h"
#include "proxied.h"
#include "scriptedserver.h"
#include "socksserver.h"

using namespace RemoteLog;
using namespace RemoteLogTest;

namespace {

// As the application sets it, while this lives.
class ApplicationProxy
{
public:
    explicit ApplicationProxy(const QNetworkProxy &proxy)
    {
        QNetworkProxy::setApplicationProxy(proxy);
    }
    ~ApplicationProxy() { QNetworkProxy::setApplicationProxy(QNetworkProxy::NoProxy); }
    Q_DISABLE_COPY_MOVE(ApplicationProxy)
};

} // namespace

class TestHttpProxies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leavesNamesToASocksProxy_data();
    void leavesNamesToASocksProxy();
    void logsIntoASocksProxy();
    void asksForAPersonWhereItMayNot_data();
    void asksForAPersonWhereItMayNot();
    void usesTheApplicationsProxy_data();
    void usesTheApplicationsProxy();
    void prefersItsOwnToTheApplications();
    void reachesLoopbackWithoutAProxy_data();
    void reachesLoopbackWithoutAProxy();
    void failsWithoutTheProxy();
    void usesAnHttpProxy();
    void asksForAPersonWhereItCannotServe_data();
    void asksForAPersonWhereItCannotServe();
    void waitsForAProxyThatNobodyFinds();
};

void TestHttpProxies::leavesNamesToASocksProxy_data()
{
    QTest::addColumn<bool>("isCapable");
    QTest::addRow("as Qt makes it") << true;
    QTest::addRow("with the capability taken away") << false;
}

void TestHttpProxies::leavesNamesToASocksProxy()
{
    QFETCH(const bool, isCapable);
    SocksServer socks;
    ScriptedServer server;
    QNetworkProxy proxy = proxyAt(QNetworkProxy::Socks5Proxy, socks);
    if (!isCapable)
        proxy.setCapabilities(QNetworkProxy::TunnelingCapability);
    HttpClient client(through(proxy));
    const HttpAnswer answer = Asking(&client).get(server.url(QStringLiteral("/"), HiddenHost));
    QCOMPARE(answer.problem, Problem());
    QCOMPARE(server.requests().size(), 1);
    QCOMPARE(socks.targets().size(), 1);
    QVERIFY(socks.targets()[0].isName);
    QCOMPARE(socks.targets()[0].host, HiddenHost);
    QCOMPARE(socks.targets()[0].port, server.serverPort());
}

void TestHttpProxies::logsIntoASocksProxy()
{
    SocksServer socks;
    socks.setPassword("user", "password");
    ScriptedServer server;
    HttpClient client(through(proxyAt(QNetworkProxy::Socks5Proxy, socks, QStringLiteral("user"),
                                      QStringLiteral("password"))));
    const HttpAnswer answer = Asking(&client).get(server.url(QStringLiteral("/"), HiddenHost));
    QCOMPARE(answer.problem, Problem());
    QCOMPARE(socks.targets().size(), 1);
}

void TestHttpProxies::asksForAPersonWhereItMayNot_data()
{
    QTest::addColumn<bool>("isSocks");
    QTest::addColumn<QString>("password");
    QTest::addRow("SOCKS5, wrong password") << true << QStringLiteral("wrong");
    QTest::addRow("HTTP, wrong password") << false << QStringLiteral("wrong");
    QTest::addRow("HTTP, no password") << false << QString();
}

void TestHttpProxies::asksForAPersonWhereItMayNot()
{
    QFETCH(const bool, isSocks);
    QFETCH(const QString, password);
    SocksServer socks;
    socks.setPassword("user", "password");
    ScriptedServer http(ScriptedServer::answering("", "407 Proxy Authentication Required",
                                                  "Proxy-Authenticate: Basic realm=\"x\"\r\n"));
    const QString user = password.isEmpty() ? QString() : QStringLiteral("user");
    HttpClient client(through(isSocks ? proxyAt(QNetworkProxy::Socks5Proxy, socks, user, password)
                                      : proxyAt(QNetworkProxy::HttpProxy, http, user, password)));
    ScriptedServer server;
    const HttpAnswer answer = Asking(&client).get(server.url(QStringLiteral("/"), HiddenHost));
    QCOMPARE(answer.problem.kind(), Problem::Kind::ActionRequired);
    QVERIFY(!answer.problem.detail().contains(QStringLiteral("wrong")));
    QCOMPARE(server.connections(), 0);
}

void TestHttpProxies::usesTheApplicationsProxy_data()
{
    leavesNamesToASocksProxy_data();
}

void TestHttpProxies::usesTheApplicationsProxy()
{
    QFETCH(const bool, isCapable);
    SocksServer socks;
    ScriptedServer server;
    QNetworkProxy proxy = proxyAt(QNetworkProxy::Socks5Proxy, socks);
    if (!isCapable)
        proxy.setCapabilities(QNetworkProxy::TunnelingCapability);
    const ApplicationProxy guard(proxy);
    HttpClient client;
    const HttpAnswer answer = Asking(&client).get(server.url(QStringLiteral("/"), HiddenHost));
    QCOMPARE(answer.problem, Problem());
    QCOMPARE(socks.targets().size(), 1);
    QVERIFY(socks.targets()[0].isName);
}

void TestHttpProxies::prefersItsOwnToTheApplications()
{
    SocksServer ours;
    SocksServer applications;
    ScriptedServer server;
    const ApplicationProxy guard(proxyAt(QNetworkProxy::Socks5Proxy, applications));
    HttpClient client(through(proxyAt(QNetworkProxy::Socks5Proxy, ours)));
    QCOMPARE(Asking(&client).get(server.url(QStringLiteral("/"), HiddenHost)).problem, Problem());
    QCOMPARE(ours.targets().size(), 1);
    QCOMPARE(applications.targets().size(), 0);

    HttpClient direct(through(QNetworkProxy::NoProxy));
    QVERIFY(Asking(&direct).get(server.url(QStringLiteral("/"), HiddenHost)).problem);
    QCOMPARE(applications.targets().size(), 0);
}

void TestHttpProxies::reachesLoopbackWithoutAProxy_data()
{
    QTest::addColumn<QString>("host");
    QTest::addRow("address") << QStringLiteral("127.0.0.1");
    QTest::addRow("IPv6 address") << QStringLiteral("[::1]");
    QTest::addRow("name") << QStringLiteral("localhost");
}

void TestHttpProxies::reachesLoopbackWithoutAProxy()
{
    QFETCH(const QString, host);
    SocksServer socks;
    ScriptedServer server;
    if (host == QStringLiteral("[::1]")) {
        server.close();
        if (!server.listen(QHostAddress::LocalHostIPv6))
            QSKIP("no IPv6 on this machine");
    }
    const ApplicationProxy guard(proxyAt(QNetworkProxy::Socks5Proxy, socks));
    for (const QNetworkProxy &proxy :
         {QNetworkProxy(), proxyAt(QNetworkProxy::Socks5Proxy, socks)}) {
        HttpClient client(through(proxy));
        QCOMPARE(Asking(&client).get(server.url(QStringLiteral("/"), host)).problem, Problem());
    }
    QCOMPARE(socks.targets().size(), 0);
}

// Not around it: whoever wants a proxy may want to be hidden.
void TestHttpProxies::failsWithoutTheProxy()
{
    QNetworkProxy gone;
    {
        const SocksServer socks;
        gone = proxyAt(QNetworkProxy::Socks5Proxy, socks);
    }
    ScriptedServer server;
    HttpClient client(through(gone));
    const HttpAnswer answer = Asking(&client).get(server.url(QStringLiteral("/"), HiddenHost));
    QCOMPARE(answer.problem.kind(), Problem::Kind::WillRetry);
    QCOMPARE(server.connections(), 0);
}

void TestHttpProxies::usesAnHttpProxy()
{
    ScriptedServer proxy;
    HttpClient client(through(proxyAt(QNetworkProxy::HttpProxy, proxy)));
    const HttpAnswer answer =
        Asking(&client).get(QUrl(QStringLiteral("http://helper.invalid/a?b")));
    QCOMPARE(answer.problem, Problem());
    QCOMPARE(proxy.requests().size(), 1);
    QCOMPARE(proxy.requests()[0].target, QByteArray("http://helper.invalid/a?b"));
}

void TestHttpProxies::asksForAPersonWhereItCannotServe_data()
{
    QTest::addColumn<QNetworkProxy::ProxyType>("type");
    QTest::addColumn<QString>("url");
    QTest::addRow("https by a caching proxy")
        << QNetworkProxy::HttpCachingProxy << QStringLiteral("https://helper.invalid/");
    QTest::addRow("https by a proxy for FTP")
        << QNetworkProxy::FtpCachingProxy << QStringLiteral("https://helper.invalid/");
    QTest::addRow("http by a proxy for FTP")
        << QNetworkProxy::FtpCachingProxy << QStringLiteral("http://helper.invalid/");
}

// That is so however often it is tried.
void TestHttpProxies::asksForAPersonWhereItCannotServe()
{
    QFETCH(const QNetworkProxy::ProxyType, type);
    QFETCH(const QString, url);
    ScriptedServer proxy;
    HttpClient client(through(proxyAt(type, proxy)));
    const HttpAnswer answer = Asking(&client).get(QUrl(url));
    QCOMPARE(answer.problem.kind(), Problem::Kind::ActionRequired);
    QVERIFY(answer.problem.detail().contains(QUrl(url).scheme()));
    QCOMPARE(proxy.connections(), 0);
}

void TestHttpProxies::waitsForAProxyThatNobodyFinds()
{
    for (const auto type : {QNetworkProxy::HttpProxy, QNetworkProxy::Socks5Proxy}) {
        HttpClient client(through(QNetworkProxy(type, QStringLiteral("proxy.invalid"), 1080)));
        const HttpAnswer answer =
            Asking(&client).get(QUrl(QStringLiteral("http://helper.invalid/")));
        QCOMPARE(answer.problem.kind(), Problem::Kind::WillRetry);
    }
}

QTEST_GUILESS_MAIN(TestHttpProxies)

#include "tst_httpproxies.moc"
