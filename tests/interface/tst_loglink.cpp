// SPDX-License-Identifier: MIT
#include <RemoteLog/loglink.h>

#include <QTest>

using namespace RemoteLog;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(RemoteLog::Problem::Kind)

// The same key in three spellings (see tst_multibase).
const auto name = u"k51qzi5uqu5dljtg5upm7x7ugan9lql3ewyknv4r4mhhkwzn8n7cnbd1unfwgq"_s;
const auto base32Name = u"bafzaajaiaejcbv22taayfmikw7kux7wtzfsaooqo4fzphwvgems26aq2nd3qoui2"_s;
const auto peerId = u"12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5pV"_s;
const auto otherName = u"k51qzi5uqu5dgutdk6i1ynyzgkqngpha5xpgia3a5qqp4jsh0u4csozksxel2r"_s;

// base64url(0x01 || 00 01 .. 1f)
const auto key = u"AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"_s;

QString link(const QString &query, const QString &fragment = key)
{
    return u"remotelog:"_s + name + u'?' + query + u'#' + fragment;
}

QString keyText(const QByteArray &bytes)
{
    return QString::fromLatin1(
        bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

class TestLogLink : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void refusesWithoutNamingTheKey();
    void writesOneSpelling();
    void everyHelperSurvives_data();
    void everyHelperSurvives();
    void comparesByNameAndKey();
    void theNullLink();
    void printsNoKey();
};

void TestLogLink::reads_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QList<QUrl>>("hints");

    const QList<QUrl> none;
    QTest::newRow("plain") << link(u"v=1"_s) << none;
    QTest::newRow("name in base32")
        << QString(u"remotelog:"_s + base32Name + u"?v=1#"_s + key) << none;
    QTest::newRow("name in capitals")
        << QString(u"remotelog:"_s + name.toUpper() + u"?v=1#"_s + key) << none;
    QTest::newRow("name as a peer id")
        << QString(u"remotelog:"_s + peerId + u"?v=1#"_s + key) << none;
    QTest::newRow("scheme in capitals")
        << QString(u"REMOTELOG:"_s + name + u"?v=1#"_s + key) << none;
    QTest::newRow("unknown keys") << link(u"x=1&v=1&y&&z=%20=2"_s) << none;
    QTest::newRow("helper") << link(u"v=1&helper=gateway%2Bhttps%3A%2F%2Fa.example%2Fb"_s)
                            << QList<QUrl>{QUrl(u"gateway+https://a.example/b"_s)};
    QTest::newRow("helper before the version")
        << link(u"helper=https%3A%2F%2Fa.example&v=1"_s) << QList{QUrl(u"https://a.example"_s)};
    QTest::newRow("helper hardly encoded") << link(u"v=1&helper=https://a.example/b?c=d"_s)
                                           << QList{QUrl(u"https://a.example/b?c=d"_s)};
    QTest::newRow("plus is a plus") << link(u"v=1&helper=routing+https%3A%2F%2Fa.example%2Fb+c"_s)
                                    << QList{QUrl(u"routing+https://a.example/b+c"_s)};
    QTest::newRow("helper with a query of its own")
        << link(u"v=1&helper=file%3A%2F%2F%2Fmnt%2Fx%3Fnetwork%3Drequired%26v%3D2"_s)
        << QList{QUrl(u"file:///mnt/x?network=required&v=2"_s)};
    QTest::newRow("helper twice") << link(
        u"v=1&helper=https%3A%2F%2Fa.example&helper=https%3A%2F%2Fa.example"_s)
                                  << QList{QUrl(u"https://a.example"_s)};
    QTest::newRow("eight helpers")
        << link(u"v=1&helper=a:1&helper=a:2&helper=a:3&helper=a:4&helper=a:5&helper=a:6"_s
                u"&helper=a:7&helper=a:8"_s)
        << QList{QUrl(u"a:1"_s), QUrl(u"a:2"_s), QUrl(u"a:3"_s), QUrl(u"a:4"_s),
                 QUrl(u"a:5"_s), QUrl(u"a:6"_s), QUrl(u"a:7"_s), QUrl(u"a:8"_s)};
    const auto longHelper = QString(u"https://a.example/"_s).leftJustified(1024, u'x');
    QTest::newRow("helper of 1024 bytes")
        << link(u"v=1&helper="_s + longHelper) << QList{QUrl(longHelper)};
}

