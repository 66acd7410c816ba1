// SPDX-License-Identifier: MIT
#include "log/link.h"

#include "support/samples.h"

#include <QTest>

#include <cstring>

using namespace RemoteLog;

class TestLink : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void carriesBothCapabilities();
    void namesOnlySafeHelpers();
    void namesAtMostEight();
    void knowsSafeHints_data();
    void knowsSafeHints();

private:
    const LogKeys m_keys = sampleKeys();
};

void TestLink::carriesBothCapabilities()
{
    const LogLink link = makeLink(m_keys, {});
    QVERIFY(!link.isNull());
    QCOMPARE(publicKeyOf(link), m_keys.publicKey);
    QVERIFY(std::memcmp(readKeyOf(link).data(), m_keys.readKey.data(), Key::size()) == 0);

    const Result<LogLink> again = LogLink::fromUrl(link.toUrl());
    QVERIFY2(again.ok(), qPrintable(again.problem().detail()));
    QVERIFY(again.value() == link);
}

void TestLink::namesOnlySafeHelpers()
{
    const QUrl safe(QStringLiteral("gateway+https://ipfs.example.org/a b?c=d+e&f=%2B"));
    const LogLink link =
        makeLink(m_keys, {QUrl(QStringLiteral("file:///home/alice/log")), safe,
                          QUrl(QStringLiteral("kubo+http://127.0.0.1:5001")), QUrl()});
    QCOMPARE(link.hints(), QList<QUrl>{safe});
    QCOMPARE(LogLink::fromUrl(link.toUrl()).value().hints(), QList<QUrl>{safe});
}

void TestLink::namesAtMostEight()
{
    QList<QUrl> helpers;
    for (int i = 0; i < 20; ++i)
        helpers.append(QUrl(QStringLiteral("gateway+https://h%1.example.org/").arg(i)));
    QCOMPARE(makeLink(m_keys, helpers).hints(), helpers.first(8));
}

void TestLink::knowsSafeHints_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<bool>("safe");
    const auto rows = [](bool safe, std::initializer_list<const char *> urls) {
        for (const char *const url : urls)
            QTest::newRow(*url ? url : "empty") << QString::fromUtf8(url) << safe;
    };
    rows(true,
         {"gateway+https://ipfs.example.org", "routing+https://ipfs.example.org:8443/path?query",
          "kubo+https://ipfs.example.org./", "later+https://example.org",
          "gateway+https://1.1.1.1/", "gateway+https://172.15.0.1/", "gateway+https://172.32.0.1/",
          "gateway+https://100.63.0.1", "gateway+https://[2606:4700:4700::1111]:443/",
          "gateway+https://b\u00fccher.example/", "gateway+https://10.example.org/",
          "gateway+https://0x7f.example.org/", "gateway+https://local.example.org/",
          "gateway+https://notlocalhost.org/", "gateway+https://de.facade/"});
    // Schemes.
    rows(false,
         {"", "https://ipfs.example.org", "+https://ipfs.example.org",
          "gateway+http://ipfs.example.org", "file:///srv/log", "file+https:///srv/log",
          "gateway+https:ipfs.example.org", "gateway+https:///path", "gatewayhttps://example.org"});
    // User info and fragments.
    rows(false,
         {"gateway+https://user@ipfs.example.org", "gateway+https://user:secret@ipfs.example.org",
          "gateway+https://@ipfs.example.org", "gateway+https://:@ipfs.example.org",
          "gateway+https://ipfs.example.org/#fragment"});
    // Names of this computer or its network.
    rows(false,
         {"gateway+https://localhost", "gateway+https://LOCALHOST.", "gateway+https://printer",
          "gateway+https://printer.", "gateway+https://a.localhost", "gateway+https://nas.local",
          "gateway+https://nas.LOCAL.", "gateway+https://db.internal", "gateway+https://nas.lan",
          "gateway+https://nas.home.arpa", "gateway+https://router.home",
          "gateway+https://localhost.localdomain"});
    // Addresses that are not public, in every spelling.
    rows(false, {"gateway+https://0.0.0.0",
                 "gateway+https://10.1.2.3",
                 "gateway+https://100.64.0.1",
                 "gateway+https://127.0.0.1",
                 "gateway+https://127.1",
                 "gateway+https://2130706433",
                 "gateway+https://0x7f000001",
                 "gateway+https://0x7f.1",
                 "gateway+https://0177.0.0.1",
                 "gateway+https://127.0.0.1.",
                 "gateway+https://169.254.169.254",
                 "gateway+https://172.16.0.1",
                 "gateway+https://172.31.255.255",
                 "gateway+https://192.168.1.1",
                 "gateway+https://192.0.2.1",
                 "gateway+https://198.18.0.1",
                 "gateway+https://203.0.113.7",
                 "gateway+https://224.0.0.1",
                 "gateway+https://255.255.255.255",
                 "gateway+https://[::]",
                 "gateway+https://[::1]",
                 "gateway+https://[::ffff:127.0.0.1]",
                 "gateway+https://[::ffff:8.8.8.8]",
                 "gateway+https://[64:ff9b::7f00:1]",
                 "gateway+https://[2002:7f00:1::]",
                 "gateway+https://[2001::1]",
                 "gateway+https://[2001:db8::1]",
                 "gateway+https://[fc00::1]",
                 "gateway+https://[fd12:3456::1]",
                 "gateway+https://[fe80::1]",
                 "gateway+https://[fe80::1%25eth0]",
                 "gateway+https://[fec0::1]",
                 "gateway+https://[ff02::1]"});
    QTest::newRow("1024 bytes") << QStringLiteral("gateway+https://example.org/")
                                       + QString(1024 - 28, u'x')
                                << true;
    QTest::newRow("1025 bytes") << QStringLiteral("gateway+https://example.org/")
                                       + QString(1025 - 28, u'x')
                                << false;
}

void TestLink::knowsSafeHints()
{
    QFETCH(QString, url);
    QTEST(isSafeHint(QUrl(url)), "safe");
}

QTEST_APPLESS_MAIN(TestLink)
#include "tst_link.moc"
