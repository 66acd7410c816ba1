// SPDX-License-Identifier: MIT
#include "log/history.h"

#include "support/samples.h"

#include <QCryptographicHash>
#include <QTest>

using namespace RemoteLog;

namespace {

// The formula of the wire format, written down once more.
QByteArray step(const QByteArray &previous, quint64 sequence, const QByteArray &rest)
{
    QByteArray message = previous;
    for (int shift = 56; shift >= 0; shift -= 8)
        message += char(sequence >> shift);
    return QCryptographicHash::hash(message + rest, QCryptographicHash::Sha256);
}

QByteArray digest(const QByteArray &payload)
{
    return QCryptographicHash::hash(payload, QCryptographicHash::Sha256);
}

QByteArray withId(const QByteArray &id, const QByteArray &payload)
{
    return QByteArray(1, '\0') + char(id.size()) + id + digest(payload);
}

} // namespace

class TestHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsWithZeros();
    void stepsAsTheFormatSays_data();
    void stepsAsTheFormatSays();
    void writesNothingBeyondItsRoom();
    void withdrawnIsItsOwnStep();
    void goesThroughAPage();
    void goesOnInsideAPage();
    void computedIdsAreDigests();
};

void TestHistory::startsWithZeros()
{
    QCOMPARE(initialHistory(), QByteArray(32, '\0'));
}

void TestHistory::stepsAsTheFormatSays_data()
{
    QTest::addColumn<quint64>("sequence");
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<QByteArray>("payload");
    QTest::newRow("first") << quint64(1) << QByteArray("id") << QByteArray("payload");
    QTest::newRow("empty payload") << quint64(2) << QByteArray("id") << QByteArray();
    QTest::newRow("shortest id") << quint64(3) << QByteArray("i") << QByteArray("payload");
    QTest::newRow("longest id") << quint64(4) << QByteArray(64, 'i') << QByteArray("payload");
    QTest::newRow("last") << MaxSequence << QByteArray("id") << QByteArray("payload");
}

void TestHistory::stepsAsTheFormatSays()
{
    QFETCH(quint64, sequence);
    QFETCH(QByteArray, id);
    QFETCH(QByteArray, payload);
    const QByteArray previous = digest("before");
    QCOMPARE(extendHistory(previous, sequence, id, digest(payload)),
             step(previous, sequence, withId(id, payload)));
}

// The sanitizers see it if it did.
void TestHistory::writesNothingBeyondItsRoom()
{
    for (const int size : {MaxIdSize + 1, 65535, 1'000'000})
        QCOMPARE(extendHistory(initialHistory(), 1, QByteArray(size, 'i'), digest("")).size(), 32);
}

void TestHistory::withdrawnIsItsOwnStep()
{
    const QByteArray previous = digest("before");
    QCOMPARE(extendHistoryWithdrawn(previous, 77), step(previous, 77, "\xff\xff"));
}

void TestHistory::goesThroughAPage()
{
    const Page page = samplePage();
    const QByteArray after100 = step(page.history, 100, withId("id of 100", "embedded"));
    const QByteArray after101 = step(after100, 101, withId("id of 101", "mapped"));
    const QByteArray after102 = step(after101, 102, "\xff\xff");
    QCOMPARE(historyAfter(page, 99), page.history);
    QCOMPARE(historyAfter(page, 100), after100);
    QCOMPARE(historyAfter(page, 101), after101);
    QCOMPARE(historyAfter(page, 102), after102);
}

void TestHistory::goesOnInsideAPage()
{
    const Page page = samplePage();
    const QByteArray after100 = historyAfter(page, 100);
    QCOMPARE(extendHistoryOver(after100, page, 101, 102), historyAfter(page, 102));
    QCOMPARE(extendHistoryOver(after100, page, 101, 101), historyAfter(page, 101));
    QCOMPARE(extendHistoryOver(after100, page, 101, 100), after100);
}

void TestHistory::computedIdsAreDigests()
{
    const Page page = sampleFirstPage();
    const QByteArray after1 = step(initialHistory(), 1, withId(digest("first"), "first"));
    QCOMPARE(historyAfter(page, 2), step(after1, 2, withId(digest("second"), "second")));
    QCOMPARE(entryId(page, page.pair(1), payloadDigest(page.pair(1))), digest("first"));

    // Given ids are taken as they are, computed scheme or not.
    Page given = samplePage();
    QCOMPARE(entryId(given, given.pair(100), digest("embedded")), QByteArray("id of 100"));
    given.idScheme = IdScheme::Sha256;
    QCOMPARE(entryId(given, given.pair(100), digest("embedded")), QByteArray("id of 100"));
}

QTEST_APPLESS_MAIN(TestHistory)
#include "tst_history.moc"
