// SPDX-License-Identifier: MIT
#include "asking.h"
#include "proxied.h"
#include "scriptedserver.h"
#include "socksserver.h"

#include <QNetworkProxyFactory>

using namespace RemoteLog;
using namespace RemoteLogTest;

Q_DECLARE_METATYPE(RemoteLog::HttpRequest::Method)

namespace {

const auto User = QStringLiteral("user");
const auto Password = QStringLiteral("password");

// An application that names a proxy with a login when it is asked first, and another one then.
class FickleApplication : public QNetworkProxyFactory
{
public:
    FickleApplication(const QNetworkProxy &first, const QNetworkProxy &then)
        : m_first(first)
        , m_then(then)
    {
    }

    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &) override
    {
        return {std::exchange(m_first, m_then)};
    }

private:
    QNetworkProxy m_first;
    const QNetworkProxy m_then;
};

HttpRequest hiddenRequest()
{
    HttpRequest request;
    request.url = QUrl(QStringLiteral("http://%1/a?b#c").arg(HiddenHost));
    return request;
}

} // namespace

// Plain http through an HTTP proxy that wants a password, and who is not told it.
class TestHttpProxyLogin : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void logsIn_data();
    void logsIn();
    void asksForAPersonAfterAWrongPassword();
    void replacesTheCallersLogin();
    void tellsTheLoginToNobodyElse_data();
    void tellsTheLoginToNobodyElse();
    void tellsNoHelperThroughATunnel();
    void tellsNoOtherProxy();
};

void TestHttpProxyLogin::logsIn_data()
{
    using Method = HttpRequest::Method;
    QTest::addColumn<QNetworkProxy::ProxyType>("type");
    QTest::addColumn<Method>("method");
    QTest::addRow("get") << QNetworkProxy::HttpProxy << Method::Get;
    QTest::addRow("post") << QNetworkProxy::HttpProxy << Method::Post;
    QTest::addRow("caching proxy") << QNetworkProxy::HttpCachingProxy << Method::Get;
}

void TestHttpProxyLogin::logsIn()
{
    QFETCH(const QNetworkProxy::ProxyType, type);
    QFETCH(const HttpRequest::Method, method);
    ScriptedServer proxy(proxyWithLogin());
    HttpClient client(through(proxyAt(type, proxy, User, Password)));
    Asking asking(&client);
    HttpRequest request = hiddenRequest();
    request.method = method;
    for (int i = 1; i <= 2; ++i) {
        QCOMPARE(asking.ask(request).problem, Problem());
        QCOMPARE(proxy.requests().size(), i); // without being asked who it is
        QCOMPARE(proxy.requests().constLast().target, QByteArray("http://helper.invalid/a?b"));
    }
    QCOMPARE(proxy.connections(), 1);
}

void TestHttpProxyLogin::asksForAPersonAfterAWrongPassword()
{
    ScriptedServer proxy(proxyWithLogin());
    HttpClient client(
        through(proxyAt(QNetworkProxy::HttpProxy, proxy, User, QStringLiteral("wrong"))));
    const HttpAnswer answer = Asking(&client).ask(hiddenRequest());
    QCOMPARE(answer.problem.kind(), Problem::Kind::ActionRequired);
    QCOMPARE(answer.status, 407);
    QVERIFY(!answer.problem.detail().contains(QStringLiteral("wrong")));
    QCOMPARE(proxy.requests().size(), 1); // and not again and again
    QCOMPARE(proxy.requests()[0].header("Proxy-Authorization"),
             "Basic " + QByteArray("user:wrong").toBase64());
}

