// SPDX-License-Identifier: MIT
#include "network/httpretryafter.h"

#include <QTest>

using namespace RemoteLog;

class TestRetryAfter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsSecondsAndDates_data();
    void readsSecondsAndDates();
};

void TestRetryAfter::readsSecondsAndDates_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("date");
    QTest::addColumn<int>("seconds"); // -1: nothing
    const auto row = [](const char *name, const char *value, int seconds, const char *date = "") {
        QTest::addRow("%s", name) << QByteArray(value) << QByteArray(date) << seconds;
    };
    // "now" is 1994-11-06 08:49:37 UTC, the example of RFC 9110
    row("none", "", -1);
    row("zero", "0", 0);
    row("seconds", "120", 120);
    row("spaces", " 120 ", 120);
    row("an hour", "3600", 3600);
    row("too long", "3601", 3600);
    row("beyond all numbers", "99999999999999999999999999", 3600);
    row("negative", "-1", -1);
    row("a sum", "1+1", -1);
    row("a fraction", "1.5", -1);
    row("words", "tomorrow", -1);
    row("a date", "Sun, 06 Nov 1994 08:51:37 GMT", 120);
    row("now", "Sun, 06 Nov 1994 08:49:37 GMT", 0);
    row("in the past", "Sun, 06 Nov 1994 08:49:36 GMT", 0);
    row("next year", "Mon, 06 Nov 1995 08:49:37 GMT", 3600);
    row("the wrong day", "Mon, 06 Nov 1994 08:51:37 GMT", -1);
    row("no such day", "Sun, 32 Nov 1994 08:51:37 GMT", -1);
    row("another zone", "Sun, 06 Nov 1994 08:51:37 CET", -1);
    row("by their clock", "Mon, 06 Nov 1995 08:50:37 GMT", 60, "Mon, 06 Nov 1995 08:49:37 GMT");
    row("no clock of theirs", "Sun, 06 Nov 1994 08:51:37 GMT", 120, "now");
    row("seconds need no clock", "5", 5, "Mon, 06 Nov 1995 08:49:37 GMT");
}

void TestRetryAfter::readsSecondsAndDates()
{
    QFETCH(const QByteArray, value);
    QFETCH(const QByteArray, date);
    QFETCH(const int, seconds);
    const QDateTime now(QDate(1994, 11, 6), QTime(8, 49, 37), Qt::UTC);
    const auto wait = retryAfter(value, date, now);
    QCOMPARE(wait.has_value(), seconds >= 0);
    if (wait)
        QCOMPARE(wait->count(), std::chrono::seconds(seconds).count());
}

QTEST_GUILESS_MAIN(TestRetryAfter)

#include "tst_retryafter.moc"
