// SPDX-License-Identifier: MIT
#include "log/page.h"

#include "support/samples.h"

#include <QTest>

#include <protozero/pbf_writer.hpp>

#include <functional>

using namespace RemoteLog;

using Change = std::function<void(Page &)>;
Q_DECLARE_METATYPE(Change)

// Everything that wire format, section 1, refuses; each row differs from an accepted page in one
// thing.
class TestPageRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesPages_data();
    void refusesPages();
    void refusesFirstPages_data();
    void refusesFirstPages();
    void stopsWhereListsGrowTooLong_data();
    void stopsWhereListsGrowTooLong();
    void refusesBytes_data();
    void refusesBytes();
};

void TestPageRefusals::refusesPages_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, const Change &change) { QTest::newRow(name) << change; };

    row("no pairs", [](Page &page) {
        page.pairs.clear();
        page.withdrawn.clear();
    });
    row("16385 pairs", [](Page &page) {
        page.pairs.fill(page.pairs.constLast(), MaxPairs + 1);
        page.withdrawn.clear();
    });
    row("first sequence 0", [](Page &page) {
        page.pairs.fill(page.pairs.constLast(), 3);
        page.withdrawn.clear();
        page.ranges.clear();
        page.first = 0;
    });
    row("first sequence over 2^63 - 1", [](Page &page) { page.first = MaxSequence + 1; });
    row("last sequence over 2^63 - 1", [](Page &page) {
        page.withdrawn = {MaxSequence + 1};
        page.first = MaxSequence - 1;
    });
    row("no tail", [](Page &page) { page.tail.clear(); });
    row("a tail of something else", [](Page &page) { page.tail[1] = 0x55; });
    row("a short tail", [](Page &page) { page.tail.chop(1); });
    row("no history", [](Page &page) { page.history.clear(); });
    row("a short history", [](Page &page) { page.history.chop(1); });
    row("a long history", [](Page &page) { page.history += '\0'; });

    row("1025 ranges", [](Page &page) {
        page.ranges.fill({1, 1, sampleAddress(1), 1}, MaxRanges + 1);
    });
    row("a range from 0", [](Page &page) { page.ranges[1].first = 0; });
    row("a range of 0", [](Page &page) { page.ranges[1].count = 0; });
    row("a range into its page", [](Page &page) { page.ranges[1].count += 1; });
    row("a range behind its page", [](Page &page) { page.ranges[1].first = 103; });
    row("a range from over 2^63 - 1", [](Page &page) { page.ranges[1].first = MaxSequence + 1; });
    row("a range of over 2^63 - 1", [](Page &page) { page.ranges[1].count = MaxSequence + 1; });
    row("a range that wraps around", [](Page &page) { page.ranges[1].count = ~quint64(0); });
    row("a range's size over 2^63 - 1", [](Page &page) { page.ranges[1].size = MaxSequence + 1; });
    row("a range without address", [](Page &page) { page.ranges[1].address.clear(); });
    row("a range's address of something else", [](Page &page) { page.ranges[1].address[0] = 0; });

    row("9 helpers", [](Page &page) { page.helpers.fill("helper", MaxHelpers + 1); });
    row("a helper of 1025 bytes",
        [](Page &page) { page.helpers[1] = QByteArray(MaxHelperSize + 1, 'h'); });

    row("no id", [](Page &page) { page.pairs.last().id.clear(); });
    row("an id of 65 bytes",
        [](Page &page) { page.pairs.last().id = QByteArray(MaxIdSize + 1, 'i'); });
    row("a mapped pair of something else", [](Page &page) { page.pairs[1].address[1] = 0x55; });
    row("a mapped pair of nothing", [](Page &page) { page.pairs[1].address = "x"; });
    row("a mapped pair with data", [](Page &page) { page.pairs[1].data = "mapped"; });
    row("a mapped pair without digest", [](Page &page) { page.pairs[1].sha256.clear(); });
    row("a mapped pair with half a digest", [](Page &page) { page.pairs[1].sha256.chop(16); });
    row("a mapped pair over 2^63 - 1", [](Page &page) { page.pairs[1].size = MaxSequence + 1; });

    row("withdrawn below the page", [](Page &page) { page.withdrawn = {99, 102}; });
    row("withdrawn above the page", [](Page &page) { page.withdrawn = {102, 103}; });
    row("withdrawn 0", [](Page &page) { page.withdrawn = {0, 102}; });
    row("withdrawn twice", [](Page &page) { page.withdrawn = {102, 102}; });
    row("withdrawn over 2^63 - 1", [](Page &page) { page.withdrawn = {102, ~quint64(0)}; });
    row("withdrawn in another order", [](Page &page) {
        page.pairs[1] = Pair{};
        page.withdrawn = {102, 101};
    });
    row("withdrawn with an id", [](Page &page) { page.pairs[0].id = "id"; });
    row("withdrawn with data", [](Page &page) { page.pairs[0].data = "data"; });
    row("withdrawn with an address", [](Page &page) { page.pairs[0].address = sampleAddress(1); });
    row("withdrawn with a digest", [](Page &page) { page.pairs[0].sha256 = page.history; });
    row("withdrawn with a size", [](Page &page) { page.pairs[0].size = 1; });
    row("an empty pair that was not withdrawn", [](Page &page) { page.withdrawn.clear(); });
}

