// SPDX-License-Identifier: MIT
#include "log/address.h"
#include "log/contents.h"
#include "security/hash.h"

#include "support/samples.h"

#include <QHash>
#include <QTest>

#include <functional>

using namespace RemoteLog;

namespace {

// A mapped entry, stored in whatever pieces somebody likes.
struct Stored
{
    QByteArray seal(BodyKind kind, const QByteArray &plain)
    {
        const LogKeys keys = sampleKeys();
        const QByteArray block =
            encodeBlock({sealBody(kind, plain, keys.publicKey, keys.readKey), {}});
        blocks.insert(blockAddress(block), block);
        return blockAddress(block);
    }

    void storePieces(const QList<QByteArray> &pieces)
    {
        ContentIndex index{pair.size, pair.sha256, {}};
        for (const QByteArray &piece : pieces)
            index.addresses.append(seal(BodyKind::Content, piece));
        pair.address = seal(BodyKind::Index, encodeContentIndex(index));
    }

    Result<QByteArray> read() const
    {
        const LogKeys keys = sampleKeys();
        return readPayload(
            pair,
            [this](const QByteArray &address) -> Result<QByteArray> {
                return blocks.value(address);
            },
            keys.publicKey, keys.readKey);
    }

    Pair pair;
    QHash<QByteArray, QByteArray> blocks;
};

constexpr int Full = ContentPieceSize;

} // namespace

using Change = std::function<void(Stored &)>;
Q_DECLARE_METATYPE(Change)

// What a reader makes of the blocks behind a mapped entry.
class TestContents : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsWhatIsSealed_data();
    void readsWhatIsSealed();
    void judgesPieces_data();
    void judgesPieces();
    void judgesOneBlock_data();
    void judgesOneBlock();
    void handsOnWhatTheLookupSays();
    void opensPages();
};

void TestContents::readsWhatIsSealed_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {0, 1, Full, Full + 1, 2 * Full, 2 * Full + 1})
        QTest::addRow("%d bytes", size) << size;
}

void TestContents::readsWhatIsSealed()
{
    QFETCH(int, size);
    const QByteArray payload = QByteArray("0123456").repeated(size / 7 + 1).first(size);
    Stored stored;
    for (const Block &block : sealContent(payload, sampleKeys())) {
        stored.blocks.insert(block.address(), block.bytes());
        stored.pair = {block.address(), {}, {}, sha256(payload), quint64(size)};
    }
    const Result<QByteArray> read = stored.read();
    QVERIFY2(read.ok(), qPrintable(read.problem().detail()));
    QVERIFY(read.value() == payload);

    Stored embedded;
    embedded.pair.data = payload;
    QVERIFY(embedded.read().value() == payload);
    QVERIFY(!embedded.read().value().isNull());
}

void TestContents::judgesPieces_data()
{
    QTest::addColumn<QList<int>>("sizes");
    QTest::addColumn<Change>("change");
    QTest::addColumn<Problem::Kind>("kind");
    constexpr auto none = Problem::Kind::None;
    constexpr auto tampered = Problem::Kind::Tampered;
    const Change nothing = [](Stored &) {};
    const auto row = [](const char *name, const QList<int> &sizes, const Change &change,
                        Problem::Kind kind) { QTest::newRow(name) << sizes << change << kind; };
    row("as they should be", {Full, 10}, nothing, none);
    row("two full ones", {Full, Full}, nothing, none);
    row("the short one first", {10, Full}, nothing, tampered);
    row("the middle one short", {Full, Full - 1, 1}, nothing, tampered);
    row("evenly cut", {Full / 2 + 6, Full / 2 + 6}, nothing, tampered);
    row("one too large", {Full + 1, 9}, nothing, tampered);
    row("an empty one", {Full, 0, 10}, nothing, tampered);
    row(
        "one too many", {Full, 10, 1}, [](Stored &stored) { stored.pair.size -= 1; }, tampered);
    row(
        "the index has another size", {Full, 10}, [](Stored &stored) { stored.pair.size += 1; },
        tampered);
    row(
        "the index has another hash", {Full, 10},
        [](Stored &stored) { stored.pair.sha256[3] = char(stored.pair.sha256.at(3) ^ 1); },
        tampered);
    row(
        "other bytes of the same size", {Full, 10},
        [](Stored &stored) {
            stored.pair.sha256 = sha256("something else");
            stored.storePieces({QByteArray(Full, 'p'), QByteArray(10, 'p')});
        },
        tampered);
    row(
        "content where the index should be", {Full, 10},
        [](Stored &stored) { stored.pair.address = stored.seal(BodyKind::Content, "content"); },
        tampered);
    row(
        "an index where a piece should be", {Full, 10},
        [](Stored &stored) {
            ContentIndex index{stored.pair.size, stored.pair.sha256, {}};
            index.addresses = {stored.pair.address, stored.pair.address};
            stored.pair.address = stored.seal(BodyKind::Index, encodeContentIndex(index));
        },
        tampered);
    row(
        "no index", {Full, 10}, [](Stored &stored) { stored.blocks.remove(stored.pair.address); },
        Problem::Kind::WillRetry);
    row(
        "no pieces", {Full, 10},
        [](Stored &stored) {
            const QByteArray index = stored.blocks.value(stored.pair.address);
            stored.blocks = {{stored.pair.address, index}};
        },
        Problem::Kind::WillRetry);
}

