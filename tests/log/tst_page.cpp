// SPDX-License-Identifier: MIT
#include "log/page.h"

#include "support/samples.h"

#include <QTest>

#include <protozero/pbf_writer.hpp>

using namespace RemoteLog;

namespace {

Page read(const QByteArray &bytes)
{
    const Result<Page> page = decodePage(bytes);
    if (!page.ok())
        qFatal("a page is refused: %s", qPrintable(page.problem().detail()));
    return page.value();
}

} // namespace

class TestPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsWhatItWrites();
    void keepsEmptyPairs();
    void knowsItsSizeInAdvance();
    void numbersPairsFromTheOldest();
    void takesTheLastOfSingularFields();
    void skipsUnknownFields();
    void readsWithdrawnInBothForms();
    void forgetsWhatAnEmbeddedPairSaysOfItself();
    void saysWhenIdsAreOfANewerScheme();
    void readsAsMuchAsIsAllowed();
};

void TestPage::readsWhatItWrites()
{
    QVERIFY(read(encodePage(samplePage())) == samplePage());
    QVERIFY(read(encodePage(sampleFirstPage())) == sampleFirstPage());
}

void TestPage::keepsEmptyPairs()
{
    Page page = sampleFirstPage();
    page.pairs = {Pair{}, Pair{}, Pair{}};
    page.withdrawn = {2};
    QVERIFY(read(encodePage(page)) == page);
}

void TestPage::knowsItsSizeInAdvance()
{
    Page page = sampleFirstPage();
    page.pairs.clear();
    qsizetype size = encodePage(page).size();
    QList<Pair> pairs = samplePage().pairs;
    for (const int payload : {1, 100, 127, 128, 16000, 70000})
        pairs.append(Pair{{}, "id", QByteArray(payload, 'p'), {}, 0});
    for (const Pair &pair : std::as_const(pairs)) {
        page.pairs.append(pair);
        size += encodedSize(pair);
        QCOMPARE(encodePage(page).size(), size);
    }
}

void TestPage::numbersPairsFromTheOldest()
{
    const Page page = samplePage();
    QCOMPARE(page.last(), 102u);
    QCOMPARE(page.pair(100).data, QByteArray("embedded"));
    QVERIFY(page.pair(101).isMapped());
    QVERIFY(!page.isWithdrawn(101));
    QVERIFY(page.isWithdrawn(102));
}

void TestPage::takesTheLastOfSingularFields()
{
    std::string first;
    protozero::pbf_writer message(first);
    message.add_bytes(2, "not a tail");
    message.add_uint64(100, 7);
    message.add_uint64(102, 1);
    message.add_bytes(103, "not a history");
    QVERIFY(read(QByteArray::fromStdString(first) + encodePage(samplePage())) == [] {
        Page page = samplePage();
        page.idScheme = IdScheme::Sha256; // the writer leaves out 0
        return page;
    }());
}

void TestPage::skipsUnknownFields()
{
    std::string unknown;
    protozero::pbf_writer message(unknown);
    message.add_uint64(3, 1);
    message.add_bytes(106, "from the future");
    message.add_fixed32(18999, 1);
    message.add_fixed64(1000000, 1);
    message.add_uint64(1, 1); // a known number of another type is unknown, too
    message.add_bytes(100, "x");
    message.add_fixed64(105, 1);
    const QByteArray extra = QByteArray::fromStdString(unknown);
    const QByteArray page = encodePage(samplePage());
    QVERIFY(read(extra + page) == samplePage());
    QVERIFY(read(page + extra) == samplePage());
}

void TestPage::readsWithdrawnInBothForms()
{
    Page page = sampleFirstPage();
    page.pairs = {Pair{}, Pair{}, Pair{}};
    std::string unpacked;
    protozero::pbf_writer message(unpacked);
    message.add_uint64(105, 1);
    message.add_uint64(105, 3);
    QCOMPARE(read(encodePage(page) + QByteArray::fromStdString(unpacked)).withdrawn,
             QList<quint64>({1, 3}));
    page.withdrawn = {1};
    std::string mixed;
    protozero::pbf_writer(mixed).add_uint64(105, 3);
    QCOMPARE(read(encodePage(page) + QByteArray::fromStdString(mixed)).withdrawn,
             QList<quint64>({1, 3}));
}

void TestPage::forgetsWhatAnEmbeddedPairSaysOfItself()
{
    Page page = sampleFirstPage();
    page.pairs[0].sha256 = "whatever";
    page.pairs[0].size = 12345;
    QVERIFY(read(encodePage(page)) == sampleFirstPage());
}

void TestPage::saysWhenIdsAreOfANewerScheme()
{
    std::string scheme;
    protozero::pbf_writer(scheme).add_uint64(102, 2);
    const QByteArray bytes = encodePage(samplePage()) + QByteArray::fromStdString(scheme);
    QCOMPARE(decodePage(bytes).problem().kind(), Problem::Kind::Unsupported);
}

void TestPage::readsAsMuchAsIsAllowed()
{
    Page page = samplePage();
    page.first = MaxSequence - MaxPairs + 1;
    page.pairs.fill(Pair{{}, QByteArray(MaxIdSize, 'i'), {}, {}, 0}, MaxPairs);
    page.ranges.fill({1, page.first - 1, sampleAddress(1), MaxSequence}, MaxRanges);
    page.helpers.fill(QByteArray(MaxHelperSize, 'h'), MaxHelpers);
    page.withdrawn.clear();
    QCOMPARE(page.last(), MaxSequence);
    QVERIFY(read(encodePage(page)) == page);

    page.pairs.fill(Pair{}, MaxPairs);
    for (quint64 sequence = page.first; sequence <= page.last(); ++sequence)
        page.withdrawn.append(sequence);
    QVERIFY(read(encodePage(page)) == page);
}

QTEST_APPLESS_MAIN(TestPage)
#include "tst_page.moc"
