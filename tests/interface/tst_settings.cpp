// SPDX-License-Identifier: MIT
#include <RemoteLog/settings.h>

#include <QTest>

#include <functional>

using namespace RemoteLog;
using namespace Qt::StringLiterals;

using Change = std::function<void(Settings &)>;
Q_DECLARE_METATYPE(Change)

Settings goodSettings()
{
    Settings settings;
    settings.setApplicationId(u"org.example.Messenger-2_0"_s);
    settings.setDirectory(u"/home/alice/profile"_s);
    settings.setHelpers({QUrl(u"file:///mnt/share?network=required"_s),
                         QUrl(u"kubo+http://127.0.0.1:5001"_s), QUrl(u"x-own:whatever"_s)});
    return settings;
}

class TestSettings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void defaults();
    void accepts_data();
    void accepts();
    void refuses_data();
    void refuses();
    void refusesWithoutNamingAPassword();
    void namesTheHelperThatIsThereTwice();
    void comparesByValue_data();
    void comparesByValue();
    void copiesAreIndependent();
    void printsNoSecrets();
};

void TestSettings::defaults()
{
    const Settings settings;
    QCOMPARE(settings.proxy().type(), QNetworkProxy::DefaultProxy);
    QCOMPARE(settings.meteredPolicy(), Settings::Policy::Allow);
    QCOMPARE(settings.hintPolicy(), Settings::Policy::Allow);
    QCOMPARE(settings.maxPayload(), qint64(64) * 1024 * 1024);
    QCOMPARE(settings.locale(), QLocale());
    QVERIFY(settings.helpers().isEmpty());
    // Two fields have no default that could be right.
    QCOMPARE(settings.validate().kind(), Problem::Kind::InvalidArgument);
}

void TestSettings::accepts_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *title, const Change &change) {
        QTest::newRow(title) << change;
    };
    row("as it is", [](Settings &) {});
    row("no helpers", [](Settings &s) { s.setHelpers({}); });
    row("short id", [](Settings &s) { s.setApplicationId(u"x"_s); });
    row("long id", [](Settings &s) { s.setApplicationId(QString(64, u'x')); });
    row("helpers that differ in the query only", [](Settings &s) {
        s.setHelpers({QUrl(u"x-own:it?part=1"_s), QUrl(u"x-own:it?part=2"_s)});
    });
    row("policies", [](Settings &s) {
        s.setMeteredPolicy(Settings::Policy::Hold);
        s.setHintPolicy(Settings::Policy::Hold);
    });
    row("smallest payload", [](Settings &s) { s.setMaxPayload(1); });
    row("largest payload", [](Settings &s) { s.setMaxPayload(0x7fffffff); });
    row("directory that is not there", [](Settings &s) { s.setDirectory(u"/no/such/folder"_s); });
}

void TestSettings::accepts()
{
    QFETCH(Change, change);
    Settings settings = goodSettings();
    change(settings);
    const Problem problem = settings.validate();
    QVERIFY2(!problem, qPrintable(problem.detail()));
}

void TestSettings::refuses_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *title, const Change &change) {
        QTest::newRow(title) << change;
    };
    row("no id", [](Settings &s) { s.setApplicationId(QString()); });
    row("too long id", [](Settings &s) { s.setApplicationId(QString(65, u'x')); });
    row("slash in the id", [](Settings &s) { s.setApplicationId(u"a/b"_s); });
    row("space in the id", [](Settings &s) { s.setApplicationId(u"a b"_s); });
    row("umlaut in the id", [](Settings &s) { s.setApplicationId(u"\u00e4"_s); });
    row("line break in the id", [](Settings &s) { s.setApplicationId(u"a\n"_s); });
    row("no directory", [](Settings &s) { s.setDirectory(QString()); });
    row("relative directory", [](Settings &s) { s.setDirectory(u"profile"_s); });
    row("resource directory", [](Settings &s) { s.setDirectory(u":/profile"_s); });
    row("null in the directory", [](Settings &s) { s.setDirectory(u"/a"_s + QChar(0) + u"b"_s); });
    row("empty helper", [](Settings &s) { s.setHelpers({QUrl()}); });
    row("helper without scheme", [](Settings &s) { s.setHelpers({QUrl(u"/mnt/share"_s)}); });
    row("invalid helper", [](Settings &s) { s.setHelpers({QUrl(u"https://a:b:c"_s)}); });
    row("helper with user",
        [](Settings &s) { s.setHelpers({QUrl(u"https://alice@a.example"_s)}); });
    row("helper with empty user info",
        [](Settings &s) { s.setHelpers({QUrl(u"https://@a.example"_s)}); });
    row("long helper", [](Settings &s) {
        s.setHelpers({QUrl(QString(u"https://a.example/"_s).leftJustified(1025, u'x'))});
    });
    row("node without host", [](Settings &s) { s.setHelpers({QUrl(u"kubo+http:///"_s)}); });
    row("gateway with a query",
        [](Settings &s) { s.setHelpers({QUrl(u"gateway+https://gateway.example?format=raw"_s)}); });
    row("second helper is bad", [](Settings &s) {
        s.setHelpers({QUrl(u"file:///a"_s), QUrl(u"b"_s)});
    });
    row("a helper twice", [](Settings &s) {
        s.setHelpers({QUrl(u"file:///a"_s), QUrl(u"file:///b"_s), QUrl(u"file:///a"_s)});
    });
    row("one folder in two spellings", [](Settings &s) {
        s.setHelpers({QUrl(u"file:///a/b"_s), QUrl(u"file:///a/./b/"_s)});
    });
    row("unknown metered policy", [](Settings &s) { s.setMeteredPolicy(Settings::Policy(2)); });
    row("unknown hint policy", [](Settings &s) { s.setHintPolicy(Settings::Policy(-1)); });
    row("no payload", [](Settings &s) { s.setMaxPayload(0); });
    row("negative payload", [](Settings &s) { s.setMaxPayload(-1); });
    row("payload over 2^31 - 1", [](Settings &s) { s.setMaxPayload(qint64(1) << 31); });
}

