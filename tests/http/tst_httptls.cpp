// SPDX-License-Identifier: MIT
#include "asking.h"
#include "certificates.h"
#include "proxied.h"
#include "scriptedserver.h"

#include <functional>

using namespace RemoteLog;
using namespace RemoteLogTest;

namespace {

HttpSettings trusting()
{
    return through(QNetworkProxy(), authority());
}

// What a host has set for its own connections, while this lives.
class HostsTls
{
public:
    explicit HostsTls(const std::function<void(QSslConfiguration *)> &change)
    {
        QSslConfiguration tls = m_before;
        change(&tls);
        QSslConfiguration::setDefaultConfiguration(tls);
    }
    ~HostsTls() { QSslConfiguration::setDefaultConfiguration(m_before); }
    Q_DISABLE_COPY_MOVE(HostsTls)

private:
    const QSslConfiguration m_before = QSslConfiguration::defaultConfiguration();
};

} // namespace

class TestHttpTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void trustsWhatItIsTold();
    void trustsNobodyElse_data();
    void trustsNobodyElse();
    void doesNotCareWhatTheHostTrusts_data();
    void doesNotCareWhatTheHostTrusts();
    void doesNotCareThatTheHostTrustsNobody();
    void showsNoCertificateOfTheHost();
    void speaksNoHttp2();
    void stopsReadingWhatIsTooMuch();
    void plainIsNotTls();
    void abortForgetsConnections();
};

void TestHttpTls::initTestCase()
{
    if (!QSslSocket::supportsSsl())
        QSKIP("Qt has no TLS here");
}

void TestHttpTls::trustsWhatItIsTold()
{
    ScriptedServer server;
    server.setTls(serverTls());
    HttpClient client(trusting());
    Asking asking(&client);
    HttpRequest request;
    request.method = HttpRequest::Method::Post;
    request.url = server.url(QStringLiteral("/"), QStringLiteral("localhost"));
    request.body = QByteArray(1024 * 1024, 'x');
    for (int i = 0; i < 3; ++i) {
        const HttpAnswer answer = asking.ask(request);
        QCOMPARE(answer.problem, Problem());
        QCOMPARE(answer.body, QByteArray("ok"));
    }
    QCOMPARE(server.requests()[2].body, request.body);
    QCOMPARE(server.connections(), 1);
}

void TestHttpTls::trustsNobodyElse_data()
{
    QTest::addColumn<QByteArray>("certificate");
    QTest::addColumn<QString>("host");
    QTest::addColumn<bool>("isTrusting");
    const auto localhost = QStringLiteral("localhost");
    QTest::addRow("unknown authority") << QByteArray("server.pem") << localhost << false;
    QTest::addRow("expired") << QByteArray("expired.pem") << localhost << true;
    QTest::addRow("another name") << QByteArray("server.pem") << QStringLiteral("127.0.0.1")
                                  << true;
}

void TestHttpTls::trustsNobodyElse()
{
    QFETCH(const QByteArray, certificate);
    QFETCH(const QString, host);
    QFETCH(const bool, isTrusting);
    ScriptedServer server;
    server.setTls(serverTls(certificate.constData()));
    HttpClient client(isTrusting ? trusting() : HttpSettings());
    HttpRequest request;
    request.url = server.url(QStringLiteral("/?secret"), host);
    request.credential = "Bearer secret";
    const HttpAnswer answer = Asking(&client).ask(request);
    QCOMPARE(answer.problem.kind(), Problem::Kind::ActionRequired);
    QVERIFY2(answer.problem.detail().contains(QStringLiteral("certificate")),
             qPrintable(answer.problem.detail())); // says what is wrong with it
    QVERIFY(!answer.problem.detail().contains(QStringLiteral("secret")));
    QCOMPARE(server.requests().size(), 0); // nothing was told to it
}

void TestHttpTls::doesNotCareWhatTheHostTrusts_data()
{
    QTest::addColumn<bool>("verifies");
    QTest::addRow("nobody in particular") << false;
    QTest::addRow("an authority of its own") << true;
}

void TestHttpTls::doesNotCareWhatTheHostTrusts()
{
    QFETCH(const bool, verifies);
    const HostsTls guard([verifies](QSslConfiguration *tls) {
        if (verifies)
            tls->addCaCertificates(authority());
        else
            tls->setPeerVerifyMode(QSslSocket::VerifyNone);
    });
    ScriptedServer server;
    server.setTls(serverTls());
    HttpClient client;
    const HttpAnswer answer =
        Asking(&client).get(server.url(QStringLiteral("/"), QStringLiteral("localhost")));
    QCOMPARE(answer.problem.kind(), Problem::Kind::ActionRequired);
    QCOMPARE(server.requests().size(), 0);
}