void TestPageRefusals::refusesPages()
{
    QFETCH(Change, change);
    Page page = samplePage();
    QVERIFY(decodePage(encodePage(page)).ok());
    change(page);
    QCOMPARE(decodePage(encodePage(page)).problem().kind(), Problem::Kind::Tampered);
}

void TestPageRefusals::refusesFirstPages_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, const Change &change) { QTest::newRow(name) << change; };
    row("a tail before the first", [](Page &page) { page.tail = sampleAddress(1); });
    row("a range before the first", [](Page &page) {
        page.ranges = {{1, 1, sampleAddress(1), 1}};
    });
    row("no ids", [](Page &page) { page.idScheme = IdScheme::Explicit; });
}

void TestPageRefusals::refusesFirstPages()
{
    QFETCH(Change, change);
    Page page = sampleFirstPage();
    QVERIFY(decodePage(encodePage(page)).ok());
    change(page);
    QCOMPARE(decodePage(encodePage(page)).problem().kind(), Problem::Kind::Tampered);
}

// What comes behind the excess is not read: broken as it is, it changes nothing.
void TestPageRefusals::stopsWhereListsGrowTooLong_data()
{
    QTest::addColumn<QByteArray>("excess");
    QTest::addColumn<QString>("fault");
    const auto packed = [](int count) {
        const QByteArray numbers = QByteArray(count, '\x01') + '\x80';
        std::string message;
        protozero::pbf_writer(message).add_bytes(105, numbers.toStdString());
        return QByteArray::fromStdString(message);
    };
    const QByteArray broken = QByteArray::fromHex("0a05");
    const QString withdrawn = QStringLiteral("too many withdrawn");
    QTest::newRow("packed") << packed(MaxPairs + 1) << withdrawn;
    QTest::newRow("packed, in two")
        << packed(MaxPairs).chopped(1) + '\x01' + packed(1) << withdrawn;
    QTest::newRow("one by one") << QByteArray::fromHex("c80601").repeated(MaxPairs + 1) + broken
                                << withdrawn;
    QTest::newRow("pairs") << QByteArray::fromHex("0a00").repeated(MaxPairs + 1) + broken
                           << QStringLiteral("too many pairs");
    QTest::newRow("ranges") << QByteArray::fromHex("aa0600").repeated(MaxRanges + 1) + broken
                            << QStringLiteral("too many ranges");
    QTest::newRow("helpers") << QByteArray::fromHex("c20600").repeated(MaxHelpers + 1) + broken
                             << QStringLiteral("too many helpers");
}

void TestPageRefusals::stopsWhereListsGrowTooLong()
{
    QFETCH(QByteArray, excess);
    QFETCH(QString, fault);
    const Problem problem = decodePage(excess).problem();
    QCOMPARE(problem.kind(), Problem::Kind::Tampered);
    QVERIFY2(problem.detail().contains(fault), qPrintable(problem.detail()));
}

void TestPageRefusals::refusesBytes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const QByteArray good = encodePage(samplePage());
    const auto row = [&good](const char *name, const char *hex) {
        QTest::newRow(name) << good + QByteArray::fromHex(hex);
    };
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("text") << QByteArray("This is not a page.");
    row("field 0", "0000");
    row("a reserved field", "c2a60900");
    row("a group", "0b0c");
    row("the end of a group", "0c");
    row("wire type 6", "0e");
    row("a tag alone", "0a");
    row("half a tag", "80");
    row("a tag of 11 bytes", "8080808080808080808001");
    row("a length beyond the end", "0a05616263");
    row("a length beyond memory", "0affffffff0f");
    row("half a number", "a0068080");
    row("a number of 11 bytes", "a0068080808080808080808001");
    row("half a packed number", "ca060180");
    row("half a number in a pair", "0a03a80680");
    row("half a field in a range", "aa0602080a");
    row("half an unknown field", "f83f80");
    row("an id scheme over 2^63 - 1", "b00680808080808080808001");
}

void TestPageRefusals::refusesBytes()
{
    QFETCH(QByteArray, bytes);
    QCOMPARE(decodePage(bytes).problem().kind(), Problem::Kind::Tampered);
}

QTEST_APPLESS_MAIN(TestPageRefusals)
#include "tst_pagerefusals.moc"
