// SPDX-License-Identifier: MIT
#include "log/address.h"
#include "log/block.h"
#include "log/car.h"
#include "log/link.h"
#include "log/namerecorddata.h"
#include "log/plainpage.h"

#include "support/mutator.h"
#include "support/samples.h"
#include "support/vectors.h"

#include <QTest>

using namespace RemoteLog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

constexpr int Decoders = 13;

// A good input for every decoder, in its order.
QList<QByteArray> seeds()
{
    const auto golden = [](const char *name) {
        return vectorBytes(QStringLiteral("golden.txt"), QString::fromLatin1(name));
    };
    const QByteArray extension = encodeRecordExtension({1000, {"a block", "another"}});
    const QByteArray data = encodeNameRecordData(
        {"/ipfs/x", "2123-08-14T12:17:03.694052Z", 0, 7, 300'000'000'000, extension});
    const QUrl hint(QStringLiteral("gateway+https://ipfs.example.org:8443/path"));
    const Block block0(blockAddress(golden("block0")), golden("block0"));
    const QByteArray raw = QByteArray::fromHex("01550003616263");
    return {golden("block1"),
            encodePage(samplePage()),
            encodeContentIndex(sampleIndex()),
            encodePlainPage({{{"r", "id", "d"}, {"r", "id", "d"}, {}}, "tail"}),
            golden("record"),
            data,
            extension,
            makeLink(sampleKeys(), {hint}).toUrl().toEncoded(),
            hint.toEncoded(),
            "2123-08-14T12:17:03.694052Z",
            decodeBlock(golden("block0")).value().body,
            encodeContentIndex(sampleIndex()),
            carOf({block0.address()}, {block0, Block(raw, "not ours"), block0})};
}

} // namespace

// What a fuzzer does for a minute, the same on every run: no input ends in anything but a clean
// error.
class TestFuzz : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decodersStandMutatedInput_data();
    void decodersStandMutatedInput();
};

void TestFuzz::decodersStandMutatedInput_data()
{
    QTest::addColumn<int>("decoder");
    for (int decoder = 0; decoder < Decoders; ++decoder)
        QTest::addRow("decoder %d", decoder) << decoder;
}

void TestFuzz::decodersStandMutatedInput()
{
    QFETCH(int, decoder);
    const QList<QByteArray> corpus = seeds();
    QCOMPARE(corpus.size(), Decoders);
    Mutator mutator(corpus);
    for (int round = 0; round < 5000; ++round) {
        // Mostly its own kind; now and then what was meant for another.
        const qsizetype seed = round % 8 ? decoder : round / 8 % Decoders;
        const QByteArray input = char(decoder) + mutator.mutate(corpus.at(seed));
        QCOMPARE(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(input.constData()),
                                        std::size_t(input.size())),
                 0);
    }
}

QTEST_APPLESS_MAIN(TestFuzz)
#include "tst_fuzz.moc"
