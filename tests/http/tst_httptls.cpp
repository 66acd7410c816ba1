// SPDX-License-Identifier: MIT
#include "asking.h"
#include "scriptedserver.h"

#include <QFile>
#include <QSslKey>
#include <QSslSocket>

using namespace RemoteLog;
using namespace RemoteLogTest;

namespace {

QString dataFile(const char *name)
{
    return QStringLiteral(TEST_DATA_DIR "/data/") + QString::fromLatin1(name);
}

QSslConfiguration serverTls(const char *certificate)
{
    QFile key(dataFile("server.key"));
    if (!key.open(QIODevice::ReadOnly))
        qFatal("no key");
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setPeerVerifyMode(QSslSocket::VerifyNone); // of clients
    tls.setLocalCertificateChain(QSslCertificate::fromPath(dataFile(certificate)));
    tls.setPrivateKey(QSslKey(&key, QSsl::Ec));
    return tls;
}

HttpSettings trusting()
{
    HttpSettings settings;
    settings.caCertificates = QSslCertificate::fromPath(dataFile("authority.pem"));
    return settings;
}

} // namespace

// Certificates of data/, made by data/makecertificates.sh; localhost is the server's name here.
class TestHttpTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void trustsWhatItIsTold();
    void trustsNobodyElse_data();
    void trustsNobodyElse();
    void doesNotCareWhatTheHostTrusts();
    void speaksNoHttp2();
    void stopsReadingWhatIsTooMuch();
    void plainIsNotTls();
    void abortForgetsConnections();
};

void TestHttpTls::initTestCase()
{
    if (!QSslSocket::supportsSsl())
        QSKIP("Qt has no TLS here");
    QCOMPARE(QSslCertificate::fromPath(dataFile("authority.pem")).size(), 1);
}

void TestHttpTls::trustsWhatItIsTold()
{
    ScriptedServer server;
    server.setTls(serverTls("server.pem"));
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

// A host that has switched verification off for itself has not done so for us.
void TestHttpTls::doesNotCareWhatTheHostTrusts()
{
    const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
    QSslConfiguration careless = before;
    careless.setPeerVerifyMode(QSslSocket::VerifyNone);
    QSslConfiguration::setDefaultConfiguration(careless);
    ScriptedServer server;
    server.setTls(serverTls("server.pem"));
    HttpClient client;
    const HttpAnswer answer =
        Asking(&client).get(server.url(QStringLiteral("/"), QStringLiteral("localhost")));
    QSslConfiguration::setDefaultConfiguration(before);
    QCOMPARE(answer.problem.kind(), Problem::Kind::ActionRequired);
    QCOMPARE(server.requests().size(), 0);
}

// Qt's HTTP/2 cannot be bounded: see httpwirerequest.cpp.
void TestHttpTls::speaksNoHttp2()
{
    QSslConfiguration tls = serverTls("server.pem");
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
    server.setTls(serverTls("server.pem"));
    HttpClient client(trusting());
    const HttpAnswer answer =
        Asking(&client).get(server.url(QStringLiteral("/"), QStringLiteral("localhost")));
    QCOMPARE(answer.problem.kind(), Problem::Kind::TooLarge);
    QTRY_COMPARE(server.openConnections(), 0);
}

void TestHttpTls::plainIsNotTls()
{
    ScriptedServer server;
    server.setTls(serverTls("server.pem"));
    QUrl url = server.url();
    url.setScheme(QStringLiteral("http"));
    HttpClient client(trusting());
    QCOMPARE(Asking(&client).get(url).problem.kind(), Problem::Kind::WillRetry);
}

void TestHttpTls::abortForgetsConnections()
{
    ScriptedServer server;
    server.setTls(serverTls("server.pem"));
    HttpClient client(trusting());
    Asking asking(&client);
    const QUrl url = server.url(QStringLiteral("/"), QStringLiteral("localhost"));
    asking.get(url);
    client.abort();
    QTRY_COMPARE(server.openConnections(), 0);
    QCOMPARE(asking.get(url).problem, Problem());
    QCOMPARE(server.connections(), 2);
}

QTEST_GUILESS_MAIN(TestHttpTls)

#include "tst_httptls.moc"