void TestSettings::refuses()
{
    QFETCH(Change, change);
    Settings settings = goodSettings();
    change(settings);
    const Problem problem = settings.validate();
    QCOMPARE(problem.kind(), Problem::Kind::InvalidArgument);
    QVERIFY(!problem.detail().isEmpty());
}

void TestSettings::refusesWithoutNamingAPassword()
{
    Settings settings = goodSettings();
    settings.setHelpers({QUrl(u"https://alice:secret@a.example/path"_s)});
    const Problem problem = settings.validate();
    QCOMPARE(problem.helper(), QUrl(u"https://a.example/path"_s));
    QVERIFY(!problem.detail().contains("secret"_L1));
}

void TestSettings::namesTheHelperThatIsThereTwice()
{
    Settings settings = goodSettings();
    settings.setHelpers(settings.helpers() + QList{QUrl(u"x-own:it?token=secret"_s)}
                        + QList{QUrl(u"x-own:it?token=secret"_s)});
    const Problem problem = settings.validate();
    QVERIFY(problem.detail().contains("x-own:it"_L1));
    QVERIFY(!problem.detail().contains("secret"_L1));
    QCOMPARE(problem.helper(), QUrl(u"x-own:it?token=secret"_s));
}

void TestSettings::comparesByValue_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *title, const Change &change) {
        QTest::newRow(title) << change;
    };
    row("applicationId", [](Settings &s) { s.setApplicationId(u"other"_s); });
    row("directory", [](Settings &s) { s.setDirectory(u"/other"_s); });
    row("helpers", [](Settings &s) { s.setHelpers({}); });
    row("proxy", [](Settings &s) { s.setProxy(QNetworkProxy(QNetworkProxy::NoProxy)); });
    row("caCertificates", [](Settings &s) { s.setCaCertificates({QSslCertificate()}); });
    row("meteredPolicy", [](Settings &s) { s.setMeteredPolicy(Settings::Policy::Hold); });
    row("hintPolicy", [](Settings &s) { s.setHintPolicy(Settings::Policy::Hold); });
    row("maxPayload", [](Settings &s) { s.setMaxPayload(5); });
    row("locale", [](Settings &s) { s.setLocale(QLocale(QLocale::Icelandic)); });
}

void TestSettings::comparesByValue()
{
    QFETCH(Change, change);
    Settings settings = goodSettings();
    QCOMPARE(settings, goodSettings());
    change(settings);
    QVERIFY(settings != goodSettings());
}

void TestSettings::copiesAreIndependent()
{
    const Settings settings = goodSettings();
    Settings copy = settings;
    copy.setMaxPayload(5);
    QCOMPARE(settings, goodSettings());
    copy = settings;
    QCOMPARE(copy, settings);
}

void TestSettings::printsNoSecrets()
{
    Settings settings = goodSettings();
    settings.setHelpers({QUrl(u"https://alice:secret@a.example/path?token=secret#secret"_s)});
    settings.setProxy(
        QNetworkProxy(QNetworkProxy::HttpProxy, u"proxy"_s, 8080, u"alice"_s, u"secret"_s));
    QString text;
    QDebug(&text) << settings;
    QVERIFY(text.contains("org.example.Messenger-2_0"_L1));
    QVERIFY(text.contains("/home/alice/profile"_L1));
    QVERIFY(text.contains("https://a.example/path"_L1));
    QVERIFY(!text.contains("secret"_L1));
}

QTEST_APPLESS_MAIN(TestSettings)

#include "tst_settings.moc"