void TestLogLink::reads()
{
    QFETCH(QString, text);
    QFETCH(QList<QUrl>, hints);

    const Result<LogLink> result = LogLink::fromUrl(QUrl(text));
    QVERIFY2(result.ok(), qPrintable(result.problem().detail()));
    QCOMPARE(result.value().logName(), name);
    QCOMPARE(result.value().hints(), hints);
    QCOMPARE(result.value().toUrl().fragment(QUrl::FullyEncoded), key);

    const Result<LogLink> again = LogLink::fromUrl(result.value().toUrl());
    QVERIFY(again.ok());
    QCOMPARE(again.value(), result.value());
    QCOMPARE(again.value().hints(), hints);
    QCOMPARE(again.value().toUrl(), result.value().toUrl());
}

void TestLogLink::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<Problem::Kind>("kind");
    const auto invalid = Problem::Kind::InvalidArgument;
    const auto unsupported = Problem::Kind::Unsupported;
    const auto row = [](const char *title, const QString &text, Problem::Kind kind) {
        QTest::newRow(title) << text << kind;
    };

    row("nothing", QString(), invalid);
    row("another scheme", u"https:"_s + name + u"?v=1#"_s + key, invalid);
    row("no scheme", name + u"?v=1#"_s + key, invalid);
    row("no version", link(u"helper=https%3A%2F%2Fa.example"_s), invalid);
    row("no query", u"remotelog:"_s + name + u'#' + key, invalid);
    row("version twice", link(u"v=1&v=1"_s), invalid);
    row("two versions", link(u"v=1&v=2"_s), invalid);
    row("newer version", link(u"v=2"_s), unsupported);
    row("newer version that looks quite different", u"remotelog://host/?v=2"_s, unsupported);
    row("version without value", link(u"v"_s), unsupported);
    row("version of another spelling", link(u"v=01"_s), unsupported);
    row("version in capitals", link(u"V=1"_s), invalid);

    row("no name", u"remotelog:?v=1#"_s + key, invalid);
    row("name as host", u"remotelog://"_s + name + u"?v=1#"_s + key, invalid);
    row("host besides", u"remotelog://host/"_s + name + u"?v=1#"_s + key, invalid);
    row("slash before the name", u"remotelog:/"_s + name + u"?v=1#"_s + key, invalid);
    row("slash after the name", u"remotelog:"_s + name + u"/?v=1#"_s + key, invalid);
    row("name in mixed case", u"remotelog:K"_s + name.mid(1) + u"?v=1#"_s + key, invalid);
    row("name cut", u"remotelog:"_s + name.chopped(1) + u"?v=1#"_s + key, invalid);
    row("address of a block",
        u"remotelog:bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy?v=1#"_s + key,
        invalid);
    row("very long name", u"remotelog:k"_s + QString(60000, u'5') + u"?v=1#"_s + key, invalid);
    row("very long link", link(u"v=1&x="_s + QString(70000, u'x')), invalid);

    row("nine helpers",
        link(u"v=1&helper=a:1&helper=a:1&helper=a:1&helper=a:1&helper=a:1&helper=a:1"_s
             u"&helper=a:1&helper=a:1&helper=a:1"_s),
        invalid);
    row("helper of 1025 bytes",
        link(u"v=1&helper="_s + QString(u"https://a.example/"_s).leftJustified(1025, u'x')),
        invalid);
    row("helper without scheme", link(u"v=1&helper=a.example%2Fb"_s), invalid);
    row("helper relative to a scheme", link(u"v=1&helper=%2F%2Fa.example"_s), invalid);
    row("empty helper", link(u"v=1&helper="_s), invalid);
    row("helper without value", link(u"v=1&helper"_s), invalid);
    row("helper with user", link(u"v=1&helper=https%3A%2F%2Falice%40a.example"_s), invalid);
    row("helper with password", link(u"v=1&helper=https%3A%2F%2F%3Apass%40a.example"_s), invalid);
    row("helper with empty user info", link(u"v=1&helper=https%3A%2F%2F%40a.example"_s), invalid);
    row("helper with a space", link(u"v=1&helper=https%3A%2F%2Fa.example%2Fb%20c"_s), invalid);
    row("helper with a null byte", link(u"v=1&helper=https%3A%2F%2Fa.example%2F%00"_s), invalid);
    row("helper that is not UTF-8", link(u"v=1&helper=https%3A%2F%2F%FF%FE"_s), invalid);
    row("helper with a bad port", link(u"v=1&helper=https%3A%2F%2Fa.example%3A99999"_s), invalid);

    row("no key", u"remotelog:"_s + name + u"?v=1"_s, unsupported);
    row("empty key", link(u"v=1"_s, QString()), invalid);
    row("key cut", link(u"v=1"_s, key.chopped(1)), invalid);
    row("key of 31 bytes", link(u"v=1"_s, keyText(QByteArray(32, '\1'))), invalid);
    row("key of 33 bytes", link(u"v=1"_s, keyText(QByteArray(34, '\1'))), invalid);
    row("key of 33 bytes with loose bits", link(u"v=1"_s, key + u"AB"_s), invalid);
    row("key of version 2", link(u"v=1"_s, keyText(QByteArray(33, '\2'))), unsupported);
    row("key of version 0", link(u"v=1"_s, keyText(QByteArray(33, '\0'))), unsupported);
    row("padded key", link(u"v=1"_s, key + u"=="_s), invalid);
    row("key in the other alphabet",
        link(u"v=1"_s, QString(key).replace(key.size() - 1, 1, u"/"_s)), invalid);
    row("space in the key", link(u"v=1"_s, key.left(20) + u"%20"_s + key.mid(20)), invalid);
    row("line break in the key", link(u"v=1"_s, key.left(20) + u"%0A"_s + key.mid(20)), invalid);
    row("very long key", link(u"v=1"_s, QString(40000, u'A')), invalid);
}