void TestHttpProxyLogin::replacesTheCallersLogin()
{
    ScriptedServer proxy;
    HttpRequest request = hiddenRequest();
    request.headers = {{"proxy-authorization", "Basic other"}};
    HttpClient known(through(proxyAt(QNetworkProxy::HttpProxy, proxy, User, Password)));
    QCOMPARE(Asking(&known).ask(request).problem, Problem());
    HttpClient unknown(through(proxyAt(QNetworkProxy::HttpProxy, proxy)));
    QCOMPARE(Asking(&unknown).ask(request).problem, Problem());
    QCOMPARE(proxy.requests().size(), 2);
    QCOMPARE(proxy.requests()[0].header("Proxy-Authorization"),
             "Basic " + QByteArray("user:password").toBase64());
    QVERIFY(proxy.requests()[1].header("Proxy-Authorization").isNull());
}

void TestHttpProxyLogin::tellsTheLoginToNobodyElse_data()
{
    QTest::addColumn<QNetworkProxy::ProxyType>("type");
    QTest::addColumn<QString>("host");
    const auto loopback = QStringLiteral("127.0.0.1");
    QTest::addRow("no proxy") << QNetworkProxy::NoProxy << loopback;
    QTest::addRow("loopback") << QNetworkProxy::HttpProxy << loopback;
    QTest::addRow("loopback by name") << QNetworkProxy::HttpProxy << QStringLiteral("localhost");
    QTest::addRow("loopback, caching proxy") << QNetworkProxy::HttpCachingProxy << loopback;
    QTest::addRow("SOCKS5") << QNetworkProxy::Socks5Proxy << HiddenHost;
}

void TestHttpProxyLogin::tellsTheLoginToNobodyElse()
{
    QFETCH(const QNetworkProxy::ProxyType, type);
    QFETCH(const QString, host);
    SocksServer socks;
    socks.setPassword("user", "password");
    ScriptedServer server;
    HttpClient client(through(proxyAt(type, socks, User, Password)));
    QCOMPARE(Asking(&client).get(server.url(QStringLiteral("/"), host)).problem, Problem());
    QCOMPARE(server.requests().size(), 1);
    QVERIFY(server.requests()[0].header("Proxy-Authorization").isNull());
}

// A proxy that may only tunnel reads no request: Qt logs in by CONNECT.
void TestHttpProxyLogin::tellsNoHelperThroughATunnel()
{
    ScriptedServer proxy(proxyWithLogin());
    ScriptedServer server;
    QNetworkProxy tunnel = proxyAt(QNetworkProxy::HttpProxy, proxy, User, Password);
    tunnel.setCapabilities(QNetworkProxy::TunnelingCapability
                           | QNetworkProxy::HostNameLookupCapability);
    HttpClient client(through(tunnel));
    QCOMPARE(Asking(&client).get(server.url(QStringLiteral("/"), HiddenHost)).problem, Problem());
    QCOMPARE(proxy.requests().constLast().method, QByteArray("CONNECT"));
    QCOMPARE(server.requests().size(), 1);
    QVERIFY(server.requests()[0].header("Proxy-Authorization").isNull());
}

// Qt asks for the proxy after we have written what it is told.
void TestHttpProxyLogin::tellsNoOtherProxy()
{
    ScriptedServer proxy(proxyWithLogin());
    ScriptedServer other;
    QNetworkProxyFactory::setApplicationProxyFactory(
        new FickleApplication(proxyAt(QNetworkProxy::HttpProxy, proxy, User, Password),
                              proxyAt(QNetworkProxy::HttpProxy, other)));
    HttpClient client;
    Asking asking(&client);
    const HttpAnswer answer = asking.ask(hiddenRequest());
    const HttpAnswer again = asking.ask(hiddenRequest());
    QNetworkProxyFactory::setApplicationProxyFactory(nullptr);
    QCOMPARE(answer.problem.kind(), Problem::Kind::WillRetry);
    QCOMPARE(again.problem, Problem());
    QCOMPARE(proxy.requests().size(), 0);
    QCOMPARE(other.requests().size(), 1);
    QVERIFY(other.requests()[0].header("Proxy-Authorization").isNull());
}

QTEST_GUILESS_MAIN(TestHttpProxyLogin)

#include "tst_httpproxylogin.moc"