void TestContents::judgesPieces()
{
    QFETCH(QList<int>, sizes);
    QFETCH(Change, change);
    QList<QByteArray> pieces;
    for (const int size : std::as_const(sizes))
        pieces.append(QByteArray(size, 'p'));
    const QByteArray payload = pieces.join();
    Stored stored;
    stored.pair = {{}, {}, {}, sha256(payload), quint64(payload.size())};
    stored.storePieces(pieces);
    change(stored);
    QTEST(stored.read().problem().kind(), "kind");
}

void TestContents::judgesOneBlock_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, const Change &change) { QTest::newRow(name) << change; };
    row("fewer bytes than said", [](Stored &stored) { stored.pair.size += 1; });
    row("more bytes than said", [](Stored &stored) { stored.pair.size -= 1; });
    row("another hash", [](Stored &stored) { stored.pair.sha256 = sha256("other"); });
    row("an index of one piece",
        [](Stored &stored) { stored.pair.address = stored.seal(BodyKind::Index, "index"); });
    row("a page", [](Stored &stored) {
        stored.pair.address = stored.seal(BodyKind::Page, encodePage(samplePage()));
    });
    row("no block", [](Stored &stored) { stored.blocks[stored.pair.address] = "no block"; });
}

void TestContents::judgesOneBlock()
{
    QFETCH(Change, change);
    Stored stored;
    stored.pair = {{}, {}, {}, sha256("payload"), 7};
    stored.pair.address = stored.seal(BodyKind::Content, "payload");
    QCOMPARE(stored.read().value(), QByteArray("payload"));
    change(stored);
    QCOMPARE(stored.read().problem().kind(), Problem::Kind::Tampered);
}

void TestContents::handsOnWhatTheLookupSays()
{
    const LogKeys keys = sampleKeys();
    const Pair pair{sampleAddress(1), {}, {}, sha256("payload"), 7};
    const auto full = [](const QByteArray &) -> Result<QByteArray> {
        return Problem(Problem::Kind::LocalStorageFull);
    };
    QCOMPARE(readPayload(pair, full, keys.publicKey, keys.readKey).problem().kind(),
             Problem::Kind::LocalStorageFull);
}

void TestContents::opensPages()
{
    const LogKeys keys = sampleKeys();
    Stored stored;
    const auto open = [&](BodyKind kind, const QByteArray &plain) {
        return openPage(stored.blocks.value(stored.seal(kind, plain)), keys.publicKey,
                        keys.readKey);
    };
    const QByteArray page = encodePage(samplePage());
    QVERIFY(open(BodyKind::Page, page).value() == samplePage());
    QCOMPARE(open(BodyKind::Content, page).problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(open(BodyKind::Page, page.chopped(1)).problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(open(BodyKind(9), page).problem().kind(), Problem::Kind::Unsupported);
}

QTEST_APPLESS_MAIN(TestContents)
#include "tst_contents.moc"