void TestLogLink::refuses()
{
    QFETCH(QString, text);
    QFETCH(Problem::Kind, kind);
    const Result<LogLink> result = LogLink::fromUrl(QUrl(text));
    QVERIFY(!result.ok());
    QCOMPARE(result.problem().kind(), kind);
    QVERIFY(!result.problem().detail().isEmpty());
}

void TestLogLink::refusesWithoutNamingTheKey()
{
    const Result<LogLink> result =
        LogLink::fromUrl(QUrl(link(u"v=1&helper=https%3A%2F%2Falice%3Apass%40a.example"_s)));
    QVERIFY(!result.ok());
    QVERIFY(!result.problem().detail().contains(key));
    QVERIFY(!result.problem().detail().contains("pass"_L1));
    QVERIFY(result.problem().helper().isEmpty());
}

void TestLogLink::writesOneSpelling()
{
    const Result<LogLink> result = LogLink::fromUrl(QUrl(
        u"RemoteLog:"_s + peerId + u"?x=y&helper=a+https://b.example/~c?d=e%2526f&v=1#"_s + key));
    QVERIFY(result.ok());
    QCOMPARE(QString::fromLatin1(result.value().toUrl().toEncoded()),
             u"remotelog:"_s + name
                 + u"?v=1&helper=a%2Bhttps%3A%2F%2Fb.example%2F~c%3Fd%3De%2526f#"_s + key);
}

void TestLogLink::everyHelperSurvives_data()
{
    QTest::addColumn<QUrl>("helper");
    for (const char *url :
         {"file:///mnt/a%20b/%C3%A4?network=required", "kubo+http://127.0.0.1:5001",
          "gateway+https://[2001:db8::1]:8443/x", "routing+https://a.example/%2F%25%26%23%2B",
          "https://xn--bcher-kva.example/", "x:a+b&c=d;e", "https://a.example/?q=%22%7B%7D%7C"})
        QTest::newRow(url) << QUrl::fromEncoded(url, QUrl::StrictMode);
}

void TestLogLink::everyHelperSurvives()
{
    QFETCH(QUrl, helper);
    const QString encoded = QString::fromLatin1(helper.toEncoded().toPercentEncoding());
    const Result<LogLink> result = LogLink::fromUrl(QUrl(link(u"v=1&helper="_s + encoded)));
    QVERIFY2(result.ok(), qPrintable(result.problem().detail()));
    QCOMPARE(result.value().hints(), QList{helper});
    const Result<LogLink> again = LogLink::fromUrl(result.value().toUrl());
    QVERIFY(again.ok());
    QCOMPARE(again.value().hints().value(0).toEncoded(), helper.toEncoded());
}

void TestLogLink::comparesByNameAndKey()
{
    const auto read = [](const QString &text) { return LogLink::fromUrl(QUrl(text)).value(); };
    const LogLink plain = read(link(u"v=1"_s));
    QCOMPARE(read(link(u"v=1&helper=https%3A%2F%2Fa.example"_s)), plain);
    QVERIFY(read(link(u"v=1"_s, keyText(QByteArray(33, '\1')))) != plain);
    QVERIFY(read(u"remotelog:"_s + otherName + u"?v=1#"_s + key) != plain);
    QVERIFY(plain != LogLink());
}

void TestLogLink::theNullLink()
{
    const LogLink null;
    QVERIFY(null.isNull());
    QCOMPARE(null.toUrl(), QUrl());
    QCOMPARE(null.logName(), QString());
    QCOMPARE(null, LogLink());
}

void TestLogLink::printsNoKey()
{
    QString text;
    QDebug(&text) << LogLink::fromUrl(QUrl(link(u"v=1&helper=https%3A%2F%2Fa.example"_s))).value();
    QVERIFY(text.contains(name));
    QVERIFY(!text.contains(key));
    QVERIFY(!text.contains(key.mid(10, 10)));
}

QTEST_APPLESS_MAIN(TestLogLink)

#include "tst_loglink.moc"
