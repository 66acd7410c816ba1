// SPDX-License-Identifier: MIT
#include "interface/multibase.h"
#include "log/address.h"
#include "log/block.h"
#include "log/car.h"
#include "log/contents.h"
#include "log/history.h"
#include "log/link.h"
#include "log/namerecord.h"
#include "log/namerecorddata.h"
#include "log/plainpage.h"
#include "log/rangemap.h"

#include "support/samples.h"

#include <cstdlib>

using namespace RemoteLog;

namespace {

// What must hold whatever was read; a fuzzer notices that the process ends.
void expect(bool condition)
{
    if (!condition)
        std::abort();
}

void readBlock(const QByteArray &bytes)
{
    const Result<BlockContent> content = decodeBlock(bytes);
    expect(!content.ok() || encodeBlock(content.value()) == bytes);
}

void readPage(const QByteArray &bytes)
{
    const Result<Page> page = decodePage(bytes);
    if (!page.ok())
        return;
    const Result<Page> again = decodePage(encodePage(page.value()));
    expect(again.ok() && again.value() == page.value());
    expect(historyAfter(page.value(), page.value().last()).size() == HistorySize);
    RangeMap map;
    map.addPage(page.value(), 0);
    const auto isHeld = [](const QByteArray &) { return false; };
    expect(map.plan(1, page.value().last(), isHeld, 64).size() <= 64);
}

void readIndex(const QByteArray &bytes)
{
    const Result<ContentIndex> index = decodeContentIndex(bytes);
    expect(!index.ok() || index.value().size > quint64(ContentPieceSize));
}

// An entry behind any index, with pieces of which each is the same few bytes.
void readContents(const QByteArray &bytes)
{
    static const LogKeys keys = sampleKeys();
    const auto seal = [](BodyKind kind, const QByteArray &plain) {
        return encodeBlock({sealBody(kind, plain, keys.publicKey, keys.readKey), {}});
    };
    const Result<ContentIndex> index = decodeContentIndex(bytes);
    if (!index.ok())
        return;
    const Pair pair{blockAddress(bytes), {}, {}, index.value().sha256, index.value().size};
    const auto lookup = [&](const QByteArray &address) -> Result<QByteArray> {
        return address == pair.address ? seal(BodyKind::Index, bytes)
                                       : seal(BodyKind::Content, bytes);
    };
    quint64 size = 0;
    const Problem problem =
        readContent(pair, lookup, keys.publicKey, keys.readKey,
                    [&size](QByteArrayView piece) { size += quint64(piece.size()); });
    expect(problem.kind() == Problem::Kind::Tampered && size <= pair.size);
}

void readPlainPage(const QByteArray &bytes)
{
    const Result<PlainPage> page = decodePlainPage(bytes);
    if (page.ok())
        newPairs(page.value(), {"id", "id"});
}

void readRecord(const QByteArray &bytes)
{
    static const QByteArray key = sampleKeys().publicKey;
    const Result<NameRecord> record = parseNameRecord(bytes, key);
    expect(!record.ok() || compareNameRecords(record.value(), record.value()) == 0);
}

// A record's signed part, which damage does not reach behind the signature.
void readRecordData(const QByteArray &bytes)
{
    const Result<NameRecordData> data = decodeNameRecordData(bytes);
    if (!data.ok())
        return;
    Validity::fromText(data.value().validity);
    if (data.value().remoteLog)
        decodeRecordExtension(*data.value().remoteLog);
}

void readExtension(const QByteArray &bytes)
{
    const auto extension = decodeRecordExtension(bytes);
    expect(!extension.ok() || !extension.value()
           || encodeRecordExtension(*extension.value()) == bytes);
}

void readLink(const QByteArray &bytes)
{
    const Result<LogLink> link = LogLink::fromUrl(QUrl::fromEncoded(bytes));
    if (!link.ok())
        return;
    expect(publicKeyOf(link.value()).size() == 32);
    LogLink::fromUrl(link.value().toUrl());
    for (const QUrl &hint : link.value().hints())
        isSafeHint(hint);
}

void readHint(const QByteArray &bytes)
{
    isSafeHint(QUrl(QString::fromUtf8(bytes)));
}

void readText(const QByteArray &bytes)
{
    const QString text = QString::fromUtf8(bytes);
    addressFromText(text);
    Multibase::publicKeyFromName(text);
    const std::optional<Validity> validity = Validity::fromText(bytes);
    expect(!validity || Validity::fromText(validity->toText()) == validity);
}

void openAnyBody(const QByteArray &bytes)
{
    static const LogKeys keys = sampleKeys();
    openBody(BodyKind::Page, bytes, keys.publicKey, keys.readKey);
}

// In whatever pieces it comes, the same comes out.
void readCar(const QByteArray &bytes)
{
    CarReader whole;
    const QList<Block> blocks = whole.read(bytes);
    qsizetype count = 0;
    CarReader inPieces;
    for (qsizetype at = 0; at < bytes.size(); at += 5) {
        for (const Block &block : inPieces.read(bytes.mid(at, 5))) {
            expect(blockAddress(block.bytes()) == block.address());
            expect(count < blocks.size() && blocks.at(count++).address() == block.address());
        }
    }
    expect(count == blocks.size() && inPieces.problem() == whole.problem());
    expect(inPieces.isComplete() == whole.isComplete());
    expect(inPieces.bytesTaken() == whole.bytesTaken() && whole.bytesTaken() <= bytes.size());
}

constexpr void (*decoders[])(const QByteArray &) = {
    readBlock, readPage, readIndex, readPlainPage, readRecord,   readRecordData, readExtension,
    readLink,  readHint, readText,  openAnyBody,   readContents, readCar};

} // namespace

// The first byte says which decoder; the rest is its input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size > 0) {
        const QByteArray bytes(reinterpret_cast<const char *>(data) + 1, qsizetype(size) - 1);
        decoders[data[0] % std::size(decoders)](bytes);
    }
    return 0;
}