void TestHttpTls::doesNotCareThatTheHostTrustsNobody()
{
    const HostsTls guard([](QSslConfiguration *tls) { tls->setCaCertificates({}); });
    ScriptedServer server;
    server.setTls(serverTls());
    HttpClient client(trusting());
    const HttpAnswer answer =
        Asking(&client).get(server.url(QStringLiteral("/"), QStringLiteral("localhost")));
    QCOMPARE(answer.problem, Problem());
}

void TestHttpTls::showsNoCertificateOfTheHost()
{
    const HostsTls guard([](QSslConfiguration *tls) {
        tls->setLocalCertificateChain(serverTls().localCertificateChain());
        tls->setPrivateKey(serverTls().privateKey());
    });
    QSslConfiguration tls = serverTls();
    tls.setPeerVerifyMode(QSslSocket::QueryPeer);
    QList<QSslCertificate> shown;
    ScriptedServer server;
    server.setTls(tls);
    server.setScript([&shown](QTcpSocket *socket, const ReceivedRequest &request) {
        shown += qobject_cast<QSslSocket *>(socket)->peerCertificateChain();
        ScriptedServer::answering("ok")(socket, request);
    });
    HttpClient client(trusting());
    const HttpAnswer answer =
        Asking(&client).get(server.url(QStringLiteral("/"), QStringLiteral("localhost")));
    QCOMPARE(answer.problem, Problem());
    QVERIFY(shown.isEmpty());
}

// Qt's HTTP/2 cannot be bounded: see httpwirerequest.cpp.
void TestHttpTls::speaksNoHttp2()
{
    QSslConfiguration tls = serverTls();
    tls.setAllowedNextProtocols(
        {QSslConfiguration::ALPNProtocolHTTP2, QSslConfiguration::NextProtocolHttp1_1});
    QByteArrayList negotiated;
    ScriptedServer server;
    server.setTls(tls);
    server.setScript([&negotiated](QTcpSocket *socket, const ReceivedRequest &request) {
        const auto *const secure = qobject_cast<QSslSocket *>(socket);
        negotiated.append(secure->sslConfiguration().nextNegotiatedProtocol());
        ScriptedServer::answering("ok")(socket, request);
    });
    HttpClient client(trusting());
    const HttpAnswer answer =
        Asking(&client).get(server.url(QStringLiteral("/"), QStringLiteral("localhost")));
    QCOMPARE(answer.problem, Problem());
    QCOMPARE(negotiated.size(), 1);
    QVERIFY2(!negotiated.contains(QSslConfiguration::ALPNProtocolHTTP2), negotiated[0].constData());
}

void TestHttpTls::stopsReadingWhatIsTooMuch()
{
    ScriptedServer server(
        ScriptedServer::flooding("HTTP/1.1 200 OK\r\nA: b\r\n\r\n", QByteArray(64 * 1024, 'x')));
    server.setTls(serverTls());
    HttpClient client(trusting());
    const HttpAnswer answer =
        Asking(&client).get(server.url(QStringLiteral("/"), QStringLiteral("localhost")));
    QCOMPARE(answer.problem.kind(), Problem::Kind::TooLarge);
    QTRY_COMPARE_WITH_TIMEOUT(server.openConnections(), 0, Patience);
}

void TestHttpTls::plainIsNotTls()
{
    ScriptedServer server;
    server.setTls(serverTls());
    QUrl url = server.url();
    url.setScheme(QStringLiteral("http"));
    HttpClient client(trusting());
    QCOMPARE(Asking(&client).get(url).problem.kind(), Problem::Kind::WillRetry);
}

void TestHttpTls::abortForgetsConnections()
{
    ScriptedServer server;
    server.setTls(serverTls());
    HttpClient client(trusting());
    Asking asking(&client);
    const QUrl url = server.url(QStringLiteral("/"), QStringLiteral("localhost"));
    asking.get(url);
    client.abort();
    QTRY_COMPARE_WITH_TIMEOUT(server.openConnections(), 0, Patience);
    QCOMPARE(asking.get(url).problem, Problem());
    QCOMPARE(server.connections(), 2);
}

QTEST_GUILESS_MAIN(TestHttpTls)

#include "tst_httptls.moc"
