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
    void takesMoreHints_data();
    void takesMoreHints();
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

void TestLink::takesMoreHints_data()
{
    QTest::addColumn<QStringList>("before");
    QTest::addColumn<QStringList>("more");
    QTest::addColumn<QStringList>("after");
    const auto helpers = [](const QString &names) {
        QStringList urls;
        for (const QChar name : names)
            urls.append(QStringLiteral("gateway+https://%1.example.org/").arg(name));
        return urls;
    };
    const auto row = [&](const char *name, const char *before, const QStringList &more,
                         const char *after) {
        QTest::newRow(name) << helpers(QString::fromLatin1(before)) << more
                            << helpers(QString::fromLatin1(after));
    };
    const QStringList a = helpers(QStringLiteral("a"));
    row("none", "", {}, "");
    row("no more", "ab", {}, "ab");
    row("the first", "", a, "a");
    row("newer ones before", "cd", helpers(QStringLiteral("ab")), "abcd");
    row("each once", "abc", helpers(QStringLiteral("caca")), "cab");
    row("the oldest go", "12345678", helpers(QStringLiteral("ab")), "ab123456");
    row("at most eight", "x", helpers(QStringLiteral("1234567890")), "12345678");

    // What a link cannot name does not take the others with it.
    row("too long", "b", a + QStringList{a.constFirst() + QString(1024, u'x')}, "ab");
    row("with user info", "b", QStringList{QStringLiteral("gateway+https://me@example.org/")} + a,
        "ab");
    row("relative", "b", QStringList{QStringLiteral("path")} + a, "ab");
    row("empty", "b", QStringList{QString()} + a, "ab");
    row("no URL", "b", QStringList{QStringLiteral("gateway+https://[/")} + a, "ab");
    row("eight that cannot be named", "b",
        QStringList(8, QStringLiteral("gateway+https://me@example.org/")) + a, "ab");

    // What is not asked unless the host's own settings list it is named all the same, in whatever
    // spelling.
    const QStringList odd = {QStringLiteral("file:///srv/log%20of%20alice"),
                             QStringLiteral("gateway+https://a.example.org/?q=a+b&c=%26#f")};
    QTest::newRow("files, and marks of the query") << QStringList() << odd << odd;
}

void TestLink::takesMoreHints()
{
    QFETCH(QStringList, before);
    QFETCH(QStringList, more);
    QFETCH(QStringList, after);
    const auto urls = [](const QStringList &texts) {
        QList<QUrl> result;
        for (const QString &text : texts)
            result.append(QUrl(text));
        return result;
    };
    const LogLink link = makeLink(m_keys, urls(before));
    QCOMPARE(link.hints(), urls(before));
    const LogLink result = withHints(link, urls(more));
    QCOMPARE(result.hints(), urls(after));
    QVERIFY(result == link);
    QCOMPARE(LogLink::fromUrl(result.toUrl()).value().hints(), urls(after));
    QVERIFY(withHints(LogLink(), urls(more)).isNull());
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
                 "gateway+https://[2606:4700:4700::1111%25eth0]",
                 "gateway+https://[v1.x]/",
                 "gateway+https://[v1f.example.org]:443/",
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
