// SPDX-License-Identifier: MIT
#include "log/validity.h"

#include <QTest>

using namespace RemoteLog;

class TestValidity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAndWrites_data();
    void readsAndWrites();
    void refuses_data();
    void refuses();
    void writesOnlyFourDigitYears();
    void convertsFromAndToDateTime();
    void isOrdered();
};

void TestValidity::readsAndWrites_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("seconds");
    QTest::addColumn<quint32>("nanoseconds");
    const auto row = [](const char *text, qint64 seconds, quint32 nanoseconds) {
        QTest::newRow(text) << QByteArray(text) << seconds << nanoseconds;
    };
    row("1970-01-01T00:00:00Z", 0, 0);
    row("1969-12-31T23:59:59.000000001Z", -1, 1);
    row("2026-02-28T23:59:59Z", 1772323199, 0);
    row("2024-02-29T00:00:00Z", 1709164800, 0);
    row("2123-08-14T12:17:03.694052Z", 4847689023, 694052000);
    row("2123-08-14T12:17:03.694052000Z", 4847689023, 694052000);
    row("2123-08-14T12:17:03.5Z", 4847689023, 500000000);
    row("2123-08-14T12:17:03.999999999Z", 4847689023, 999999999);
    row("2123-08-14T12:17:03.000000000Z", 4847689023, 0);
    row("0001-01-01T00:00:00Z", -62135596800, 0);
    row("9999-12-31T23:59:59.999999999Z", 253402300799, 999999999);
}

void TestValidity::readsAndWrites()
{
    QFETCH(QByteArray, text);
    const std::optional<Validity> validity = Validity::fromText(text);
    QVERIFY(validity);
    QTEST(validity->seconds, "seconds");
    QTEST(validity->nanoseconds, "nanoseconds");
    const QByteArray written = validity->toText();
    QCOMPARE(written.size(), 30);
    QCOMPARE(written.first(19), text.first(19));
    QCOMPARE(Validity::fromText(written), validity);
}

void TestValidity::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *const text : {"",
                                   "Z",
                                   "2026",
                                   "2026-01-01",
                                   "2026-01-01T00:00:00",
                                   "2026-01-01T00:00:00.Z",
                                   "2026-01-01T00:00:00.0000000000Z",
                                   "2026-01-01T00:00:00,5Z",
                                   "2026-01-01T00:00:00.5",
                                   "2026-01-01T00:00:00.5z",
                                   "2026-01-01t00:00:00Z",
                                   "2026-01-01 00:00:00Z",
                                   "2026-01-01T00:00:00+00:00",
                                   "2026-01-01T00:00:00ZZ",
                                   " 2026-01-01T00:00:00Z",
                                   "2026-13-01T00:00:00Z",
                                   "2026-00-01T00:00:00Z",
                                   "2026-01-32T00:00:00Z",
                                   "2026-01-00T00:00:00Z",
                                   "2025-02-29T00:00:00Z",
                                   "2026-01-01T24:00:00Z",
                                   "2026-01-01T00:60:00Z",
                                   "2026-01-01T00:00:60Z",
                                   "0000-01-01T00:00:00Z",
                                   "-001-01-01T00:00:00Z",
                                   "+026-01-01T00:00:00Z",
                                   "20266-01-01T00:00:00Z",
                                   "2026-1-01T00:00:000Z",
                                   "2026-01-01T00:00:0 Z",
                                   "2026-01-01T00:00:00.-5Z",
                                   "2026-01-01T00:00:00.5 Z",
                                   "2026/01/01T00:00:00Z",
                                   "2026-01-01T00.00.00Z"})
        QTest::newRow(*text ? text : "empty") << QByteArray(text);
    QTest::newRow("null inside") << QByteArray("2026-01-01T00:00:00\0Z", 21);
}

void TestValidity::refuses()
{
    QFETCH(QByteArray, text);
    QVERIFY(!Validity::fromText(text));
}

void TestValidity::writesOnlyFourDigitYears()
{
    QCOMPARE((Validity{253402300800, 0}.toText()), QByteArray("9999-12-31T23:59:59.999999999Z"));
    QCOMPARE((Validity{std::numeric_limits<qint64>::max(), 0}.toText()),
             QByteArray("9999-12-31T23:59:59.999999999Z"));
    QCOMPARE((Validity{std::numeric_limits<qint64>::min(), 0}.toText()),
             QByteArray("0001-01-01T00:00:00.000000000Z"));
}

void TestValidity::convertsFromAndToDateTime()
{
    for (const qint64 milliseconds :
         {qint64(0), qint64(-1), qint64(-1000), qint64(1767225600123)}) {
        const QDateTime time = QDateTime::fromMSecsSinceEpoch(milliseconds, Qt::UTC);
        const Validity validity = Validity::fromDateTime(time);
        QCOMPARE(validity.toDateTime(), time);
        QCOMPARE(Validity::fromText(time.toString(Qt::ISODateWithMs).toLatin1()), validity);
    }
    QCOMPARE((Validity{1, 999999}.toDateTime().toMSecsSinceEpoch()), 1000);
}

void TestValidity::isOrdered()
{
    QVERIFY((Validity{1, 999999999} < Validity{2, 0}));
    QVERIFY((Validity{2, 1} > Validity{2, 0}));
    QVERIFY((Validity{2, 1} == Validity{2, 1}));
}

QTEST_APPLESS_MAIN(TestValidity)
#include "tst_validity.moc"
