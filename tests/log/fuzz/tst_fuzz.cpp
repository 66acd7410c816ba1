// SPDX-License-Identifier: MIT
#include "log/block.h"
#include "log/link.h"
#include "log/namerecorddata.h"
#include "log/plainpage.h"

#include "support/samples.h"
#include "support/vectors.h"

#include <QTest>

#include <random>

using namespace RemoteLog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

constexpr int Decoders = 12;

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
            encodeContentIndex(sampleIndex())};
}

class Mutator
{
public:
    explicit Mutator(const QList<QByteArray> &corpus)
        : m_corpus(corpus)
    {
    }

    // A few changes of the kinds that find faults: bits, lengths, pieces left out, doubled, or from
    // elsewhere.
    QByteArray mutate(QByteArray bytes)
    {
        for (quint32 changes = 1 + below(4); changes > 0; --changes)
            change(bytes);
        return bytes;
    }

private:
    quint32 below(quint32 limit) { return limit ? m_random() % limit : 0; }

    void change(QByteArray &bytes)
    {
        const quint32 size = quint32(bytes.size());
        const qsizetype at = below(size + 1);
        const qsizetype length = below(std::min<quint32>(quint32(size - at), 32) + 1);
        static const QByteArray edges[] = {QByteArray(1, '\0'),
                                           "\xff",
                                           "\x7f",
                                           "\x80",
                                           QByteArray::fromHex("ffffffffffffffffff01"),
                                           QByteArray::fromHex("ffffffff0f"),
                                           QByteArray::fromHex("5bffffffffffffffff"),
                                           QByteArray::fromHex("9f"),
                                           QByteArray::fromHex("8000000000000000")};
        switch (below(7)) {
        case 0:
            if (at < size)
                bytes[at] = char(bytes.at(at) ^ (1 << below(8)));
            break;
        case 1:
            if (at < size)
                bytes[at] = char(below(256));
            break;
        case 2:
            bytes.remove(at, length);
            break;
        case 3:
            bytes.insert(at, bytes.mid(at, length));
            break;
        case 4:
            bytes.insert(at, edges[below(quint32(std::size(edges)))]);
            break;
        case 5:
            bytes.truncate(at);
            break;
        case 6: {
            const QByteArray &other = m_corpus.at(below(quint32(m_corpus.size())));
            bytes.replace(at, length, other.mid(below(quint32(other.size())), 1 + below(40)));
            break;
        }
        }
    }

    const QList<QByteArray> &m_corpus;
    std::mt19937 m_random{20260101};
};

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
