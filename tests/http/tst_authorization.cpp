// SPDX-License-Identifier: MIT
#include "network/authorization.h"

#include <QtTest>

using namespace RemoteLog;

// A token as a person writes it, and the header that it becomes.
class TestAuthorization : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void becomesAHeader_data();
    void becomesAHeader();
    void refusesWhatIsNone_data();
    void refusesWhatIsNone();
};

void TestAuthorization::becomesAHeader_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<QByteArray>("header");
    const auto add = [](const char *name, const char *token, const char *header) {
        QTest::newRow(name) << QByteArray(token) << QByteArray(header);
    };
    add("a bare token", "abc.DEF-_~+/=", "Bearer abc.DEF-_~+/=");
    add("bearer", "bearer:abc", "Bearer abc");
    add("bearer with a colon in it", "bearer:a:b", "Bearer a:b");
    add("user and password", "basic:user:password", "Basic dXNlcjpwYXNzd29yZA==");
    add("a password with colons and blanks", "basic:user:a: b", "Basic dXNlcjphOiBi");
    add("a password in UTF-8", "basic:user:p\xc3\xa4ss", "Basic dXNlcjpww6Rzcw==");
    add("no password", "basic:user:", "Basic dXNlcjo=");
    add("base64 already", "basic:dXNlcjpwYXNzd29yZA==", "Basic dXNlcjpwYXNzd29yZA==");
    add("a bare token named like a scheme", "basic", "Bearer basic");
}

void TestAuthorization::becomesAHeader()
{
    QFETCH(const QByteArray, token);
    QFETCH(const QByteArray, header);
    const Result<QByteArray> made = authorizationOf(token);
    QVERIFY2(made.ok(), qPrintable(made.problem().detail()));
    QCOMPARE(made.value(), header);
}

void TestAuthorization::refusesWhatIsNone_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::newRow("null") << QByteArray();
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("bearer without a token") << QByteArray("bearer:");
    QTest::newRow("basic without anything") << QByteArray("basic:");
    QTest::newRow("a line feed at the end") << QByteArray("SECRET\n");
    QTest::newRow("a header of its own") << QByteArray("bearer:SECRET\r\nHost: else");
    QTest::newRow("a zero") << QByteArray("SECRET\0", 7);
    QTest::newRow("a tabulator") << QByteArray("SECRET\tx");
    QTest::newRow("delete") << QByteArray("SECRET\x7f");
    QTest::newRow("a blank") << QByteArray("SECRET SECRET");
    QTest::newRow("not ASCII") << QByteArray("SECRET\xc3\xa4");
    QTest::newRow("a control character in a password") << QByteArray("basic:user:SECRET\x1b");
    QTest::newRow("base64 with a blank") << QByteArray("basic:SECRET SECRET");
    QTest::newRow("basic with a password only") << QByteArray("basic:SECRETSECRET");
    QTest::newRow("base64 without a colon in it") << QByteArray("basic:U0VDUkVU");
    QTest::newRow("base64 without its padding") << QByteArray("basic:dXNlcjpTRUNSRVQ");
    QTest::newRow("base64 with more behind") << QByteArray("basic:dXNlcjpTRUNSRVQ=SECRET");
    QTest::newRow("base64 for URLs") << QByteArray("basic:Pz8_Pjo-Pz8_SECRET");
    QTest::newRow("base64 that hides a line feed") << QByteArray("basic:dXNlcjpTRUNSRVQK");
    QTest::newRow("another scheme") << QByteArray("digest:SECRET");
    QTest::newRow("a scheme in capitals") << QByteArray("Bearer:SECRET");
    QTest::newRow("a whole header") << QByteArray("Bearer SECRET");
}

void TestAuthorization::refusesWhatIsNone()
{
    QFETCH(const QByteArray, token);
    const Result<QByteArray> made = authorizationOf(token);
    QVERIFY(!made.ok());
    QCOMPARE(made.problem().kind(), Problem::Kind::InvalidArgument);
    QVERIFY(!made.problem().detail().isEmpty());
    QVERIFY(!made.problem().detail().contains(QLatin1String("SECRET")));
}

QTEST_GUILESS_MAIN(TestAuthorization)
#include "tst_authorization.moc"
